// SPDX-License-Identifier: Apache-2.0

import Approvals
import Encodings
import PythonPackaging
import Rebuild
import ServiceClients
import TrustedPublishing
import Verification

/// What index and forge have.
extension ReleaseVerification {
  /// Whether the index serves the files that CI made, and no others.
  func indexFindings(_ served: ServedFiles) -> [ReleaseFinding] {
    var findings: [ReleaseFinding] = []
    let place = index.withoutQuery
    let expected = candidate?.files
    var names = served.files.map(\.name.text)
    for file in expected ?? [] where !names.contains(bytesOf: file.name.text) {
      names.append(file.name.text)
    }
    for name in names {
      let made = expected?.first { $0.name.text.utf8.elementsEqual(name.utf8) }
      let criterion =
        made == nil
        ? "the SHA-256 that \(place) promises"
        : "the SHA-256 of the file of \(candidate?.place ?? "")"
      func finding(
        _ answer: ReleaseFinding.Answer, _ found: String, help: String? = nil,
        status: ExitStatus = .undecided
      ) {
        findings.append(
          ReleaseFinding(
            .indexBytes, file: name, answer, by: criterion, found: found, help: help,
            unknownBecause: status))
      }
      switch served[name]?.content {
      case nil: finding(.no, "the index does not have it", help: "publish it")
      case .broken(let sentence)?: finding(.no, sentence, help: "ask the index's operator")
      case .failed(let failure)?:
        finding(
          .unknown, failure.diagnostic.message, help: failure.diagnostic.help.first,
          status: ExitStatus(rawValue: failure.status) ?? .undecided)
      case .bytes(let bytes)?:
        let digest = SHA256Hash(hashing: bytes)
        let isSame = made == nil || made?.sha256 == digest
        finding(
          isSame ? .yes : .no, "sha256:\(digest)",
          help: "compare them: hallmark diff \(made?.path ?? name) DOWNLOADED")
      }
    }
    if let expected {
      let foreign = served.files.map(\.name.text).filter { name in
        !expected.contains { $0.name.text.utf8.elementsEqual(name.utf8) }
      }
      findings.append(
        ReleaseFinding(
          .indexComplete, foreign.isEmpty && served.files.count == expected.count ? .yes : .no,
          by: "the names on the page of \(place)",
          found: foreign.isEmpty
            ? "\(served.files.count) of \(expected.count) files"
            : "also \(foreign.joined(separator: ", "))",
          help: "find out who uploaded what CI did not make"))
    }
    return findings
  }

  /// Whether the forge knows the same tag, and after publishing has the same files.
  func forgeFindings(_ tag: ReleaseTag, _ items: [Item]) async throws -> [ReleaseFinding] {
    var commits: [(who: String, commit: String)] = []
    if let commit { commits.append(("--commit", commit)) }
    guard let forge else { return commits.isEmpty ? [] : [unmoved(tag, commits)] }
    let service = forge.release(
      project: release.project.normalized, version: release.version.normalized, over: transport)
    let state: ForgeRelease
    do {
      state = try await service.current()
    } catch let problem as ForgeProblem {
      return [
        ReleaseFinding(
          .tagUnmoved, .no, by: "the tag at \(forge.name)", found: "\(problem)",
          help: "push the tag, or find out who removed it")
      ]
    } catch let error as TransportError {
      let failure = forge.failure(for: error)
      return [
        ReleaseFinding(
          .tagUnmoved, .unknown, by: "the tag at \(forge.name)",
          found: failure.diagnostic.message, help: failure.diagnostic.help.first,
          unknownBecause: ExitStatus(rawValue: failure.status) ?? .undecided)
      ]
    }
    if let commit = state.commit { commits.append((forge.name, commit)) }
    var findings =
      commits.isEmpty
      ? [
        ReleaseFinding(
          .tagUnmoved, .unknown, by: "the tag at \(forge.name)",
          found: "the forge does not tell the commit")
      ] : [unmoved(tag, commits)]
    guard phase == .after else { return findings }
    for item in items {
      findings.append(await assetFinding(item, of: state, service, at: forge))
    }
    return findings
  }

  private func unmoved(
    _ tag: ReleaseTag, _ commits: [(who: String, commit: String)]
  ) -> ReleaseFinding {
    let other = commits.first { !$0.commit.utf8.elementsEqual(tag.commit.utf8) }
    return ReleaseFinding(
      .tagUnmoved, other == nil ? .yes : .no,
      by: (["the repository"] + commits.map(\.who)).joined(separator: ", "),
      found: other.map { "\(tag.commit) here, \($0.commit) by \($0.who)" } ?? tag.commit,
      help: "find out who moved the tag, and fetch it anew: git fetch --tags --force")
  }

  private func assetFinding(
    _ item: Item, of state: ForgeRelease, _ service: any ForgeService, at forge: ForgeAccess
  ) async -> ReleaseFinding {
    let criterion = "the asset of the release of \(forge.name)"
    let expected = SHA256Hash(hashing: item.bytes)
    guard let asset = state.asset(named: item.name.text), asset.isComplete else {
      return ReleaseFinding(
        .forgeBytes, file: item.name.text, .no, by: criterion,
        found: state.isPublished
          ? "the release does not have it" : "there is no release of the tag",
        help: "publish it there: hallmark publish --\(service.reference.kind.rawValue) …")
    }
    do {
      let found = try await service.digest(of: asset, limit: Int64(item.bytes.count))
      return ReleaseFinding(
        .forgeBytes, file: item.name.text, found == expected ? .yes : .no, by: criterion,
        found: "sha256:\(found)")
    } catch let error as TransportError where error.reason == .tooLarge {
      return ReleaseFinding(
        .forgeBytes, file: item.name.text, .no, by: criterion, found: "it is a larger file")
    } catch {
      let failure = forge.failure(for: error)
      return ReleaseFinding(
        .forgeBytes, file: item.name.text, .unknown, by: criterion,
        found: failure.diagnostic.message, help: failure.diagnostic.help.first,
        unknownBecause: ExitStatus(rawValue: failure.status) ?? .undecided)
    }
  }
}

extension [String] {
  /// Whether a text is among these, compared as UTF-8.
  fileprivate func contains(bytesOf text: String) -> Bool {
    contains { $0.utf8.elementsEqual(text.utf8) }
  }
}
