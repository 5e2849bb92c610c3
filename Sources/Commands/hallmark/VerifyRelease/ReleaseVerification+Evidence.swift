// SPDX-License-Identifier: Apache-2.0

import Approvals
import Attestations
import Certificates
import Encodings
import PythonPackaging
import Rebuild
import Sigstore
import Verification

/// Who signed the files, of which commit, and who rebuilt them.
extension ReleaseVerification {
  /// Asks about each file's evidence.
  ///
  /// After publishing that is what the index serves. Before, it is what lies beside the files, if
  /// anything does: a job that publishes may attest only then.
  func evidenceFindings(
    _ items: [Item], _ served: ServedFiles?, _ tag: ReleaseTag
  ) async -> [ReleaseFinding] {
    var findings: [ReleaseFinding] = []
    var evidence: [(item: Item, found: FetchedEvidence, place: String)] = []
    for item in items {
      if let file = served?[item.name.text] {
        evidence.append((item, file.evidence, "the attestations that the index serves"))
      } else {
        evidence.append((item, local(item), "the evidence beside the file"))
      }
    }
    let isAsked = phase == .after || evidence.contains { !$0.found.isNothing }
    if isAsked, let policy {
      let verifier = ArtifactVerifier(trusting: roots, expecting: .publishers(policy.policy))
      for (item, found, place) in evidence {
        let result = await found.verdict(
          on: Artifact(filename: item.name.text, digest: item.subject.sha256 ?? .init(hashing: [])),
          named: item.name.text, with: verifier)
        findings.append(Self.attested(result, by: "\(place), under \(policy.origin)"))
        findings.append(Self.attestedCommit(result, tag))
      }
    }
    for (item, found, _) in evidence {
      guard let requirement else { break }
      let outcome = await requirement.outcome(
        of: item.subject, at: path(of: item), among: found.parsed.evidence)
      let notes = outcome.notes.joined(separator: "; ")
      findings.append(
        ReleaseFinding(
          .rebuilders, file: item.name.text,
          outcome.isMet ? .yes : outcome.unreadable.isEmpty ? .no : .unknown,
          by: "signed statements of the policy's rebuilders, \(outcome.required) needed",
          found: outcome.found + (notes.isEmpty ? "" : " (\(notes))"),
          help: "get their statements and name them by --rebuilds"))
    }
    return findings
  }

  func path(of item: Item) -> String? {
    candidate?.files.first { $0.name.text.utf8.elementsEqual(item.name.text.utf8) }?.path
  }

  /// The evidence beside a file.
  private func local(_ item: Item) -> FetchedEvidence {
    path(of: item).map { FetchedEvidence(beside: $0) } ?? FetchedEvidence()
  }

  private static func attested(_ result: FileResult, by criterion: String) -> ReleaseFinding {
    func finding(
      _ answer: ReleaseFinding.Answer, _ found: String, _ help: String? = nil,
      status: ExitStatus = .undecided
    ) -> ReleaseFinding {
      ReleaseFinding(
        .attested, file: result.file, answer, by: criterion, found: found, help: help,
        unknownBecause: status)
    }
    switch result.outcome {
    case .unreadable(let problem): return finding(.unknown, problem)
    case .undecided(let failure):
      return finding(
        .unknown, failure.diagnostic.message, failure.diagnostic.help.first,
        status: ExitStatus(rawValue: failure.status) ?? .undecided)
    case .verdict(let verdict):
      switch verdict.outcome {
      case .accepted(let items, _):
        let signers = items.compactMap { $0.verified?.certificate.subjectAlternativeName.text }
        return finding(.yes, signers.first ?? "")
      case .rejected(let check, _):
        return finding(
          .no, "\(FileResult.sentence(check)) (\(check.rule.rawValue))",
          FileResult.help(for: check.rule))
      case .undecided(let missing, _):
        return finding(.unknown, "something is needed to judge it", FileResult.help(for: missing))
      case .noExpectation: return finding(.unknown, "the policy expects nobody")
      }
    }
  }

  private static func attestedCommit(_ result: FileResult, _ tag: ReleaseTag) -> ReleaseFinding {
    let criterion = "certificate and provenance of the attestations that hold"
    func finding(_ answer: ReleaseFinding.Answer, _ found: String) -> ReleaseFinding {
      ReleaseFinding(
        .attestedCommit, file: result.file, answer, by: criterion, found: found,
        help: answer == .no
          ? "find out who moved the tag; the attested commit is what was built"
          : "let the publisher attest provenance, which names the commit")
    }
    guard case .verdict(let verdict) = result.outcome,
      case .accepted(let items, _) = verdict.outcome
    else { return finding(.unknown, "no attestation holds") }
    var commits: [String] = []
    for commit in items.compactMap({ $0.verified.map { ReleaseOrigin($0) }?.commit })
    where !commits.contains(commit) { commits.append(commit) }
    if let other = commits.first(where: { !$0.utf8.elementsEqual(tag.commit.utf8) }) {
      return finding(.no, "\(other), and the tag is at \(tag.commit)")
    }
    return commits.isEmpty
      ? finding(.unknown, "the attestations name no commit") : finding(.yes, tag.commit)
  }
}

extension FetchedEvidence {
  /// Whether there is nothing, and nobody failed to answer.
  fileprivate var isNothing: Bool { documents.isEmpty && unreadable.isEmpty && failures.isEmpty }
}
