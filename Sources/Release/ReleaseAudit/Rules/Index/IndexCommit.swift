// SPDX-License-Identifier: Apache-2.0

import Policies
import PythonPackaging

/// Provenance names the commit of the tag.
enum IndexCommit: AuditRule {
  static let description = RuleDescription(
    id: "index-commit", title: "provenance names the commit of the version's tag",
    severity: .high, checklist: [88], sources: ["python-tuf #1550"],
    why: """
      Users read the tag's sources and install the index's files. If the files were built from \
      another commit than the tag is at, what they read is not what they run; tags can be moved \
      after a release.
      """,
    incident: """
      March 2025: tags of tj-actions/changed-files were moved to a commit that printed secrets.
      """,
    fix: "find out who moved the tag, or what was built; release a new version from the tag",
    samples: [
      RuleSample(
        "another commit", .findings(lines: [0]),
        index: .sample(commit: String(repeating: "9", count: 40)), git: GitState()),
      RuleSample("the tag's", .good, index: .sample(), git: GitState()),
      RuleSample("no provenance", .unknown, index: .sample(wheel: .absent, sdist: .absent)),
      RuleSample("an attestation without a commit", .unknown, index: .sample(commit: nil)),
      RuleSample("nobody asked", .unknown, index: nil),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    switch project.lastRelease(88) {
    case .failure(let unknown): return unknown.outcome
    case .success(let (state, release)):
      let attested = release.attested.compactMap(\.commit)
      guard let first = attested.first else {
        return .unknown(
          wouldTell: "provenance that holds and names a commit; \(state.project) "
            + "\(release.version) has none at the index")
      }
      let name = (try? ProjectName(state.project)).flatMap { name in
        (try? Version(release.version)).map { ReleaseName(project: name, version: $0) }
      }
      let tag = project.git?.tags.first { name?.isTag($0.name) ?? false }
      guard let tag, let commit = tag.commit else {
        return .unknown(
          wouldTell: "the tag of version \(release.version) (`git fetch --tags`); the attested "
            + "commit is \(first)")
      }
      guard let other = attested.first(where: { $0 != commit }) else { return .examined([]) }
      return .examined([
        finding(
          "\(state.project) \(release.version) was built from \(other), and the tag "
            + "\(tag.name) is at \(commit)", at: state.place)
      ])
    }
  }
}
