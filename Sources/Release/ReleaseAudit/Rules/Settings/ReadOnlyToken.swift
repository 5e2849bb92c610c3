// SPDX-License-Identifier: Apache-2.0

/// Workflow tokens are read-only by default.
enum ReadOnlyToken: AuditRule {
  static let description = RuleDescription(
    id: "default-token-rights", title: "tokens of jobs only read by default",
    severity: .medium, checklist: [10], sources: ["SPEC 8"],
    why: """
      A workflow that says nothing of `permissions` gets the default. Where that writes, each new \
      workflow, also one that somebody adds in haste, can push code and make releases.
      """,
    fix: "set the default rights of workflows to read, and let none approve pull requests",
    samples: [
      RuleSample(
        "it writes, and approves", .findings(lines: [0, 0]),
        settings: [
          (
            "actions/permissions/workflow",
            #"{"default_workflow_permissions": "write", "can_approve_pull_request_reviews": true}"#
          )
        ]),
      RuleSample(
        "it reads", .good,
        settings: [
          (
            "actions/permissions/workflow",
            #"{"default_workflow_permissions": "read", "can_approve_pull_request_reviews": false}"#
          )
        ]),
      RuleSample("only administrators see it", .unknown, settings: []),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    settings(project) { forge in
      switch forge.jobToken {
      case .unknown(let how): return .unknown(wouldTell: how)
      case .known(let policy):
        var findings: [Finding] = []
        if !policy.isReadOnly {
          findings.append(
            finding("the token of each job may write by default", at: forge.place(.actions)))
        }
        if policy.mayApprove {
          findings.append(
            finding("workflows may approve pull requests", .low, at: forge.place(.actions)))
        }
        findings += policy.problems.map { finding($0, at: forge.place(.actions)) }
        return .examined(findings)
      }
    }
  }
}
