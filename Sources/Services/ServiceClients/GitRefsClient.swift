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

  /// Reads an answer to `ls-refs`, as ``GitRefsClient`` gets it.
  ///
  /// - Parameter answer: The bytes.
  /// - Throws: ``PacketError``.
  package init(parsing answer: [UInt8]) throws(PacketError) {
    self = try GitRefsClient.refs(in: answer)
  }

  init() {}
}

/// Asks a git server for the tags of a repository, and for single branches: smart HTTP, protocol
/// version 2, `ls-refs` (gitprotocol-v2), one request, no credentials.
package struct GitRefsClient: Sendable {
  private static let answerLimit = 32 << 20
  private static let refLimit = 200_000
  /// Most branches that are asked for, and bytes of the name of one.
  private static let branchLimit = (count: 100, size: 255)

  private let transport: HTTPTransport

  /// Makes a client.
  package init(transport: HTTPTransport) { self.transport = transport }

  /// The tags of a repository, and some branches, with the commits that they stand for.
  ///
  /// - Parameters:
  ///   - repository: its URL, such as `https://github.com/actions/checkout.git`.
  ///   - branches: the names of branches; those that git would not allow are not asked for.
  /// - Returns: The refs; branches that are not there are left out.
  /// - Throws: ``TransportError``.
  package func refs(
    of repository: ServiceURL, branches: [String] = []
  ) async throws -> ServedRefs {
    let wanted = branches.filter(Self.isAskable).prefix(Self.branchLimit.count)
    var request = TransportRequest(
      purpose: "read the tags", method: .post,
      url: repository.appending("git-upload-pack"),
      headers: [
        ("Accept", "application/x-git-upload-pack-result"),
        ("Content-Type", "application/x-git-upload-pack-request"), ("Git-Protocol", "version=2"),
      ],
      body: .bytes(Self.question(Array(wanted))), isIdempotent: true)
    request.answerLimit = Self.answerLimit
    let answer = try await transport.send(request)
    guard answer.isSuccess else { throw answer.error(of: request) }
    do throws(PacketError) {
      var refs = try Self.refs(in: answer.body)
      // A prefix is all that can be asked for.
      refs.branches.removeAll { branch in
        !wanted.contains { $0.utf8.elementsEqual(branch.name.utf8) }
      }
      return refs
    } catch {
      throw request.error(.badAnswer, error.problem)
    }
  }

  /// The request: `command=ls-refs`, no capabilities, `peel`, only tags and some branches.
  static func question(_ branches: [String]) -> [UInt8] {
    var question =
      PacketLine.written("command=ls-refs\n") + PacketLine.delimiter
      + PacketLine.written("peel\n") + PacketLine.written("ref-prefix refs/tags/\n")
    for branch in branches { question += PacketLine.written("ref-prefix refs/heads/\(branch)\n") }
    return question + PacketLine.end
  }

  /// Whether a name can be one of a branch, as far as a line of the request is concerned.
  private static func isAskable(_ branch: String) -> Bool {
    !branch.isEmpty && branch.utf8.count <= branchLimit.size
      && branch.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
  }

  /// Reads the answer: lines `OID refs/tags/NAME [peeled:OID]`, then a flush.
  ///
  /// - Throws: ``PacketError``.
  static func refs(in answer: [UInt8]) throws(PacketError) -> ServedRefs {
    var lines = PacketLine(answer[...])
    var refs = ServedRefs()
    var count = 0
    while let line = try lines.next() {
      let words = line.split(separator: 0x20, omittingEmptySubsequences: false)
      if words.first?.elementsEqual("ERR".utf8) == true {
        throw PacketError(
          "the server says \(ServiceText.line(String(decoding: line.dropFirst(4), as: UTF8.self)))")
      }
      guard words.count >= 2, let direct = commit(words[0]) else {
        throw PacketError("a line of the answer is not a ref")
      }
      count += 1
      guard count <= refLimit else { throw PacketError("there are more than \(refLimit) refs") }
      let heads = Array("refs/heads/".utf8)
      if words[1].starts(with: heads) {
        guard let name = String(validating: words[1].dropFirst(heads.count), as: UTF8.self),
          !name.isEmpty
        else { throw PacketError("the name of a branch is not UTF-8") }
        refs.branches.append(ServedBranch(name: name, commit: direct))
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
      refs.tags.append(ServedTag(name: name, commit: commit))
    }
    guard lines.isAtEnd else { throw PacketError("bytes follow the end of the answer") }
    return refs
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
