// SPDX-License-Identifier: Apache-2.0

/// Asks a git server for the tags of a repository, and for single branches: smart HTTP, protocol
/// version 2, `ls-refs` (gitprotocol-v2), one request, no credentials.
package struct GitRefsClient: Sendable {
  private static let answerLimit = 32 << 20
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
      var refs = try ServedRefs(parsing: answer.body)
      // A prefix is all that can be asked for.
      refs.branches.removeAll { branch in
        !wanted.contains { $0.utf8.elementsEqual(branch.name.utf8) }
      }
      return refs
    } catch {
      throw request.error(.badAnswer, ServiceText.line(error.problem))
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
}
