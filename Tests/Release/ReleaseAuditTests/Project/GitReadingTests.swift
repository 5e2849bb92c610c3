// SPDX-License-Identifier: Apache-2.0

import Foundation
import ReleaseAudit
import TestSupport
import Testing

@Suite struct GitReadingTests {
  @Test(arguments: [
    ("", nil, nil, false), ("commit.gpgsign\ntrue\u{0}tag.gpgsign\nfalse\u{0}", true, false, false),
    ("commit.gpgsign\u{0}user.signingkey\nABC\u{0}", true, nil, true),
    ("commit.gpgsign\ntrue\u{0}commit.gpgsign\nno\u{0}", false, nil, false),
  ])
  func readsSettings(text: String, commits: Bool?, tags: Bool?, hasKey: Bool) {
    let settings = GitSettings(parsing: Array(text.utf8))
    #expect(settings.signsCommits == commits)
    #expect(settings.signsTags == tags)
    #expect(settings.hasSigningKey == hasKey)
  }

  @Test(arguments: [
    ("https://user:secret@example.com/a/b.git", "https://example.com/a/b.git"),
    ("https://token@example.com", "https://example.com"),
    ("git@github.com:a/b.git", "git@github.com:a/b.git"), ("https://a/b@c", "https://a/b@c"),
    ("../other", "../other"),
  ])
  func keepsNoSecrets(address: String, expected: String) {
    let settings = GitSettings(parsing: Array("remote.origin.url\n\(address)\u{0}".utf8))
    #expect(settings.remotes == ["origin": expected])
  }

  private func git(_ folder: ProjectFolder, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      ["git", "-c", "user.name=A", "-c", "user.email=a@example.com", "-C", folder.path] + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(arguments)")
  }

  @Test func readsRepositories() async throws {
    let folder = try ProjectFolder(["pyproject.toml": ""])
    #expect(try await GitReading(root: folder.path).state() == nil)
    try git(folder, ["init", "-q", "-b", "main"])
    let empty = try #require(try await GitReading(root: folder.path).state())
    #expect(empty.head == nil)
    #expect(empty.branch == "main")
    #expect(empty.tags == [])
    try git(folder, ["add", "."])
    try git(folder, ["-c", "commit.gpgsign=false", "commit", "-q", "-m", "a"])
    try git(folder, ["tag", "light"])
    try git(folder, ["-c", "tag.gpgsign=false", "tag", "-a", "-m", "b", "heavy"])
    try git(folder, ["config", "tag.gpgSign", "true"])
    let state = try #require(try await GitReading(root: folder.path).state())
    #expect(state.head?.count == 40)
    #expect(state.headSignature == GitSignature.none)
    #expect(state.settings.signsTags == true)
    #expect(
      Set(state.tags.map { "\($0.name) \($0.isAnnotated)" }) == ["light false", "heavy true"])
    #expect(state.tags.allSatisfy { $0.commit == state.head && $0.signature == .none })
  }

  @Test func checksSignatures() async throws {
    let folder = try ProjectFolder(["pyproject.toml": ""])
    let key = try ProjectFolder()
    let keygen = Process()
    keygen.executableURL = URL(filePath: "/usr/bin/env")
    keygen.arguments = [
      "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", "\(key.path)/k",
    ]
    try keygen.run()
    keygen.waitUntilExit()
    let publicKey = try String(contentsOfFile: "\(key.path)/k.pub", encoding: .utf8)
    let signing = [
      "-c", "gpg.format=ssh", "-c", "user.signingkey=\(key.path)/k", "-c", "commit.gpgsign=true",
    ]
    try git(folder, ["init", "-q", "-b", "main"])
    try git(folder, ["add", "."])
    try git(folder, signing + ["commit", "-q", "-m", "a\n\nb"])
    try git(folder, signing + ["tag", "-s", "-m", "b", "v1"])
    func signatures() async throws -> [GitSignature?] {
      let state = try await GitReading(root: folder.path).state()
      return [state?.headSignature, state?.tags.first?.signature]
    }
    for signature in try await signatures() {
      guard case .undecided? = signature else {
        Issue.record("\(String(describing: signature))")
        continue
      }
    }
    try folder.write("allowed_signers", Array("a@example.com \(publicKey)".utf8))
    #expect(
      try await signatures() == [
        .verified(names: ["a@example.com"]), .verified(names: ["a@example.com"]),
      ])
    let other =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBPgWqhfV2KRvZzDkqXdMhdJRkpd0lD8HLVx0OiF+GeQ"
    try key.write("signers", Array("b@example.com \(other)\n".utf8))
    try git(folder, ["config", "gpg.ssh.allowedSignersFile", "\(key.path)/signers"])
    for signature in try await signatures() {
      guard case .refused? = signature else {
        Issue.record("\(String(describing: signature))")
        continue
      }
    }
  }
}
