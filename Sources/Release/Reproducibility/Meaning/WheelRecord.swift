// SPDX-License-Identifier: Apache-2.0

internal import Encodings

/// The file `RECORD` of a wheel (recording installed projects, "The RECORD file"): rows of path,
/// hash and size as CSV.
struct WheelRecord {
  /// One row.
  struct Row: Hashable {
    let path: [UInt8]
    let hash: [UInt8]
    let size: [UInt8]
  }

  let rows: [Row]
  let hasCarriageReturns: Bool

  /// Reads the file; `nil` if it is not one.
  init?(_ bytes: ArraySlice<UInt8>) {
    guard TextLines.isText(bytes) else { return nil }
    let plain = TextLines.withoutCarriageReturns(bytes)
    hasCarriageReturns = plain.count != bytes.count
    guard !plain.contains(UInt8(ascii: "\r")) else { return nil }
    var rows: [Row] = []
    var rest = plain[...]
    while !rest.isEmpty {
      var fields: [[UInt8]] = []
      var isOpen = true
      while isOpen {
        guard let field = Self.takeField(&rest), fields.count < 3 else { return nil }
        fields.append(field)
        switch rest.first {
        case UInt8(ascii: ","): rest.removeFirst()
        case UInt8(ascii: "\n"):
          rest.removeFirst()
          isOpen = false
        case nil: isOpen = false
        default: return nil
        }
      }
      guard fields.count == 3 else { return nil }
      rows.append(Row(path: fields[0], hash: fields[1], size: fields[2]))
    }
    self.rows = rows
  }

  private static func takeField(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    let quote = UInt8(ascii: "\"")
    guard rest.first == quote else {
      let field = rest.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\n") }
      guard !field.contains(quote) else { return nil }
      rest = rest.dropFirst(field.count)
      return Array(field)
    }
    var field: [UInt8] = []
    rest.removeFirst()
    while let byte = rest.popFirst() {
      guard byte == quote else {
        field.append(byte)
        continue
      }
      guard rest.first == quote else { return field }
      field.append(quote)
      rest.removeFirst()
    }
    return nil
  }

  /// What is untrue of a wheel's members, or `nil` if every file has one row with its hash.
  func untruth(about side: ArchiveSide) -> String? {
    var expected: [[UInt8]: ArchiveSide.Entry] = [:]
    for entry in side.entries where entry.kind == .file { expected[entry.path] = entry }
    var seen: Set<[UInt8]> = []
    for row in rows {
      let name = String(decoding: row.path.prefix(200), as: UTF8.self)
      guard seen.insert(row.path).inserted else { return "`\(name)` has two rows" }
      guard let entry = expected[row.path] else { return "`\(name)` is not in the wheel" }
      if row.hash.isEmpty {
        guard Self.isExempt(row.path) else { return "`\(name)` has no hash" }
        continue
      }
      guard let contents = try? side.contents(of: entry) else { return "`\(name)` is unreadable" }
      let digest = Base64.encodeURL(SHA256Hash(hashing: Array(contents)).bytes)
      guard row.hash.elementsEqual("sha256=\(digest)".utf8) else {
        return "`\(name)` has another hash"
      }
      guard row.size.isEmpty || row.size.elementsEqual(String(contents.count).utf8) else {
        return "`\(name)` has another size"
      }
    }
    for entry in side.entries where entry.kind == .file {
      guard seen.contains(entry.path) || Self.isExempt(entry.path) else {
        return "`\(entry.shown)` has no row"
      }
    }
    return nil
  }

  // The file itself and signatures of it cannot have a hash in it.
  private static func isExempt(_ path: [UInt8]) -> Bool {
    let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return parts.count == 2 && parts[0].suffix(10).elementsEqual(".dist-info".utf8)
      && ["RECORD", "RECORD.jws", "RECORD.p7s"].contains { parts[1].elementsEqual($0.utf8) }
  }
}
