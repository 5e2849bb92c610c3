// SPDX-License-Identifier: Apache-2.0

import Workflows

/// The commit of an action belongs to the action's repository.
enum ImpostorCommit: AuditRule {
  static let id = "impostor-commit"

  static let description = RuleDescription(
    id: id, title: "the commits of actions belong to their repositories", severity: .high,
    checklist: [21],
    sources: ["GitHub Docs, \"Security hardening for GitHub Actions\" (pinning)"],
    why: """
      GitHub shows and runs commits of a fork under the name of the repository that was forked. \
      `owner/action@SHA` can therefore be anyone's code, while it looks pinned.
      """,
    incident: """
      March 2025: the tags of tj-actions/changed-files pointed to such a commit, which was in no \
      branch of the repository.
      """,
    fix: "take the commit of a tag of the action's own repository",
    samples: [
      .steps(
        "a commit, of which a file does not say where it is from", .unknown,
        """
        - uses: actions/labeler@8558fd74291d67161a8a78ce36a881fa63b766a9 # v5.0.0
        """),
      .steps(
        "no commits", .notApplicable,
        """
        - run: make test
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var count = 0
    _ = project.usesFindings { _, uses, _ in if uses.refKind == .fullSHA { count += 1 } }
    guard count > 0 else { return .notApplicable("no action is named by a commit") }
    return .unknown(
      wouldTell: "the tags of the actions' repositories (`git ls-remote --tags`) for \(count) pins")
  }
}
