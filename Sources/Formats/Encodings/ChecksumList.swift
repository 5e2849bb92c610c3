// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not a list of checksums.
package struct ChecksumListError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line, from 1; `nil` when it is about the list as a whole.
  package let line: Int?
  /// What is wrong.
  package let problem: String

  init(line: Int? = nil, _ problem: String) {
    self.line = line
    self.problem = problem
  }

  /// One sentence for a person.
  package var description: String { line.map { "line \($0): \(problem)" } ?? problem }
}

/// What a list of checksums may ask of its reader.
package struct ChecksumListLimits: Hashable, Sendable {
  /// Bytes of the list.
  package var size: Int
  /// Files in it.
  package var entries: Int
  /// Bytes of a name.
  package var name: Int

  /// Limits that hold every release; the size also bounds what base64 is decoded.
  package init(size: Int = 16 << 20, entries: Int = 65_536, name: Int = 4096) {
    self.size = size
    self.entries = entries
    self.name = name
  }
}

/// A list of files with their SHA-256, as `sha256sum` of the GNU coreutils writes and checks it
/// (coreutils manual, "md5sum invocation").
///
/// ```
/// 9f86…0a08  greeting-1.0.0.tar.gz          read as text
/// 9f86…0a08 *greeting-1.0.0.tar.gz          read as binary, the same where files have one form
/// \9f86…0a08  a\\b\nc                       a backslash first: `\\`, `\n`, `\r` in the name
/// ```
/// One blank or tab between digest and name is read too, as SLSA's generic generator splits there.
/// Empty lines and those that begin with `#` are passed over. A name that comes twice is refused:
/// of two digests for one file only one can be meant.
package struct ChecksumList: Hashable, Sendable {
  /// One file.
  package struct Entry: Hashable, Sendable {
    /// The SHA-256.
    package let digest: SHA256Hash
    /// The name or path, decoded.
    package let name: String
    /// Whether the line has the mark of binary mode.
    package let isBinary: Bool

    /// Describes a file.
    package init(digest: SHA256Hash, name: String, isBinary: Bool = false) {
      self.digest = digest
      self.name = name
      self.isBinary = isBinary
    }

    /// The line, without its end.
    fileprivate var line: String {
      let mark = isBinary ? "*" : " "
      guard let escaped = ChecksumList.escaped(name) else {
        return "\(digest.hexadecimal) \(mark)\(name)"
      }
      return "\\\(digest.hexadecimal) \(mark)\(escaped)"
    }
  }

  /// The files, in the list's order.
  package let entries: [Entry]

  /// Makes a list of files whose names differ.
  package init(_ entries: [Entry]) {
    self.entries = entries
  }

  /// Reads a list.
  ///
  /// - Throws: ``ChecksumListError``.
  package init(
    parsing bytes: [UInt8], limits: ChecksumListLimits = ChecksumListLimits()
  ) throws(ChecksumListError) {
    guard bytes.count <= limits.size else {
      throw ChecksumListError("the list is larger than \(limits.size) bytes")
    }
    var entries: [Entry] = []
    var names: Set<[UInt8]> = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty && line.first != 0x23 {
      let number = index + 1
      guard entries.count < limits.entries else {
        throw ChecksumListError(line: number, "more than \(limits.entries) files")
      }
      let entry: Entry
      do {
        entry = try Self.entry(line, limits)
      } catch {
        throw ChecksumListError(line: number, error.problem)
      }
      guard names.insert(Array(entry.name.utf8)).inserted else {
        throw ChecksumListError(line: number, "`\(entry.name)` is named twice")
      }
      entries.append(entry)
    }
    guard !entries.isEmpty else { throw ChecksumListError("the list names no file") }
    self.entries = entries
  }

  /// Reads the base64 of a list, as `sha256sum FILE… | base64` prints it; line breaks in it count
  /// for nothing.
  ///
  /// - Throws: ``ChecksumListError``.
  package init(
    parsingBase64 bytes: [UInt8], limits: ChecksumListLimits = ChecksumListLimits()
  ) throws(ChecksumListError) {
    // 4 characters for 3 bytes, and room for the breaks of lines of 76 and less.
    guard bytes.count <= limits.size * 3 / 2 else {
      throw ChecksumListError("the list is larger than \(limits.size) bytes")
    }
    let text = bytes.filter { $0 != 0x0a && $0 != 0x0d }
    let decoded: [UInt8]
    do {
      decoded = try Base64.decode(String(decoding: text, as: UTF8.self))
    } catch {
      throw ChecksumListError("the list is \(error)")
    }
    try self.init(parsing: decoded, limits: limits)
  }

  /// The list, a line per file.
  package var text: String { entries.map { $0.line + "\n" }.joined() }

  /// The base64 of ``text`` in one line, without its end.
  package var base64: String { Base64.encode(text.utf8) }

  private static func entry(
    _ line: ArraySlice<UInt8>, _ limits: ChecksumListLimits
  ) throws(ChecksumListError) -> Entry {
    let isEscaped = line.first == UInt8(ascii: "\\")
    let rest = isEscaped ? line.dropFirst() : line
    let digits = rest.prefix(64).map { byte in
      byte >= 0x41 && byte <= 0x46 ? byte | 0x20 : byte
    }
    guard let digest = SHA256Hash(hexadecimal: String(decoding: digits, as: UTF8.self)) else {
      throw ChecksumListError("it does not begin with a SHA-256, 64 hexadecimal digits")
    }
    let tail = rest.dropFirst(64)
    let blank = UInt8(ascii: " ")
    guard let separator = tail.first, separator == blank || separator == UInt8(ascii: "\t") else {
      throw ChecksumListError("there is no blank between the digest and a name")
    }
    var name = tail.dropFirst()
    var isBinary = false
    if separator == blank, let mark = name.first, mark == blank || mark == UInt8(ascii: "*") {
      isBinary = mark != blank
      name = name.dropFirst()
    }
    let bytes = isEscaped ? try unescaped(name) : Array(name)
    guard !bytes.isEmpty else { throw ChecksumListError("there is no name") }
    guard bytes.count <= limits.name else {
      throw ChecksumListError("the name is longer than \(limits.name) bytes")
    }
    guard !bytes.contains(0) else { throw ChecksumListError("the name has a NUL byte") }
    // A line end of another system; a name that ends so is written with a backslash first.
    guard isEscaped || bytes.last != 0x0d else {
      throw ChecksumListError("the line ends with a carriage return")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ChecksumListError("the name is not UTF-8 text")
    }
    return Entry(digest: digest, name: text, isBinary: isBinary)
  }

  private static func unescaped(
    _ name: ArraySlice<UInt8>
  ) throws(ChecksumListError) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = name
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
      case UInt8(ascii: "n"): bytes.append(0x0a)
      case UInt8(ascii: "r"): bytes.append(0x0d)
      default: throw ChecksumListError("a backslash in the name stands before none of `\\nr`")
      }
    }
    return bytes
  }

  /// The name with its escapes; `nil` when it needs none.
  private static func escaped(_ name: String) -> String? {
    var bytes: [UInt8] = []
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): bytes += "\\\\".utf8
      case 0x0a: bytes += "\\n".utf8
      case 0x0d: bytes += "\\r".utf8
      default: bytes.append(byte)
      }
    }
    return bytes.count == name.utf8.count ? nil : String(decoding: bytes, as: UTF8.self)
  }
}
