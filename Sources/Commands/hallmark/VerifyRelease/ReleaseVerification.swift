// SPDX-License-Identifier: Apache-2.0

import Approvals
import Attestations
import Encodings
import FoundationEssentials
import Policies
import PythonPackaging
import Rebuild
import ServiceClients
import Sigstore
import SystemPackage
import Verification

/// Asks every question about a release, and collects the answers.
///
/// What cannot be asked is an answer too, unknown; only where there is no tag, no file or no service
/// at all, there is nothing to ask about.
struct ReleaseVerification: Sendable {
  let phase: ReleaseFindings.Phase
  let release: (project: ProjectName, version: Version)
  let tag: TagOptions
  let signers: TagSigners
  /// The files that CI made.
  let candidate: CandidateFiles?
  /// What the forge says about the run that made them.
  let run: RunArtifacts.Run?
  /// The commit that the tag must stand for.
  let commit: String?
  let policy: PolicyFile?
  let roots: [TrustedRoot]
  let requirement: RebuilderRequirement?
  /// The folder of an independent build's files.
  let rebuilt: String?
  let python: String?
  let index: ServiceURL
  let forge: ForgeAccess?
  let transport: HTTPTransport
  let console: Console
  let isVerbose: Bool

  /// A file that is asked about: as the index serves it, or else as CI made it.
  struct Item: Sendable {
    let name: DistributionFilename
    let bytes: [UInt8]
    let uploadTime: Timestamp?

    var subject: Subject { Subject(name: name.text, sha256: SHA256Hash(hashing: bytes)) }
  }

  /// Asks.
  ///
  /// - Throws: `CommandFailure`, `CancellationError`.
  func findings() async throws -> ReleaseFindings {
    try await withRepository { folder in
      let found = try await releaseTag(in: folder)
      var findings = try await signatureFindings(found)
      findings.append(versionFinding())
      if let run { findings.append(runFinding(run, found)) }
      let served =
        phase == .after
        ? try await ServedFiles(
          of: release.project, release.version, at: index, over: transport, console: console)
        : nil
      let items = items(served)
      findings += try await forgeFindings(found, items)
      if let served { findings += indexFindings(served) }
      findings += try await rebuildFindings(items, of: found, in: folder)
      findings += await evidenceFindings(items, served, found)
      if let approval = try await approvalFinding() { findings.append(approval) }
      return ReleaseFindings(
        phase: phase, project: release.project.normalized,
        version: release.version.normalized, tag: found.name, commit: found.commit,
        policy: policy?.sha256, files: items.map(\.subject), findings: findings)
    }
  }

  /// The folder of the repository, cloned if it is elsewhere.
  private func withRepository<Value>(
    _ work: (FilePath) async throws -> Value
  ) async throws -> Value {
    guard tag.repository.utf8.starts(with: "https://".utf8) else {
      return try await work(FilePath(tag.repository))
    }
    let folder = try DownloadFolder(FileManager.default.temporaryDirectory.path)
    defer { folder.close() }
    console.progress("cloning \(UntrustedText.printable(tag.repository))")
    let clone = folder.temporary.appending("repository")
    do {
      _ = try await SourceCheckout(
        cloning: tag.repository,
        wanted: SourceCheckout.Wanted(tag: tag.tag, isTagOfRelease: { _ in false }), into: clone)
    } catch let problem as SourceCheckout.Problem {
      let sentence =
        switch problem {
        case .repository(let text), .reference(let text): text
        case .submodules(let commit):
          "the commit \(commit.prefix(12)) has submodules, which are not fetched"
        case .moved(let tag, let commit, _): "the tag `\(tag)` is at \(commit)"
        }
      throw CommandFailure(
        status: ExitStatus.undecided.rawValue,
        Diagnostic(sentence, help: ["name the repository by --repository, and the tag by --tag"]))
    } catch let error as RebuildError {
      throw Self.failure(error)
    }
    return try await work(clone)
  }

  private func releaseTag(in folder: FilePath) async throws -> ReleaseTag {
    do {
      return try await ReleaseTag(named: tag.tag, in: folder)
    } catch let error as RebuildError {
      throw Self.failure(error)
    }
  }

  static func failure(_ error: RebuildError) -> CommandFailure {
    CommandFailure(
      status: (error.reason == .source ? ExitStatus.undecided : .couldNotRun).rawValue,
      Diagnostic(
        error.message, notes: Array(error.logTail.suffix(5)),
        help: error.help.map { [$0] } ?? []))
  }

  /// The files that are asked about.
  private func items(_ served: ServedFiles?) -> [Item] {
    var items: [Item] = []
    for file in served?.files ?? [] {
      guard case .bytes(let bytes) = file.content else { continue }
      items.append(Item(name: file.name, bytes: bytes, uploadTime: file.uploadTime))
    }
    for file in candidate?.files ?? []
    where !items.contains(where: { $0.name.text.utf8.elementsEqual(file.name.text.utf8) }) {
      items.append(Item(name: file.name, bytes: file.bytes, uploadTime: nil))
    }
    return items
  }

  private func versionFinding() -> ReleaseFinding {
    let name = ReleaseName(project: release.project, version: release.version)
    return ReleaseFinding(
      .tagVersion, name.isTag(tag.tag) ? .yes : .no, by: "version and project of the files' names",
      found: "\(tag.tag) for \(release.project) \(release.version)",
      help: "name the tag of this version by --tag")
  }

  private func runFinding(_ run: RunArtifacts.Run, _ tag: ReleaseTag) -> ReleaseFinding {
    let isSame = run.commit.utf8.elementsEqual(tag.commit.utf8)
    return ReleaseFinding(
      .runCommit, isSame && run.isSuccess ? .yes : .no, by: "what the forge says about the run",
      found: isSame ? "it ended with \(run.ending)" : "it ran on \(run.commit)",
      help: "name the run of the tag by --run")
  }

  private func signatureFindings(_ tag: ReleaseTag) async throws -> [ReleaseFinding] {
    if self.tag.allowUnsignedTag { return [] }
    let answer: TagSigners.Answer
    do {
      answer = try await signers.answer(about: tag)
    } catch let error as RebuildError {
      answer = .undecided(error.message)
    }
    let criterion =
      tag.object == nil
      ? "refs/tags/\(tag.name) is a commit" : "the signature over the tag object \(tag.name)"
    func finding(
      _ word: ReleaseFinding.Answer, _ found: String, help: String? = nil
    ) -> [ReleaseFinding] {
      [ReleaseFinding(.tagSigned, word, by: criterion, found: found, help: help)]
    }
    switch answer {
    case .signed(let name, let fingerprint): return finding(.yes, "\(name) (\(fingerprint))")
    case .lightweight:
      return finding(
        .no, "it is a lightweight tag, which nobody signed",
        help: "sign releases by `git tag --sign`; a tag that is out is better not replaced")
    case .unsigned:
      return finding(
        .no, "the tag is not signed", help: "sign releases by `git tag --sign`")
    case .refused(let sentence):
      return finding(
        .no, sentence, help: "if that signer may sign releases, add the key to the allowed ones")
    case .undecided(let sentence):
      return finding(
        .unknown, sentence, help: "name the keys by --allowed-signers or --allowed-gpg-keys")
    }
  }

  private func approvalFinding() async throws -> ReleaseFinding? {
    guard phase == .after, let policy, let required = policy.policy.approvals else { return nil }
    guard let local = candidate?.local else {
      return ReleaseFinding(
        .approved, .unknown, by: "the approvals beside the files, \(required) needed",
        found: "the folder with the files and approvals is not given",
        help: "name it by --dist")
    }
    let tally = try await FolderApprovals.tally(of: local, under: policy, trusting: roots)
    let names = tally.counted.map(\.approver).joined(separator: ", ")
    return ReleaseFinding(
      .approved, tally.counted.count >= required ? .yes : .no,
      by: "the approvals beside the files, \(required) needed",
      found: names.isEmpty ? "nobody" : names,
      help: "see who did not by `hallmark approve --list`")
  }
}
