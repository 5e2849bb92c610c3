// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Tokens of GitHub Apps have the rights, repositories and life that a job needs.
enum AppTokenScope: AuditRule {
  static let id = "app-token-scope"

  static let description = RuleDescription(
    id: id, title: "tokens of apps are narrowed to what a job needs", severity: .high,
    sources: ["actions/create-github-app-token, README (permission-*, repositories)"],
    why: """
      Without `permission-…` inputs the token can do all that the app may do; with `owner` and \
      without `repositories` it can do it in every repository where the app is installed; with \
      `skip-token-revoke` it outlives the job.
      """,
    fix:
      "name the rights (`permission-contents: read`) and the repositories, and let the token be revoked",
    samples: [
      .steps(
        "all rights of the app", .findings(lines: [8]),
        """
        - uses: actions/create-github-app-token@67018539274d69449ef7c02e8e71183d1719ab42 # v2.1.4
          with:
            app-id: ${{ vars.APP_ID }}
            private-key: ${{ secrets.APP_KEY }}
        """),
      .steps(
        "all repositories, and no end", .findings(lines: [13, 14]),
        """
        - uses: actions/create-github-app-token@67018539274d69449ef7c02e8e71183d1719ab42 # v2.1.4
          with:
            app-id: ${{ vars.APP_ID }}
            private-key: ${{ secrets.APP_KEY }}
            permission-contents: read
            owner: octo-org
            skip-token-revoke: true
        """),
      .steps(
        "one right in one repository", .good,
        """
        - uses: actions/create-github-app-token@67018539274d69449ef7c02e8e71183d1719ab42 # v2.1.4
          with:
            app-id: ${{ vars.APP_ID }}
            private-key: ${{ secrets.APP_KEY }}
            owner: octo-org
            repositories: website
            permission-contents: write
        """),
      .steps(
        "a right in the organisation, which has no repositories", .good,
        """
        - uses: actions/create-github-app-token@67018539274d69449ef7c02e8e71183d1719ab42 # v2.1.4
          with:
            app-id: ${{ vars.APP_ID }}
            private-key: ${{ secrets.APP_KEY }}
            owner: octo-org
            permission-members: read
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.stepFindings { site, findings in
      guard let uses = site.step.uses, uses.isAction("actions/create-github-app-token"),
        site.step.with?.expression == nil
      else { return }
      func add(_ severity: AuditSeverity, _ message: String, _ span: Range<Int>) {
        findings.append(Finding(rule: id, severity: severity, message, at: site.place(span)))
      }
      let with = site.step.with
      if let entry = with?.entry("skip-token-revoke") {
        if entry.value.isExpression {
          add(.medium, "the token may outlive the job", entry.span)
        } else if ["true", "True", "TRUE"].contains(entry.value.value) {
          add(.high, "the token outlives the job", entry.span)
        }
      }
      let rights = (with?.entries ?? []).map { $0.key.value.lowercased() }.filter {
        $0.hasPrefix("permission-")
      }
      let isOrganisational = !rights.isEmpty && rights.allSatisfy(concernsOrganisation)
      if let owner = with?.entry("owner"), !(with?.has("repositories") ?? false), !isOrganisational
      {
        add(.high, "the token is good for every repository of `\(owner.value.value)`", owner.span)
      }
      if rights.isEmpty {
        add(.high, "the token has all rights that the app has", uses.text.span)
      }
    }
  }

  private static func concernsOrganisation(_ right: String) -> Bool {
    right.hasPrefix("permission-organization-") || right == "permission-members"
      || right == "permission-custom-properties-for-organizations"
      || right == "permission-enterprise-custom-properties-for-organizations"
  }
}
