// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@testable import ReleaseAudit

/// What settings of GitLab really hold, and what is not shown of them.
@Suite struct GitLabEvidenceTests {
  private static func rule(_ members: String) -> [String: String?] {
    ["approval_rules": "[{\"name\": \"all\", \"approvals_required\": 2, \(members)}]"]
  }

  private static func branch(_ members: String) -> [String: String?] {
    ["protected_branches": "[{\"name\": \"main\", \(members)}]"]
  }

  private static let open = branch(
    #""allow_force_push": false, "push_access_levels": [{"access_level": 30}]"#)

  @Test(
    arguments: [
      // Commits after an approval are merged unseen, whoever may approve.
      ("two-persons", [:], "pass"),
      (
        "two-persons",
        ["approvals": GitLabRepairTests.approvals(["reset_approvals_on_push": "false"])], "fail"
      ),
      (
        "two-persons",
        [
          "approvals": GitLabRepairTests.approvals([
            "merge_requests_disable_committers_approval": "false"
          ])
        ], "fail"
      ),
      // GitLab takes a rule for met that too few could meet.
      ("approvals", rule(#""rule_type": "regular", "eligible_approvers": []"#), "fail"),
      (
        "approvals", rule(#""rule_type": "regular", "eligible_approvers": [{"id": 1}, {"id": 2}]"#),
        "fail"
      ),
      (
        "approvals",
        rule(#""rule_type": "regular", "eligible_approvers": [{"id": 1}, {"id": 2}, {"id": 3}]"#),
        "pass"
      ),
      ("approvals", rule(#""rule_type": "regular""#), "unknown"),
      (
        "approvals",
        rule(
          #""rule_type": "regular", "eligible_approvers": [], "contains_hidden_groups": true"#),
        "unknown"
      ),
      ("approvals", rule(#""rule_type": "any_approver""#), "pass"),
      ("approvals", rule(#""rule_type": "code_owner", "eligible_approvers": []"#), "fail"),
      // Who may push.
      ("pull-requests-only", branch(#""allow_force_push": false"#), "unknown"),
      (
        "pull-requests-only", branch(#""allow_force_push": false, "push_access_levels": []"#),
        "pass"
      ),
      ("branch-stays", branch(#""push_access_levels": []"#), "unknown"),
      ("no-bypass", branch(#""push_access_levels": []"#), "unknown"),
      ("no-bypass", branch(#""push_access_levels": [{"access_level": 40}]"#), "fail"),
      // Where everybody pushes, what is asked of merges holds nobody.
      ("approvals", open, "fail"), ("required-checks", open, "fail"),
      ("linear-history", open, "fail"), ("up-to-date-branch", open, "fail"),
      // Owners are somebody else only where authors do not approve.
      ("updates-need-approval", ["approval_rules": "[]"], "pass"),
      (
        "updates-need-approval",
        [
          "approval_rules": "[]",
          "approvals": GitLabRepairTests.approvals(["merge_requests_author_approval": "true"]),
        ], "fail"
      ),
      ("updates-need-approval", ["approval_rules": "[]", "approvals": nil], "unknown"),
      (
        "default-token-rights", ["": #"{"default_branch": "main", "merge_method": "ff"}"#],
        "unknown"
      ),
      // Some of the names that releases may have can be made by everybody.
      (
        "protected-tags",
        [
          "protected_tags": #"[{"name": "v*", "create_access_levels": [{"access_level": 40}]}, "#
            + #"{"name": "v9*-rc", "create_access_levels": [{"access_level": 30}]}]"#
        ], "unknown"
      ),
      (
        "protected-tags",
        [
          "protected_tags": #"[{"name": "v*", "create_access_levels": [{"access_level": 40}]}, "#
            + #"{"name": "docs*", "create_access_levels": [{"access_level": 30}]}]"#
        ], "pass"
      ),
    ] as [(String, [String: String?], String)])
  func settings(rule: String, changed: [String: String?], expected: String) {
    let (project, _) = GitLabRepairTests.project(changed)
    #expect(GitLabSettingsTests.outcome(rule, project) == expected)
  }

  /// Closing the branch is what makes the rest hold.
  @Test func openBranchIsClosed() throws {
    let plan = GitLabRepairTests.plan(
      Self.branch(
        #""id": 5, "allow_force_push": false, "push_access_levels": [{"id": 1, "access_level": 30}], "#
          + GitLabRepairTests.merges), rules: ["approvals", "linear-history", "required-checks"])
    let change = try #require(plan.changes.first)
    #expect(plan.changes.count == 1 && change.path == "protected_branches/main", "\(plan.changes)")
    #expect(Set(change.rules) == ["approvals", "linear-history", "required-checks"])
  }

  /// Texts and lists of the server are cut.
  @Test func longAnswers() throws {
    let text = String(repeating: "x", count: 5_000)
    let levels = (0..<900).map {
      #"{"deploy_key_id": \#($0), "access_level_description": "\#($0)\#(text)"}"#
    }
    let (project, _) = GitLabRepairTests.project(
      Self.branch("\"push_access_levels\": [\(levels.joined(separator: ", "))]"))
    let part = try #require(project.forge?.branchRules.parts.first)
    let names = try #require(part.bypass.value)
    #expect(names.count == 100 && names.allSatisfy { $0.utf8.count <= 202 })
  }

  @Test(arguments: [
    ("v*", "v1*", true), ("v*", "*-rc", true), ("v*", "docs*", false), ("*", "x", true),
    ("v1", "v1", true), ("v1", "v10", false), ("v1*", "v2*", false), ("a*b", "*ab", true),
    ("a*b", "a*c", false), ("", "*", true), ("", "a", false),
  ])
  func overlaps(first: String, second: String, expected: Bool) {
    #expect(RefPattern.mayOverlap(first, second) == expected)
    #expect(RefPattern.mayOverlap(second, first) == expected)
  }

  /// More branches than are asked for.
  @Test(arguments: [ForgeKind.gitlab, .github])
  func tooManyBranches(kind: ForgeKind) {
    for count in [20, 21] {
      let names = (1...count).map { "b\($0)" }.joined(separator: ", ")
      let files = [
        AuditedFile(
          path: ".gitlab-ci.yml",
          bytes: Array(
            "publish:\n  only: [\(names)]\n  script: [twine upload dist/*]\n".utf8)),
        AuditedFile(
          path: ".github/workflows/release.yml",
          bytes: Array(
            RuleSample.publishing.text.replacing(#"tags: ["v*"]"#, with: "branches: [\(names)]")
              .utf8)),
      ]
      let project = AuditedProject(files: files, isWhole: true)
      #expect(project.releaseBranchFilters(kind).count == count)
      #expect(project.unknownReleaseBranches(kind).count == count - 20)
    }
  }

  /// Whether a pipeline can be asked for before something is merged.
  @Test(arguments: [
    ("test: { script: [pytest] }", true),
    ("test: { script: [pytest], when: manual }", false),
    ("test: { script: [pytest], rules: [{ if: $CI_COMMIT_TAG }] }", false),
    ("test: { script: [pytest], rules: [{ if: $CI_COMMIT_BRANCH }] }", true),
    (
      "test: { script: [pytest], rules: [{ if: '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH' }] }",
      false
    ),
    (
      #"test: { script: [pytest], rules: [{ if: '$CI_PIPELINE_SOURCE == "merge_request_event"' }] }"#,
      true
    ),
    ("test: { script: [pytest], rules: [{ changes: [src/**] }] }", false),
    ("test: { script: [pytest], rules: [{ if: $X, when: never }, { when: always }] }", false),
    ("test: { script: [pytest], rules: [{ when: manual }] }", false),
    ("test: { script: [pytest], extends: .elsewhere }", false),
    ("test: { script: [pytest], only: [merge_requests] }", true),
    ("test: { script: [pytest], only: [tags] }", false),
    ("test: { script: [pytest], only: { changes: [src/*] } }", false),
    ("test: { script: [pytest], except: [tags] }", true),
    ("test: { script: [pytest], except: [branches] }", false),
    ("workflow: { rules: [{ if: $CI_COMMIT_TAG }] }\ntest: { script: [pytest] }", false),
    (
      #"workflow: { rules: [{ if: '$CI_PIPELINE_SOURCE == "merge_request_event"' }] }"#
        + "\ntest: { script: [pytest] }", false
    ),
    (
      #"workflow: { rules: [{ if: '$CI_PIPELINE_SOURCE == "merge_request_event"' }, "#
        + "{ if: '$CI_COMMIT_BRANCH && $CI_OPEN_MERGE_REQUESTS', when: never }, "
        + "{ if: $CI_COMMIT_BRANCH }] }\ntest: { script: [pytest], rules: [{ when: always }] }",
      true
    ),
    ("include: { remote: 'https://example.com/ci.yml' }\ntest: { script: [pytest] }", false),
  ])
  func pipelinesForChanges(text: String, expected: Bool) {
    let (project, _) = GitLabRepairTests.project(
      ["": #"{"default_branch": "main", "merge_method": "ff"}"#], pipeline: text + "\n")
    #expect(GitLabRuns.forChanges(project) == expected)
    let plan = GitLabRepairTests.plan(
      ["": #"{"default_branch": "main", "merge_method": "ff"}"#], rules: ["required-checks"],
      pipeline: text + "\n")
    #expect(plan.changes.isEmpty != expected)
    #expect(plan.left.contains { $0.reason.contains("surely runs") } != expected)
  }
}
