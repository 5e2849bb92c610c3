// SPDX-License-Identifier: Apache-2.0

import Encodings
import SourceText
import Testing

@testable import ReleaseAudit

/// The requests that would change settings at GitLab.
@Suite struct GitLabRepairTests {
  static let pipeline = """
    publish:
      environment: { name: pypi }
      id_tokens:
        PYPI_ID_TOKEN: { aud: pypi }
      rules:
        - if: $CI_COMMIT_TAG
      script:
        - twine upload dist/*
    test:
      script:
        - pytest

    """

  static let members =
    "["
    + [member(1, "ada", 50), member(2, "bea", 40), member(3, "cleo", 40), member(4, "dan", 30)]
    .joined(separator: ", ") + "]"

  static func member(
    _ id: Int, _ name: String, _ level: Int, state: String = "active"
  ) -> String {
    #"{"id": \#(id), "username": "\#(name)", "access_level": \#(level), "state": "\#(state)"}"#
  }

  /// Answers of a project in which everything is as it should be.
  static let good = GitLabSettingsTests.answers.merging([
    "members/all": members,
    "approvals": approvals(),
    "protected_environments": """
    [{"name": "pypi", "deploy_access_levels": [{"id": 7, "access_level": 40}],
      "approval_rules": [{"id": 8, "access_level": 40, "required_approvals": 1}]}]
    """,
  ]) { $1 }

  static func approvals(_ changed: [String: String] = [:]) -> String {
    var members = [
      "reset_approvals_on_push": "true", "merge_requests_author_approval": "false",
      "disable_overriding_approvers_per_merge_request": "true",
      "merge_requests_disable_committers_approval": "true",
    ]
    for (key, value) in changed { members[key] = value }
    return "{"
      + members.sorted { $0.key < $1.key }.map { #""\#($0.key)": \#($0.value)"# }
      .joined(separator: ", ") + "}"
  }

  static func project(
    _ changed: [String: String?], pipeline: String? = pipeline, profile: AuditProfile = .strict
  ) -> (project: AuditedProject, inquiry: ForgeInquiry) {
    var answers = good
    for (path, answer) in changed { answers[path] = answer }
    let files = pipeline.map { [AuditedFile(path: ".gitlab-ci.yml", bytes: Array($0.utf8))] } ?? []
    let project = AuditedProject(files: files, isWhole: true, profile: profile)
    var inquiry = ForgeInquiry(
      .gitlab, project: "acme/greeting", environments: [],
      branches: project.releaseBranchFilters(.gitlab))
    for question in inquiry.open {
      let node = answers[question.path].flatMap { try? JSONNode(parsing: Array($0.utf8)) }
      inquiry.take(node.map { .found($0) } ?? .unanswered("status 403"), to: question)
    }
    return (project.adding(forge: inquiry.state), inquiry)
  }

  static func plan(
    _ changed: [String: String?], rules: Set<String>? = nil, pipeline: String? = pipeline,
    profile: AuditProfile = .strict, reviewers: [String] = []
  ) -> SettingsRepair {
    let (project, inquiry) = project(changed, pipeline: pipeline, profile: profile)
    var findings: [Finding] = []
    for rule in AuditRules.settings where rules?.contains(rule.description.id) ?? true {
      if case .examined(let found) = rule.examine(project) { findings += found }
    }
    return SettingsRepair(findings, of: project, inquiry: inquiry, reviewers: reviewers)
  }

  @Test func nothingIsToDo() {
    let plan = Self.plan([:])
    #expect(plan.changes.isEmpty && plan.left.isEmpty, "\(plan.changes) \(plan.left)")
  }

  static let branch = #"{"id": 5, "name": "main", "allow_force_push": "#
  static let nobody = #"[{"id": 11, "access_level": 0}]"#
  static let merges = #""merge_access_levels": [{"id": 12, "access_level": 40}]"#

  /// What is set, by rule and answer: the request, and its body.
  @Test(arguments: [
    (
      "protected-branch,pull-requests-only", "protected_branches", "[]", "POST protected_branches",
      #"{"name": "main", "push_access_level": 0, "merge_access_level": 40, "#
        + #""allow_force_push": false}"#
    ),
    (
      "protected-branch", "protected_branches", "[]", "POST protected_branches",
      #"{"name": "main", "push_access_level": 40, "merge_access_level": 40, "#
        + #""allow_force_push": false}"#
    ),
    // What is not asked about is named as it is, and other levels stay.
    (
      "branch-stays", "protected_branches",
      "[\(branch)true, \"code_owner_approval_required\": true, \"push_access_levels\": \(nobody)}]",
      "PATCH protected_branches/main",
      #"{"allow_force_push": false, "code_owner_approval_required": true}"#
    ),
    (
      "code-owner-review", "protected_branches",
      "[\(branch)true, \"code_owner_approval_required\": false, \"push_access_levels\": \(nobody)}]",
      "PATCH protected_branches/main",
      #"{"allow_force_push": true, "code_owner_approval_required": true}"#
    ),
    (
      "pull-requests-only,no-bypass", "protected_branches",
      "[\(branch)false, \"push_access_levels\": [{\"id\": 11, \"access_level\": 40}, "
        + "{\"id\": 12, \"access_level\": 40, \"deploy_key_id\": 3}, "
        + "{\"id\": 13, \"access_level\": null, \"user_id\": 4}], \(merges)}]",
      "PATCH protected_branches/main",
      #"{"allow_force_push": false, "allowed_to_push": [{"id": 11, "access_level": 0}, "#
        + #"{"id": 12, "_destroy": true}, {"id": 13, "_destroy": true}]}"#
    ),
    (
      "pull-requests-only", "protected_branches",
      "[\(branch)false, \"push_access_levels\": [{\"id\": 13, \"user_id\": 4}], \(merges)}]",
      "PATCH protected_branches/main",
      #"{"allow_force_push": false, "allowed_to_push": [{"id": 13, "_destroy": true}, "#
        + #"{"access_level": 0}]}"#
    ),
    (
      "stale-approvals", "approvals",
      approvals(["reset_approvals_on_push": "false", "selective_code_owner_removals": "true"]),
      "POST approvals",
      #"{"reset_approvals_on_push": true, "selective_code_owner_removals": false}"#
    ),
    (
      "approvals", "approvals",
      approvals([
        "merge_requests_author_approval": "true",
        "merge_requests_disable_committers_approval": "false",
      ]), "POST approvals",
      #"{"merge_requests_author_approval": false, "#
        + #""merge_requests_disable_committers_approval": true}"#
    ),
    (
      "two-persons", "approvals",
      approvals(["merge_requests_disable_committers_approval": "false"]), "POST approvals",
      #"{"merge_requests_disable_committers_approval": true}"#
    ),
    (
      "approvals", "approval_rules", "[]", "POST approval_rules",
      #"{"name": "All Members", "rule_type": "any_approver", "approvals_required": 2}"#
    ),
    // A request that replaces a rule has all that was read of it.
    (
      "approvals", "approval_rules",
      #"[{"id": 6, "name": "all", "rule_type": "any_approver", "approvals_required": 1, "#
        + #""users": [], "groups": [{"id": 9}], "protected_branches": [{"id": 5, "name": "main"}], "#
        + #""applies_to_all_protected_branches": false}]"#, "PUT approval_rules/6",
      #"{"name": "all", "approvals_required": 2, "user_ids": [], "group_ids": [9], "#
        + #""protected_branch_ids": [5], "applies_to_all_protected_branches": false}"#
    ),
    (
      "required-checks,up-to-date-branch", "",
      #"{"default_branch": "main", "merge_method": "merge"}"#, "PUT ",
      #"{"only_allow_merge_if_pipeline_succeeds": true, "allow_merge_on_skipped_pipeline": false, "#
        + #""merge_method": "rebase_merge"}"#
    ),
    (
      "linear-history", "", #"{"default_branch": "main", "merge_method": "rebase_merge"}"#, "PUT ",
      #"{"merge_method": "ff"}"#
    ),
    (
      "default-token-rights", "",
      #"{"default_branch": "main", "ci_push_repository_for_job_token_allowed": true}"#, "PUT ",
      #"{"ci_push_repository_for_job_token_allowed": false}"#
    ),
    (
      "self-review", "",
      #"{"default_branch": "main", "allow_pipeline_trigger_approve_deployment": true}"#, "PUT ",
      #"{"allow_pipeline_trigger_approve_deployment": false}"#
    ),
    (
      "default-token-rights", "job_token_scope", #"{"inbound_enabled": false}"#,
      "PATCH job_token_scope", #"{"enabled": true}"#
    ),
    (
      "signed-commits-rule", "push_rule", "null", "POST push_rule",
      #"{"reject_unsigned_commits": true}"#
    ),
    (
      "signed-commits-rule", "push_rule", #"{"id": 1, "reject_unsigned_commits": false}"#,
      "PUT push_rule", #"{"reject_unsigned_commits": true}"#
    ),
    (
      "protected-tags", "protected_tags", "[]", "POST protected_tags",
      #"{"name": "v*", "create_access_level": 40}"#
    ),
    (
      "deploy-refs", "protected_environments",
      #"[{"name": "pypi", "deploy_access_levels": [{"id": 7, "access_level": 30}, "#
        + #"{"id": 9, "group_id": 3, "access_level": null}]}]"#, "PUT protected_environments/pypi",
      #"{"deploy_access_levels": [{"id": 7, "access_level": 40}]}"#
    ),
    (
      "deploy-refs", "protected_environments", "[]", "POST protected_environments",
      #"{"deploy_access_levels": [{"access_level": 40}], "name": "pypi"}"#
    ),
  ])
  func requests(rules: String, path: String, answer: String, request: String, body: String) throws {
    let names = Set(rules.split(separator: ",").map(String.init))
    let plan = Self.plan([path: answer], rules: names)
    let change = try #require(plan.changes.first, "\(plan.left)")
    #expect(plan.changes.count == 1, "\(plan.changes)")
    #expect("\(change.method.rawValue) \(change.path)" == request)
    let expected = try JSONNode(parsing: Array(body.utf8)).value
    #expect(change.body == expected, "\(change.body?.compactText ?? "")")
    #expect(Set(change.rules) == names && change.allows == nil)
  }

  /// What is left to a person, and why.
  @Test(arguments: [
    // Changing it would take the protection away for a moment.
    (
      "protected-tags", "protected_tags",
      #"[{"name": "v*", "create_access_levels": [{"access_level": 30}]}]"#, "cannot change"
    ),
    (
      "branch-stays", "protected_branches",
      #"[{"id": 5, "name": "main", "allow_force_push": true, "inherited": true, "#
        + #""push_access_levels": []}]"#,
      "belongs to the group"
    ),
    (
      "pull-requests-only", "protected_branches",
      #"[{"name": "main", "push_access_levels": [{"access_level": 40}]}]"#, "is not shown"
    ),
    // Nobody could change the branch any more.
    (
      "pull-requests-only", "protected_branches",
      #"[{"name": "main", "push_access_levels": [{"id": 11, "access_level": 40}], "#
        + #""merge_access_levels": [{"id": 12, "access_level": 0}]}]"#, "nobody may merge"
    ),
    (
      "code-owner-review", "protected_branches", #"[{"name": "main", "push_access_levels": []}]"#,
      "GitLab's plan has no approval of code owners"
    ),
    (
      "approvals", "approval_rules",
      #"[{"id": 6, "name": "all", "rule_type": "any_approver", "approvals_required": 1, "#
        + #""protected_branches": [{"id": 5, "name": "next"}]}]"#, "of other branches"
    ),
    (
      "approvals", "approval_rules",
      #"[{"id": 6, "name": "all", "rule_type": "any_approver", "approvals_required": 1}]"#,
      "not shown as a whole"
    ),
    (
      "pull-requests-only", "protected_branches",
      #"[{"name": "main", "push_access_levels": [{"id": 11, "access_level": 40}]}]"#,
      "`merge_access_levels` is missing"
    ),
    // One of maintainers would let them make what nobody may make now.
    (
      "protected-tags", "protected_tags",
      #"[{"name": "v9*", "create_access_levels": [{"access_level": 0}]}]"#, "lets no maintainer"
    ),
    (
      "protected-tags", "protected_tags",
      #"[{"name": "*-rc", "create_access_levels": [{"user_id": 3, "access_level": 40}]}]"#,
      "lets no maintainer"
    ),
    ("environment-reviewers", "protected_environments", "[]", "--reviewer LOGIN"),
    ("publish-approval", "protected_environments", "[]", "--reviewer LOGIN"),
    ("self-review", "protected_environments", "[]", "needs reviewers first"),
    ("two-persons", "protected_environments", "[]", "each gap"),
  ])
  func whatIsLeft(rule: String, path: String, answer: String, reason: String) {
    let plan = Self.plan([path: answer], rules: [rule])
    #expect(plan.changes.isEmpty, "\(plan.changes)")
    #expect(
      plan.left.contains { $0.rule == rule && $0.reason.contains(reason) }, "\(plan.left)")
  }

  /// Nothing is asked for that nobody could fulfil.
  @Test(arguments: [
    ("approvals", "approval_rules", "[]", "no change could go in"),
    ("environment-reviewers", "protected_environments", "[]", "nobody could start a run"),
  ])
  func oneMaintainer(rule: String, path: String, answer: String, reason: String) {
    let plan = Self.plan(
      [
        path: answer,
        // Neither who is blocked nor a token's account approves.
        "members/all": "[\(Self.member(1, "ada", 50)), \(Self.member(2, "project_5_bot_1a", 40)), "
          + "\(Self.member(3, "group_6_bot", 40)), \(Self.member(4, "dan", 40, state: "blocked"))]",
      ], rules: [rule], reviewers: ["ada"])
    #expect(plan.changes.isEmpty)
    #expect(plan.left.contains { $0.rule == rule && $0.reason.contains(reason) }, "\(plan.left)")
  }

  @Test func withoutAPipelineNoneIsRequired() {
    let plan = Self.plan(
      ["": #"{"default_branch": "main", "merge_method": "ff"}"#], rules: ["required-checks"],
      pipeline: nil)
    #expect(plan.changes.isEmpty && plan.left.contains { $0.rule == "required-checks" })
  }

  /// Each protection that matches is narrowed, since the most permissive one decides.
  @Test func everyPatternIsNarrowed() {
    let plan = Self.plan(
      [
        "protected_branches": """
        [{"id": 1, "name": "main", "allow_force_push": true, "push_access_levels": \(Self.nobody)},
         {"id": 2, "name": "release/*", "allow_force_push": true},
         {"id": 3, "name": "m*", "allow_force_push": true, "push_access_levels": \(Self.nobody)}]
        """
      ], rules: ["branch-stays", "no-bypass"])
    #expect(
      plan.changes.map(\.path) == ["protected_branches/main", "protected_branches/m%2A"]
        || plan.changes.map(\.path) == ["protected_branches/main", "protected_branches/m*"],
      "\(plan.changes)")
  }

  /// What was not shown is not changed, and what depends on it is not found.
  @Test(arguments: good.keys.sorted())
  func whatIsNotSeen(path: String) {
    let plan = Self.plan([path: nil], reviewers: ["bea"])
    #expect(plan.changes.isEmpty, "\(plan.changes)")
    var bare: [String: String?] = ["protected_branches": "[]", "protected_tags": "[]"]
    bare.updateValue(nil, forKey: path)
    let none = Self.plan(bare, reviewers: ["bea"])
    for change in none.changes {
      #expect(change.path != path && !change.path.hasPrefix(path + "/"), "\(change)")
    }
    #expect(!none.changes.isEmpty)
  }

  /// Each finding says what to do at GitLab.
  @Test func helpIsOfGitLab() {
    let (project, _) = Self.project([
      "": """
      {"default_branch": "main", "merge_method": "merge", \
      "ci_push_repository_for_job_token_allowed": true, \
      "allow_pipeline_trigger_approve_deployment": true}
      """,
      "protected_branches": "[]", "protected_tags": "[]", "protected_environments": "[]",
      "approval_rules": "[]", "push_rule": "null",
    ])
    var count = 0
    for rule in AuditRules.settings {
      guard case .examined(let findings) = rule.examine(project) else { continue }
      for finding in findings where finding.place.isPage {
        count += 1
        #expect(finding.help != nil, "\(finding.rule)")
        #expect(finding.help?.contains("ruleset") != true)
      }
    }
    #expect(count > 18)
  }

  /// A plan without approvals and push rules is told as it is: what it has is found, and can be set.
  @Test func freePlan() {
    let open =
      #"[{"id": 5, "name": "main", "allow_force_push": true, "push_access_levels": "#
      + #"[{"id": 11, "access_level": 40}], "#
      + "\(Self.merges)}]"
    let free: [String: String?] = [
      "approvals": nil, "approval_rules": nil, "push_rule": nil, "protected_environments": nil,
      "protected_branches": open,
    ]
    let (project, _) = Self.project(free)
    for (rule, expected) in [
      ("branch-stays", "fail"), ("no-bypass", "fail"), ("pull-requests-only", "fail"),
      ("approvals", "unknown"), ("stale-approvals", "unknown"), ("signed-commits-rule", "unknown"),
      ("environment-reviewers", "unknown"), ("linear-history", "pass"),
    ] {
      #expect(GitLabSettingsTests.outcome(rule, project) == expected, "\(rule)")
    }
    let plan = Self.plan(free)
    #expect(plan.changes.map(\.path) == ["protected_branches/main"], "\(plan.changes)")
  }
}
