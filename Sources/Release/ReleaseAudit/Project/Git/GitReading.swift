// SPDX-License-Identifier: Apache-2.0

import Encodings
import Rebuild
import SSHSignatures
import SystemPackage

/// Asks git about a project; nothing is fetched, and signatures are checked here.
package struct GitReading: Sendable {
  private let git: GitRepository
  private let root: String

  /// Names the root of a project.
  package init(root: String) {
    self.root = root
    git = GitRepository(folder: FilePath(root))
  }

  /// What git knows; nil where there is no repository, or no git.
  ///
  /// - Throws: `CancellationError`.
  package func state() async throws(CancellationError) -> GitState? {
    guard FolderReading.kind(of: ProjectReader.join(root, ".git")) != nil,
      try await git.answer(["rev-parse", "--git-dir"]) != nil
    else { return nil }
    let settings = try await settings()
    let (signers, file) = try await signers(settings)
    let head = try await line(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
    var headSignature: GitSignature?
    if let head { headSignature = try await commitSignature(head, signers) }
    let branch = try await line(["symbolic-ref", "--quiet", "--short", "HEAD"])
    return GitState(
      head: head, branch: branch, headSignature: headSignature, tags: try await tags(signers),
      settings: settings, allowedSigners: file)
  }

  private func settings() async throws(CancellationError) -> GitSettings {
    let keys =
      "^(commit\\.gpgsign|tag\\.gpgsign|user\\.signingkey|gpg\\.format"
      + "|gpg\\.ssh\\.allowedsignersfile|remote\\..*\\.url)$"
    let answer = try await git.answer(["config", "--null", "--get-regexp", keys])
    return answer.map { GitSettings(parsing: $0) } ?? GitSettings()
  }

  /// The allowed signers: of the file that is configured, else of one in the repository.
  private func signers(
    _ settings: GitSettings
  ) async throws(CancellationError) -> (AllowedSigners?, file: String?) {
    var places: [(shown: String, path: String)] = []
    if let file = settings.allowedSignersFile {
      // git knows what `~` stands for.
      let path = try await line([
        "config", "--type=path", "--get", "gpg.ssh.allowedSignersFile",
      ])
      places = [(file, ProjectReader.join(path?.hasPrefix("/") == true ? "" : root, path ?? file))]
    } else {
      for name in [
        "allowed_signers", ".allowed_signers", ".github/allowed_signers",
        ".gitlab/allowed_signers",
      ] {
        places.append((name, ProjectReader.join(root, name)))
      }
    }
    for place in places {
      let read = FolderReading.bytes(of: place.path, limit: AllowedSigners.sizeLimit)
      if case .success(let bytes) = read { return (AllowedSigners(parsing: bytes), place.shown) }
    }
    return (nil, nil)
  }

  private func tags(_ signers: AllowedSigners?) async throws(CancellationError) -> [GitTag] {
    let format =
      "%(refname:strip=2)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)"
    let answer = try await git.answer([
      "for-each-ref", "--sort=-creatordate", "--count=\(GitState.tagLimit)", "--format=\(format)",
      "refs/tags",
    ])
    var tags: [GitTag] = []
    for line in (answer ?? []).split(separator: 0x0A) {
      let parts = line.split(separator: 0, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
      guard parts.count == 5 else { continue }
      let isAnnotated = parts[1] == "tag"
      let commit: String? =
        switch (parts[1], parts[3]) {
        case ("commit", _): parts[2]
        case ("tag", "commit"): parts[4]
        default: nil
        }
      let signature = isAnnotated ? try await tagSignature(parts[2], signers) : .none
      tags.append(
        GitTag(name: parts[0], commit: commit, isAnnotated: isAnnotated, signature: signature))
    }
    return tags
  }

  private func tagSignature(
    _ id: String, _ signers: AllowedSigners?
  ) async throws(CancellationError) -> GitSignature {
    guard let bytes = try await git.answer(["cat-file", "tag", id]),
      let object = try? TagObject(parsing: bytes)
    else { return .undecided("the tag cannot be read") }
    guard let signature = object.signature else { return .none }
    return Self.check(signature.text, object.payload, object.time, signers)
  }

  private func commitSignature(
    _ id: String, _ signers: AllowedSigners?
  ) async throws(CancellationError) -> GitSignature {
    guard let bytes = try await git.answer(["cat-file", "commit", id]),
      let object = CommitObject(parsing: bytes)
    else { return .undecided("the commit cannot be read") }
    guard let signature = object.signature else { return .none }
    return Self.check(signature, object.payload, object.time, signers)
  }

  static func check(
    _ text: [UInt8], _ payload: [UInt8], _ time: Timestamp, _ signers: AllowedSigners?
  ) -> GitSignature {
    guard text.starts(with: TagObject.Form.ssh.rawValue.utf8) else {
      return .undecided("only SSH signatures are checked here; `git verify-tag` checks others")
    }
    guard let signers else {
      return .undecided("no file of allowed signers is configured: gpg.ssh.allowedSignersFile")
    }
    guard let signature = try? SSHSignature(armored: text) else {
      return .refused("the signature cannot be read")
    }
    do throws(AllowedSigners.Refusal) {
      return .verified(names: try signers.signer(of: signature, over: payload, at: time))
    } catch {
      return .refused(error.sentence)
    }
  }

  private func line(_ arguments: [String]) async throws(CancellationError) -> String? {
    guard let answer = try await git.answer(arguments) else { return nil }
    let line = answer.prefix { $0 != 0x0A }
    return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
  }
}
