// SPDX-License-Identifier: Apache-2.0

/// The order in which a person reads findings: the worst first; of the same severity what is in the
/// jobs that make and publish a release before all else; then by how much a rule's findings matter.
///
/// Findings of a rule stand together in the order of files.
package struct FindingOrder {
  private let releases: ReleaseScope

  /// Takes the jobs of a project's releases.
  package init(_ project: AuditedProject) { releases = project.releaseScope }

  /// The findings in this order.
  package func sorted(_ findings: [Finding]) -> [Finding] {
    // What is of the same rank keeps the order of the files.
    findings.enumerated().map { ($0, rank($1), $1) }
      .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.2)
  }

  /// Findings by rule, each group where its first finding stands.
  package func grouped(_ findings: [Finding]) -> [[Finding]] {
    var places: [String: Int] = [:]
    var groups: [[Finding]] = []
    for finding in sorted(findings) {
      if let place = places[finding.rule] {
        groups[place].append(finding)
      } else {
        places[finding.rule] = groups.count
        groups.append([finding])
      }
    }
    return groups
  }

  private func rank(_ finding: Finding) -> Int {
    let severity = AuditSeverity.allCases.reversed().firstIndex(of: finding.severity) ?? 0
    let weight = Self.weights[finding.rule] ?? Self.matters.count
    return (severity * 2 + (releases.contains(finding.place) ? 0 : 1)) * 1_000 + weight
  }

  // What lets somebody in or publish comes before what makes that worse, and that before hygiene.
  private static let matters = [
    "untrusted-checkout", "template-injection", "environment-file-write", "vulnerable-action",
    "misspelled-action", "impostor-commit", "intentional-trigger",
    "registry-token-outside-environment", "printed-secret", "spoofable-bot-condition",
    "insecure-commands", "always-true-condition", "unsound-contains", "downloaded-script",
    "cache-in-release", "publish-environment", "separate-build", "publish-by-token",
    "no-provenance", "attest-permissions", "attestations-disabled", "attested-is-published",
    "publish-order", "unpinned-action", "unpinned-image", "excessive-permissions",
    "persisted-credentials", "all-secrets-exposed", "inherited-secrets", "orphan-id-token",
    "unhashed-requirements", "dangerous-trigger", "publish-concurrency", "upload-too-old",
    "floating-backend", "release-not-gated", "artifact-by-name", "publish-unverified",
    "unbound-verification", "self-hosted-runner", "dependabot-cooldown", "action-updates",
    "code-owners", "no-release-page", "security-page", "unsigned-tag", "source-date-epoch",
    "pin-comment", "secret-outside-environment",
  ]
  private static let weights = Dictionary(
    matters.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
}
