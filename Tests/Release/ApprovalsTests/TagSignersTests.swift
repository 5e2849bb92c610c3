// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import Rebuild
import SSHSignatures
import SystemPackage
import TestSupport
import Testing

@testable import Approvals

/// A repository with tags of every kind, signed by the real `git`, `ssh-keygen` and `gpg`.
private struct TaggedRepository {
  let scratch = try! Scratch()
  var folder: String { "\(scratch.path)/repository" }
  var gnupg: String { "\(scratch.path)/g" }

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      atPath: gnupg, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try git("init", "--quiet", "--initial-branch=main")
    try commit("one")
    for name in ["author", "mallory"] {
      let made = try Program(path: "/usr/bin/ssh-keygen").run(
        ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", "\(scratch.path)/\(name)"])
      try #require(made.status == 0, "\(made)")
    }
  }

  func commit(_ message: String) throws {
    try git("commit", "--quiet", "--allow-empty", "--message=\(message)")
  }

  /// Runs git, whatever comes of it.
  func run(_ arguments: [String], configuration: [String] = []) throws -> Program.Outcome {
    try Program(path: "/usr/bin/git").run(
      configuration.flatMap { ["-c", $0] } + arguments,
      environment: [
        "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.com", "GIT_COMMITTER_DATE": "1767312000 +0000",
        "GIT_CONFIG_GLOBAL": "/dev/null", "GNUPGHOME": gnupg, "HOME": scratch.path,
      ], in: folder)
  }

  @discardableResult
  func git(_ arguments: String..., configuration: [String] = []) throws -> String {
    let outcome = try run(arguments, configuration: configuration)
    try #require(outcome.status == 0, "git \(arguments): \(outcome)")
    return outcome.output.trimmingCharacters(in: .newlines)
  }

  func signByKey(_ tag: String, as name: String = "author") throws {
    try git(
      "tag", "--sign", "--message=release", tag,
      configuration: ["gpg.format=ssh", "user.signingKey=\(scratch.path)/\(name)"])
  }

  /// Makes an OpenPGP key and exports its public half.
  func openPGPKey(_ name: String) throws -> FilePath {
    let file = "\(scratch.path)/\(name).asc"
    for arguments in [
      ["--quick-generate-key", "\(name) <\(name)@example.com>", "ed25519", "sign", "never"],
      ["--armor", "--output", file, "--export", "\(name)@example.com"],
    ] {
      let outcome = try Program(path: "/usr/bin/gpg").run(
        ["--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback"] + arguments,
        environment: ["GNUPGHOME": gnupg])
      try #require(outcome.status == 0, "\(outcome)")
    }
    return FilePath(file)
  }

  func signByOpenPGP(_ tag: String, as name: String) throws {
    try git(
      "tag", "--sign", "--message=release", tag,
      configuration: ["gpg.format=openpgp", "user.signingKey=\(name)@example.com"])
  }

  /// Writes an object as a tag under a name.
  func tag(_ name: String, object text: String) throws {
    let file = try scratch.write("object", text)
    let id = try git("hash-object", "-t", "tag", "-w", "--literally", file)
    try git("update-ref", "refs/tags/\(name)", id)
  }

  func stopAgent() {
    _ = try? Program(path: "/usr/bin/gpgconf").run(
      ["--kill", "all"], environment: ["GNUPGHOME": gnupg])
  }

  func allowed(_ name: String = "author", options: String = "") throws -> String {
    let line = String(decoding: try TestData.read("\(scratch.path)/\(name).pub"), as: UTF8.self)
    return "\(name)@example.com \(options)\(line)"
  }

  func answer(_ tag: String, _ signers: TagSigners) async throws -> TagSigners.Answer {
    try await signers.answer(about: ReleaseTag(named: tag, in: FilePath(folder)))
  }

  /// What `git verify-tag` says with the same allowed signers.
  func gitAccepts(_ tag: String, allowed text: String) throws -> Bool {
    let file = try scratch.write("allowed", text)
    return try run(
      ["verify-tag", tag], configuration: ["gpg.ssh.allowedSignersFile=\(file)"]
    ).status == 0
  }
}

@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen")))
struct TagSignersTests {
  private func signers(_ text: String) -> TagSigners {
    TagSigners(ssh: AllowedSigners(parsing: Array(text.utf8)))
  }

  private static func isRefused(_ answer: TagSigners.Answer, _ words: String) -> Bool {
    if case .refused(let sentence) = answer { sentence.contains(words) } else { false }
  }

  @Test func `git verify-tag and this module agree about SSH keys`() async throws {
    let repository = try TaggedRepository()
    try repository.signByKey("v1")
    try repository.signByKey("v2", as: "mallory")
    let spans = [
      ("", true), ("namespaces=\"git\" ", true), ("namespaces=\"file\" ", false),
      ("valid-before=\"20260102000000Z\" ", true), ("valid-before=\"20260101Z\" ", false),
      ("valid-after=\"20260102000000Z\" ", true), ("valid-after=\"20260103Z\" ", false),
    ]
    for (options, accepted) in spans {
      let text = try repository.allowed(options: options)
      let answer = try await repository.answer("v1", signers(text))
      if accepted {
        guard case .signed(let name, let fingerprint) = answer else {
          Issue.record("\(options): \(answer)")
          continue
        }
        #expect(name == "author@example.com")
        #expect(fingerprint.hasPrefix("SHA256:"))
      } else {
        #expect(Self.isRefused(answer, "author@example.com"), "\(options): \(answer)")
      }
      #expect(try repository.gitAccepts("v1", allowed: text) == accepted, "\(options)")
    }
    let text = try repository.allowed()
    #expect(Self.isRefused(try await repository.answer("v2", signers(text)), "not allowed"))
    #expect(try !repository.gitAccepts("v2", allowed: text))
  }

  @Test func `a tag that was changed, moved or renamed is refused`() async throws {
    let repository = try TaggedRepository()
    try repository.signByKey("v1")
    let allowed = try signers(repository.allowed())
    let text = try repository.git("cat-file", "tag", "v1") + "\n"
    try repository.commit("two")
    let head = try repository.git("rev-parse", "HEAD")
    let first = try repository.git("rev-parse", "v1^{commit}")
    // The signature was over another commit.
    try repository.tag("v1", object: text.replacingOccurrences(of: first, with: head))
    #expect(Self.isRefused(try await repository.answer("v1", allowed), "does not hold"))
    try repository.tag("v2", object: text)
    #expect(Self.isRefused(try await repository.answer("v2", allowed), "under another name"))
    try repository.tag("v1", object: text + "and more\n")
    #expect(Self.isRefused(try await repository.answer("v1", allowed), "cannot be read"))
    try repository.tag("v1", object: text)
    guard case .signed = try await repository.answer("v1", allowed) else {
      Issue.record("the tag itself is not accepted")
      return
    }
  }

  @Test func `tags without a signature are told apart`() async throws {
    let repository = try TaggedRepository()
    try repository.git("tag", "light")
    try repository.git("tag", "--annotate", "--message=m", "plain")
    try repository.signByKey("signed")
    let allowed = try signers(repository.allowed())
    #expect(try await repository.answer("light", allowed) == .lightweight)
    #expect(try await repository.answer("plain", allowed) == .unsigned)
    guard case .undecided = try await repository.answer("signed", TagSigners()) else {
      Issue.record("nobody is allowed, and the tag is decided")
      return
    }
    #expect(TagSigners().isEmpty)
    #expect(!allowed.isEmpty)
  }

  @Test(arguments: [TagObject.Form.openPGPMessage, .x509])
  func `other kinds of signatures are refused`(form: TagObject.Form) async throws {
    let repository = try TaggedRepository()
    try repository.git("tag", "--annotate", "--message=m", "v1")
    let text = try repository.git("cat-file", "tag", "v1")
    try repository.tag("v1", object: "\(text)\n\(form.rawValue)\nx\n")
    #expect(
      Self.isRefused(
        try await repository.answer("v1", signers(repository.allowed())), "not supported"))
  }

  /// A repository whose configuration names programs and whose attributes name filters.
  @Test func `a hostile repository runs nothing`() async throws {
    let repository = try TaggedRepository()
    try repository.signByKey("v1")
    let trap = try repository.scratch.write(
      "trap", "#!/bin/sh\ntouch \(repository.scratch.path)/sprung\nexit 0\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: trap)
    for key in [
      "gpg.program", "gpg.ssh.program", "gpg.openpgp.program", "core.fsmonitor", "core.pager",
      "core.sshCommand", "diff.external", "filter.x.smudge", "filter.x.clean", "pager.cat-file",
      "pager.show-ref",
    ] { try repository.git("config", key, trap) }
    try repository.git("config", "core.hooksPath", repository.scratch.path)
    let allowed = try signers(repository.allowed())
    guard case .signed = try await repository.answer("v1", allowed) else {
      Issue.record("the tag is not accepted")
      return
    }
    #expect(!FileManager.default.fileExists(atPath: "\(repository.scratch.path)/sprung"))
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/gpg")))
  func `OpenPGP keys count if they are given`() async throws {
    let repository = try TaggedRepository()
    defer { repository.stopAgent() }
    let author = try repository.openPGPKey("author")
    let mallory = try repository.openPGPKey("mallory")
    try repository.signByOpenPGP("v1", as: "author")
    let allowed = TagSigners(openPGP: OpenPGPKeys(file: author))
    guard case .signed(let name, let fingerprint) = try await repository.answer("v1", allowed)
    else {
      Issue.record("not accepted")
      return
    }
    #expect(name == "author <author@example.com>")
    #expect(fingerprint.count == 40)
    #expect(try repository.run(["verify-tag", "v1"]).status == 0)
    let foreign = TagSigners(openPGP: OpenPGPKeys(file: mallory))
    #expect(Self.isRefused(try await repository.answer("v1", foreign), "not allowed"))
    guard case .undecided = try await repository.answer("v1", signers(repository.allowed())) else {
      Issue.record("decided without keys")
      return
    }
    let text = try repository.git("cat-file", "tag", "v1") + "\n"
    try repository.tag("v1", object: text.replacingOccurrences(of: "release", with: "other"))
    #expect(Self.isRefused(try await repository.answer("v1", allowed), "not what was signed"))
    #expect(try repository.run(["verify-tag", "v1"]).status != 0)
    let nothing = try repository.scratch.write("nothing.asc", "no keys\n")
    let none = TagSigners(openPGP: OpenPGPKeys(file: FilePath(nothing)))
    guard case .undecided = try await repository.answer("v1", none) else {
      Issue.record("decided by a file without keys")
      return
    }
  }
}
