// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Actions and reusable workflows are named by commit.
enum UnpinnedAction: AuditRule {
  static let id = "unpinned-action"

  static let description = RuleDescription(
    id: id, title: "actions and reusable workflows are named by full commit SHA", severity: .high,
    checklist: [18, 19],
    sources: [
      "SPEC 8, \"Hash-pin Actions\"", "GitHub Docs, \"Security hardening for GitHub Actions\"",
    ],
    why: """
      A tag or branch is moved by whoever can push to the action's repository. The next run then \
      executes other code, with the secrets and rights of your job. A full commit SHA cannot be \
      moved. The SLSA generator's reusable workflows are the exception: they check their own ref \
      and work only when they are named by a version tag.
      """,
    incident: """
      March 2025: tags of tj-actions/changed-files were moved to a commit that wrote secrets into \
      build logs; some 23,000 repositories used it by tag (CVE-2025-30066). Days before, \
      reviewdog/action-setup@v1 was changed in the same way (CVE-2025-30154).
      """,
    fix: "write the full SHA of the commit and keep the version as a comment behind it",
    samples: [
      .steps(
        "a major version", .findings(lines: [8]),
        """
        - uses: hynek/build-and-inspect-python-package@v2
        """),
      .steps(
        "a branch, and an abbreviated commit", .findings(lines: [8, 9]),
        """
        - uses: pypa/gh-action-pypi-publish@release/v1
        - uses: actions/setup-python@a26af69be951
        """),
      RuleSample(
        "a reusable workflow", .findings(lines: [5]),
        workflow: """
          on: push
          permissions: {}
          jobs:
            test:
              uses: octo-org/ci/.github/workflows/test.yml@main

          """),
      .steps(
        "commits with their versions, an image, an action of the same repository", .good,
        """
        - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
          with:
            persist-credentials: false
        - uses: docker://ghcr.io/octo-org/tool:1.2
        - uses: ./.github/actions/build
        """),
      RuleSample(
        "the SLSA generator, which must be named by a tag", .good,
        workflow: """
          on: push
          permissions: {}
          jobs:
            provenance:
              permissions: { actions: read, id-token: write, contents: write }
              uses: slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@v2.1.0

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.usesFindings { path, uses, findings in
      guard case .repository = uses.target, uses.refKind != .fullSHA,
        let action = uses.action
      else { return }
      if action.hasPrefix("slsa-framework/slsa-github-generator/"), uses.refKind == .version {
        return
      }
      let name = uses.repository ?? action
      let problem =
        switch uses.refKind {
        case .shortSHA: "\(name) is named by an abbreviated commit"
        case .version: "\(name) is named by the tag \(uses.ref?.value ?? ""), which can be moved"
        case .branch: "\(name) is named by the branch \(uses.ref?.value ?? ""), which moves"
        case .fullSHA, nil: "\(name) is named without a version"
        }
      // The forge's own actions change with the forge; in what is released, nothing may change.
      let place = Finding.Place(path, uses.text.span)
      let isForges = name.hasPrefix("actions/") || name.hasPrefix("github/")
      let isLess = isForges && !project.releaseScope.contains(place) && project.isWhole
      findings.append(
        Finding(rule: id, severity: isLess ? .medium : .high, problem, at: place))
    }
  }
}
