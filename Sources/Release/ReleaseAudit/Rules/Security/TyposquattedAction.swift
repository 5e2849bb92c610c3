// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Names of well-known actions are spelled right.
enum TyposquattedAction: AuditRule {
  static let id = "misspelled-action"

  static let description = RuleDescription(
    id: id, title: "well-known actions are spelled right", severity: .high,
    sources: ["Orca Security, \"Typosquatting in GitHub Actions\" (2024)"],
    why: """
      Anyone can register the account `action` or `dokcer` and put a repository `checkout` there. \
      A misspelled name runs that person's code with the rights of the job.
      """,
    fix: "correct the name, or, where it is meant, say so in an ignore comment",
    samples: [
      .steps(
        "a letter left out, two changed places", .findings(lines: [8, 9]),
        """
        - uses: action/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
        - uses: dokcer/login-action@74a5d142397b4f367a81961eba4e8cd7edddf772
        """),
      .steps(
        "a digit, a doubled letter", .findings(lines: [8, 9]),
        """
        - uses: acti0ns/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
        - uses: actiions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065
        """),
      .steps(
        "right", .good,
        """
        - uses: docker/login-action@74a5d142397b4f367a81961eba4e8cd7edddf772 # v3.4.0
        """),
      .steps(
        "another owner", .good,
        """
        - uses: octo-org/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
        """),
    ])

  /// Owner and repository, in lowercase.
  private static let known: [String] = """
    8398a7/action-slack actions/attest-build-provenance actions/cache actions/checkout \
    actions/configure-pages actions/create-github-app-token actions/dependency-review-action \
    actions/deploy-pages actions/download-artifact actions/github-script actions/labeler \
    actions/setup-dotnet actions/setup-go actions/setup-java actions/setup-node \
    actions/setup-python actions/stale actions/upload-artifact actions/upload-pages-artifact \
    astral-sh/setup-uv aws-actions/configure-aws-credentials azure/login codecov/codecov-action \
    dependabot/fetch-metadata docker/build-push-action docker/login-action docker/metadata-action \
    docker/setup-buildx-action docker/setup-qemu-action dorny/paths-filter dtolnay/rust-toolchain \
    github/codeql-action google-github-actions/auth google-github-actions/setup-gcloud \
    goreleaser/goreleaser-action gradle/actions hashicorp/setup-terraform \
    hynek/build-and-inspect-python-package jamesives/github-pages-deploy-action mikefarah/yq \
    ncipollo/release-action ossf/scorecard-action peaceiris/actions-gh-pages \
    peter-evans/create-pull-request pnpm/action-setup pre-commit/action \
    pypa/cibuildwheel pypa/gh-action-pypi-publish release-drafter/release-drafter \
    ruby/setup-ruby shivammathur/setup-php sigstore/cosign-installer \
    sigstore/gh-action-sigstore-python slackapi/slack-github-action \
    slsa-framework/slsa-github-generator softprops/action-gh-release step-security/harden-runner \
    styfle/cancel-workflow-action swatinem/rust-cache tj-actions/changed-files
    """.split(separator: " ").map(String.init)

  private static let names = Set(known)
  private static let owners = Set(
    known.compactMap { $0.split(separator: "/").first.map(String.init) })

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var seen: [String: String?] = [:]
    return project.usesFindings { path, uses, findings in
      guard let repository = uses.repository?.lowercased() else { return }
      let meant: String?
      if let found = seen[repository] {
        meant = found
      } else {
        meant = neighbour(of: repository)
        seen[repository] = .some(meant)
      }
      guard let meant else { return }
      findings.append(
        Finding(
          rule: id, severity: .high, "`\(repository)` looks like \(meant), misspelled",
          at: Finding.Place(path, uses.text.span)))
    }
  }

  /// The well-known name that is one slip away: a character more, less, other or doubled, two
  /// neighbours exchanged.
  private static func neighbour(of name: String) -> String? {
    // Owners that are known themselves have names of their own.
    guard !names.contains(name), let owner = name.split(separator: "/").first else { return nil }
    let isKnownOwner = owners.contains(String(owner))
    let bytes = Array(name.utf8)
    return known.first { other in
      let second = Array(other.utf8)
      guard abs(bytes.count - second.count) <= 1, isOneSlip(bytes, second) else { return false }
      return !isKnownOwner || other.hasPrefix("\(owner)/") == false
    }
  }

  private static func isOneSlip(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    var start = 0
    while start < min(left.count, right.count), left[start] == right[start] { start += 1 }
    var end = 0
    while end < min(left.count, right.count) - start,
      left[left.count - 1 - end] == right[right.count - 1 - end]
    {
      end += 1
    }
    let first = left[start..<(left.count - end)]
    let second = right[start..<(right.count - end)]
    switch (first.count, second.count) {
    case (1, 0), (0, 1), (1, 1): return true
    case (2, 2): return first.first == second.last && first.last == second.first
    default: return false
    }
  }
}
