// SPDX-License-Identifier: Apache-2.0

/// A tag as a git server names it.
package struct ServedTag: Hashable, Sendable {
  /// The name without `refs/tags/`.
  package let name: String
  /// The commit that it stands for, peeled.
  package let commit: String
}

/// A branch as a git server names it.
package struct ServedBranch: Hashable, Sendable {
  /// The name without `refs/heads/`.
  package let name: String
  /// The commit at its head.
  package let commit: String
}

/// What a git server names of a repository.
package struct ServedRefs: Hashable, Sendable {
  /// The tags, in the order of the answer.
  package var tags: [ServedTag] = []
  /// The branches that were asked for and are there.
  package var branches: [ServedBranch] = []

  private static let limit = 200_000

  /// Reads an answer to `ls-refs`: lines `OID refs/tags/NAME [peeled:OID]`, then a flush.
  ///
  /// - Parameter answer: The bytes.
  /// - Throws: ``PacketError``.
  package init(parsing answer: [UInt8]) throws(PacketError) {
    var lines = PacketLine(answer[...])
    var count = 0
    while let line = try lines.next() {
      let words = line.split(separator: 0x20, omittingEmptySubsequences: false)
      if words.first?.elementsEqual("ERR".utf8) == true {
        throw PacketError(
          "the server says \(String(decoding: line.dropFirst(4), as: UTF8.self))")
      }
      guard words.count >= 2, let direct = Self.commit(words[0]) else {
        throw PacketError("a line of the answer is not a ref")
      }
      count += 1
      guard count <= Self.limit else { throw PacketError("there are more than \(Self.limit) refs") }
      let heads = Array("refs/heads/".utf8)
      if words[1].starts(with: heads) {
        guard let name = String(validating: words[1].dropFirst(heads.count), as: UTF8.self),
          !name.isEmpty
        else { throw PacketError("the name of a branch is not UTF-8") }
        branches.append(ServedBranch(name: name, commit: direct))
        continue
      }
      let prefix = Array("refs/tags/".utf8)
      guard words[1].starts(with: prefix) else { continue }
      guard let name = String(validating: words[1].dropFirst(prefix.count), as: UTF8.self),
        !name.isEmpty
      else { throw PacketError("the name of a tag is not UTF-8") }
      var commit = direct
      for attribute in words.dropFirst(2) where attribute.starts(with: "peeled:".utf8) {
        guard let peeled = Self.commit(attribute.dropFirst(7)) else {
          throw PacketError("a tag of the answer is peeled to what is no object")
        }
        commit = peeled
      }
      tags.append(ServedTag(name: name, commit: commit))
    }
    guard lines.isAtEnd else { throw PacketError("bytes follow the end of the answer") }
  }

  private static func commit(_ word: ArraySlice<UInt8>) -> String? {
    guard word.count == 40 || word.count == 64,
      word.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    return String(decoding: word, as: UTF8.self)
  }
}

/// Why an answer is not in git's protocol.
package struct PacketError: Error, Hashable, Sendable {
  /// What is wrong, for a person.
  package let problem: String

  init(_ problem: String) { self.problem = problem }
}

/// Reads pkt-lines (gitprotocol-common): four hexadecimal digits of length, with themselves, then
/// the line.
struct PacketLine {
  static let end = Array("0000".utf8)
  static let delimiter = Array("0001".utf8)

  private static let lengthLimit = 65_520
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// Whether nothing is left.
  var isAtEnd: Bool { rest.isEmpty }

  /// A line of a request.
  static func written(_ text: String) -> [UInt8] {
    let length = String(text.utf8.count + 4, radix: 16)
    return Array((String(repeating: "0", count: 4 - length.utf8.count) + length + text).utf8)
  }

  /// The next line without its line break; nil at the flush that ends the answer.
  ///
  /// - Throws: ``PacketError``.
  mutating func next() throws(PacketError) -> ArraySlice<UInt8>? {
    guard rest.count >= 4 else { throw PacketError("the answer ends in the middle") }
    var length = 0
    for byte in rest.prefix(4) {
      switch byte {
      case 0x30...0x39: length = length * 16 + Int(byte - 0x30)
      case 0x61...0x66: length = length * 16 + Int(byte - 0x61) + 10
      case 0x41...0x46: length = length * 16 + Int(byte - 0x41) + 10
      default: throw PacketError("the answer is not in git's protocol")
      }
    }
    if length == 0 {
      rest = rest.dropFirst(4)
      return nil
    }
    guard length > 4, length <= Self.lengthLimit else {
      throw PacketError("a line of the answer has an impossible length")
    }
    guard rest.count >= length else { throw PacketError("the answer ends in the middle") }
    var line = rest.dropFirst(4).prefix(length - 4)
    rest = rest.dropFirst(length)
    if line.last == 0x0A { line.removeLast() }
    return line
  }
}
