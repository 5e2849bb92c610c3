// SPDX-License-Identifier: Apache-2.0

/// What to do at GitLab, where the words of a rule are those of GitHub.
enum GitLabHelp {
  private static let prints = "; `hallmark audit --fix --forge` prints the call"

  private static let words = [
    "protected-branch": "protect the branch: maintainers merge, nobody forces a push" + prints,
    "pull-requests-only": "let nobody push to the protected branch: `Allowed to push and merge`",
    "approvals": """
    ask for approvals by a rule that more people can meet than it asks for, and let nobody push; \
    let neither authors nor who added commits approve, and no merge request change its rules \
    (Premium)
    """,
    "stale-approvals": "set `reset_approvals_on_push` of the approval settings (Premium)",
    "code-owner-review": "set `code_owner_approval_required` of the protected branch (Premium)",
    "updates-need-approval": "ask for one approval at least by a rule (Premium)",
    "required-checks": """
    set `only_allow_merge_if_pipeline_succeeds` of the project, without \
    `allow_merge_on_skipped_pipeline`, and let nobody push to the branch
    """,
    "up-to-date-branch": "choose the merge method `ff` or `rebase_merge`, and let nobody push",
    "linear-history": "choose the merge method `ff`, and let nobody push to the branch",
    "branch-stays": "switch `allow_force_push` of the protected branch off",
    "no-bypass": "take all from `Allowed to push and merge`, and switch `allow_force_push` off",
    "signed-commits-rule": """
    set `reject_unsigned_commits` of the push rules, after everybody who commits signs (Premium)
    """,
    "default-token-rights": """
    set `ci_push_repository_for_job_token_allowed` to false, and let job tokens in by the allowlist
    """,
    "protected-tags": "protect the tags of releases, such as `v*`, for maintainers" + prints,
    "environment-reviewers": """
    protect the environment with an approval rule (Premium); `--fix --forge --reviewer LOGIN` \
    prints the call
    """,
    "publish-approval": """
    let a group or a role approve, such as `--fix --forge --reviewer maintainers` (Premium)
    """,
    "self-review": "set `allow_pipeline_trigger_approve_deployment` of the project to false",
    "deploy-refs": "protect the environment, and let only maintainers deploy (Premium)" + prints,
  ]

  /// Findings on settings with the words for GitLab, unless they have their own.
  static func adding(to outcome: RuleOutcome) -> RuleOutcome {
    guard case .examined(let findings) = outcome else { return outcome }
    return .examined(
      findings.map { finding in
        guard finding.help == nil, finding.place.isPage, let help = words[finding.rule] else {
          return finding
        }
        return Finding(
          rule: finding.rule, severity: finding.severity, finding.message, at: finding.place,
          related: finding.related, help: help, fix: finding.fix)
      })
  }
}
