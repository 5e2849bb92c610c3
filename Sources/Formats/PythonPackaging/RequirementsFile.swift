// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// A requirements file as pip reads it, as far as it asks for projects by name.
///
/// One requirement per line, comments after `#`, lines that go on after a `\` at their end, and
/// `--hash=sha256:…` behind a requirement. Every other option is refused by name, because leaving
/// it out would change what is meant; so are paths, addresses and other hash algorithms.
package struct RequirementsFile: Hashable, Sendable {
  /// Bytes of a file.
  package static let sizeLimit = 16 << 20
  /// Requirements of a file.
  package static let entryLimit = 20_000

  /// One requirement.
  package struct Entry: Hashable, Sendable {
    /// What is wanted.
    package let requirement: Requirement
    /// The digests that a file may have; empty means any.
    package let hashes: [SHA256Hash]
    /// The line it starts on, counted from 1.
    package let line: Int
  }

  /// The requirements, in order.
  package let entries: [Entry]

  /// Reads a file.
  ///
  /// - Throws: ``PackagingError/requirementsFile(line:reason:)``.
  package init(parsing bytes: [UInt8]) throws(PackagingError) {
    guard bytes.count <= Self.sizeLimit else {
      throw .requirementsFile(line: 0, reason: "it is larger than \(Self.sizeLimit) bytes")
    }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw .requirementsFile(line: 0, reason: "it is not UTF-8")
    }
    var entries: [Entry] = []
    for (line, text) in Self.logicalLines(bytes) {
      do {
        guard let entry = try Self.entry(text, line: line) else { continue }
        entries.append(entry)
      } catch {
        if case .requirementsFile = error { throw error }
        throw .requirementsFile(line: line, reason: "\(error)")
      }
      guard entries.count <= Self.entryLimit else {
        throw .requirementsFile(line: line, reason: "more than \(Self.entryLimit) requirements")
      }
    }
    self.entries = entries
  }

  /// Joins lines that go on, and takes comments away.
  private static func logicalLines(_ bytes: [UInt8]) -> [(line: Int, text: [UInt8])] {
    var result: [(line: Int, text: [UInt8])] = []
    var pending: (line: Int, text: [UInt8])?
    let body = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes[3...] : bytes[...]
    for (index, part) in body.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated()
    {
      var line = part
      if line.last == 0x0d { line.removeLast() }
      let isComment = line.first { !$0.isASCIIWhitespace } == UInt8(ascii: "#")
      let start = pending?.line ?? index + 1
      // A comment line ends what went on before it.
      let whole = (pending?.text ?? []) + (isComment ? [0x20] : []) + line
      if line.last == UInt8(ascii: "\\"), !isComment {
        pending = (start, Array(whole.dropLast()))
      } else {
        pending = nil
        result.append((start, withoutComment(whole)))
      }
    }
    if let pending { result.append((pending.line, withoutComment(pending.text))) }
    return result
  }

  private static func withoutComment(_ line: [UInt8]) -> [UInt8] {
    for (index, byte) in line.enumerated() where byte == UInt8(ascii: "#") {
      if index == 0 || line[index - 1].isASCIIWhitespace { return Array(line[..<index]) }
    }
    return line
  }

  private static func entry(_ line: [UInt8], line number: Int) throws(PackagingError) -> Entry? {
    let words = line.split { $0.isASCIIWhitespace }
    guard let first = words.first else { return nil }
    let isOption = { (word: ArraySlice<UInt8>) in word.first == UInt8(ascii: "-") }
    guard !isOption(first) else { throw unsupported(first, line: number) }
    let split = words.firstIndex(where: isOption) ?? words.count
    let text = words[..<split].map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    guard !first.contains(UInt8(ascii: "/")), !first.contains(UInt8(ascii: "\\")) else {
      throw .requirementsFile(
        line: number, reason: "paths and addresses are not supported, only requirements by name")
    }
    var hashes: [SHA256Hash] = []
    var options = words[split...]
    while let option = options.popFirst() {
      let value: ArraySlice<UInt8>
      if option.starts(with: "--hash=".utf8) {
        value = option.dropFirst("--hash=".utf8.count)
      } else if option.elementsEqual("--hash".utf8), let next = options.popFirst() {
        value = next
      } else {
        throw unsupported(option, line: number)
      }
      guard value.starts(with: "sha256:".utf8),
        let hash = SHA256Hash(
          hexadecimal: String(decoding: value.dropFirst("sha256:".utf8.count), as: UTF8.self))
      else {
        throw .requirementsFile(
          line: number, reason: "a hash must be `sha256:` and 64 hexadecimal digits")
      }
      hashes.append(hash)
    }
    return Entry(requirement: try Requirement(text), hashes: hashes, line: number)
  }

  private static func unsupported(_ option: ArraySlice<UInt8>, line: Int) -> PackagingError {
    let name = option.prefix { $0 != UInt8(ascii: "=") }.prefix(40)
    return .requirementsFile(
      line: line,
      reason: "the option `\(String(decoding: name, as: UTF8.self))` is not supported")
  }
}
