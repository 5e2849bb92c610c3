// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// The file `RECORD` of a wheel (binary distribution format, "Recording installed projects"): a line
/// of comma-separated values for each file of the wheel, with its digest and size.
package struct WheelRecord: Hashable, Sendable {
  /// What a line says about a file.
  package struct Entry: Hashable, Sendable {
    /// The path in the wheel.
    package let path: String
    /// The digest; `RECORD` itself has none.
    package let sha256: SHA256Hash?
    /// The size in bytes, where it is given.
    package let size: Int?
  }

  /// The lines, in order.
  package let entries: [Entry]

  private static let comma = UInt8(ascii: ",")
  private static let quote = UInt8(ascii: "\"")

  /// Reads the file.
  ///
  /// - Throws: ``ArchiveError`` for lines that are not three values, values that are not of their
  ///   kind, and digests of another kind than SHA-256.
  package init(parsing bytes: [UInt8]) throws(ArchiveError) {
    var entries: [Entry] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let line = entries.count + 1
      let path = try Self.value(&rest, line, isLast: false)
      let digest = try Self.value(&rest, line, isLast: false)
      let size = try Self.value(&rest, line, isLast: true)
      entries.append(
        Entry(
          path: try Self.text(path, line), sha256: try Self.digest(digest, line),
          size: try Self.size(size, line)))
    }
    self.entries = entries
  }

  // The value up to the next comma or the end of the line. Python's csv module, which writes the
  // file, puts quotes around values with commas or quotes, and doubles the quotes in them.
  private static func value(
    _ rest: inout ArraySlice<UInt8>, _ line: Int, isLast: Bool
  ) throws(ArchiveError) -> [UInt8] {
    var value: [UInt8] = []
    if rest.first == quote {
      rest = rest.dropFirst()
      while true {
        guard let end = rest.firstIndex(of: quote) else {
          throw damaged(line, "a quote is not closed")
        }
        value += rest[..<end]
        rest = rest[(end + 1)...]
        guard rest.first == quote else { break }
        value.append(quote)
        rest = rest.dropFirst()
      }
    } else {
      let plain = rest.prefix { $0 != comma && $0 != 0x0A && $0 != 0x0D }
      value = Array(plain)
      rest = rest[plain.endIndex...]
    }
    if isLast {
      if rest.first == 0x0D { rest = rest.dropFirst() }
      guard rest.isEmpty || rest.first == 0x0A else { throw damaged(line, "not three values") }
    } else {
      guard rest.first == comma else { throw damaged(line, "not three values") }
    }
    rest = rest.dropFirst()
    return value
  }

  private static func text(_ bytes: [UInt8], _ line: Int) throws(ArchiveError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self), !text.isEmpty else {
      throw damaged(line, "the path is empty or not UTF-8")
    }
    return text
  }

  private static func digest(_ bytes: [UInt8], _ line: Int) throws(ArchiveError) -> SHA256Hash? {
    guard !bytes.isEmpty else { return nil }
    let prefix = "sha256=".utf8
    guard bytes.starts(with: prefix),
      let decoded = try? Base64.decodeURL(
        String(decoding: bytes.dropFirst(prefix.count), as: UTF8.self)),
      let digest = SHA256Hash(bytes: decoded)
    else { throw damaged(line, "the digest is not `sha256=` and base64 without padding") }
    return digest
  }

  private static func size(_ bytes: [UInt8], _ line: Int) throws(ArchiveError) -> Int? {
    guard !bytes.isEmpty else { return nil }
    guard let number = DecimalText.parse(bytes), let size = Int(exactly: number) else {
      throw damaged(line, "the size is not a number")
    }
    return size
  }

  private static func damaged(_ line: Int, _ problem: String) -> ArchiveError {
    ArchiveError(.malformed, "RECORD, line \(line): \(problem)")
  }
}
