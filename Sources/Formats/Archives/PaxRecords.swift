// SPDX-License-Identifier: Apache-2.0

/// The records of a pax header (POSIX.1-2017, "pax Extended Header"): `LENGTH KEY=VALUE\n`, where
/// the length counts the whole record.
struct PaxRecords {
  private(set) var records: [TarMemberHeader.PaxRecord] = []

  // Keys that do not change which bytes are read or where they go.
  private static let harmless: Set<String> = [
    "mtime", "atime", "ctime", "uid", "gid", "uname", "gname", "comment",
    "LIBARCHIVE.creationtime", "SCHILY.dev", "SCHILY.ino", "SCHILY.nlink",
  ]

  /// Most bytes of an extended header, which the caller has checked.
  static let sizeLimit = 1 << 20

  init(_ bytes: ArraySlice<UInt8>, isGlobal: Bool) throws(ArchiveError) {
    let damaged = ArchiveError(.malformed, "a pax header is damaged")
    var rest = bytes
    var keys: Set<[UInt8]> = []
    while !rest.isEmpty {
      let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
      guard (1...7).contains(digits.count), digits.first != 0x30 else { throw damaged }
      let length = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
      guard length <= rest.count, length > digits.count + 2 else { throw damaged }
      let record = rest.prefix(length)
      guard record[record.startIndex + digits.count] == UInt8(ascii: " "),
        record.last == UInt8(ascii: "\n")
      else { throw damaged }
      let body = record.dropFirst(digits.count + 1).dropLast()
      guard let equals = body.firstIndex(of: UInt8(ascii: "=")), equals > body.startIndex,
        !body.contains(0), let key = String(validating: body[..<equals], as: UTF8.self)
      else { throw damaged }
      let value = body[(equals + 1)...]
      try Self.check(key: key, value: value, isGlobal: isGlobal)
      guard keys.insert(Array(body[..<equals])).inserted else {
        throw ArchiveError(.malformed, "a pax header has a key twice")
      }
      records.append(TarMemberHeader.PaxRecord(key: Array(body[..<equals]), value: Array(value)))
      guard records.count <= 1_000 else {
        throw ArchiveError(.limit, "a pax header has more than 1000 records")
      }
      rest = rest.dropFirst(length)
    }
  }

  /// The value of a key.
  subscript(key: String) -> [UInt8]? {
    records.first { $0.key.elementsEqual(key.utf8) }?.value
  }

  private static func check(
    key: String, value: ArraySlice<UInt8>, isGlobal: Bool
  ) throws(ArchiveError) {
    if harmless.contains(key) { return }
    let attributes = ["SCHILY.xattr.", "LIBARCHIVE.xattr."]
    if attributes.contains(where: { key.utf8.starts(with: $0.utf8) }) { return }
    let changesMember = ["path", "linkpath", "size"].contains(key)
    guard changesMember, !isGlobal else {
      throw ArchiveError(
        .unsupported, "the pax key `\(ArchiveError.shown(key, limit: 40))` is not accepted here")
    }
    // An empty value would take back what a header before has set.
    guard !value.isEmpty else {
      throw ArchiveError(.malformed, "the pax key `\(key)` has no value")
    }
  }
}
