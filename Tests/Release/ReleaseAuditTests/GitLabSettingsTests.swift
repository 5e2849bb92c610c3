// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@testable import ReleaseAudit

/// GitLab's settings in the same form as GitHub's.
@Suite struct GitLabSettingsTests {
  static let answers = [
    "": """
    {"default_branch": "main", "visibility": "public", "merge_method": "ff",
     "web_url": "https://gitlab.com/acme/greeting", "only_allow_merge_if_pipeline_succeeds": true,
     "allow_pipeline_trigger_approve_deployment": false, "allow_merge_on_skipped_pipeline": false,
     "ci_push_repository_for_job_token_allowed": false}
    """,
    "protected_branches": """
    [{"name": "ma*", "push_access_levels": [{"access_level": 0}], "allow_force_push": false,
      "code_owner_approval_required": true}]
    """,
    "protected_tags": #"[{"name": "v*", "create_access_levels": [{"access_level": 40}]}]"#,
    "protected_environments": """
    [{"name": "pypi", "approval_rules": [{"group_id": 5, "required_approvals": 1,
      "access_level_description": "release"}]}]
    """,
    "approvals": approvals("true"),
    "approval_rules": """
    [{"name": "all", "rule_type": "any_approver", "approvals_required": 2, "protected_branches": []}]
    """,
    "push_rule": #"{"reject_unsigned_commits": true}"#,
    "job_token_scope": #"{"inbound_enabled": true}"#,
    "members/all": """
    [{"id": 1, "username": "ada", "access_level": 50, "state": "active"},
     {"id": 2, "username": "guest", "access_level": 10}]
    """,
  ]

  static func approvals(
    _ resets: String, byAuthor: String = "false", isFixed: String = "true"
  ) -> String {
    #"{"reset_approvals_on_push": \#(resets), "merge_requests_author_approval": \#(byAuthor), "#
      + #""disable_overriding_approvers_per_merge_request": \#(isFixed)}"#
  }

  static func project(_ changed: [String: String?] = [:]) -> AuditedProject {
    var answers = answers
    for (path, answer) in changed { answers[path] = answer }
    var inquiry = ForgeInquiry(.gitlab, project: "acme/greeting", environments: [])
    for question in inquiry.open {
      let node = answers[question.path].flatMap { try? JSONNode(parsing: Array($0.utf8)) }
      inquiry.take(node.map { .found($0) } ?? .unanswered("status 403"), to: question)
    }
    #expect(inquiry.open.isEmpty)
    return AuditedProject(files: [], isWhole: true, profile: .strict).adding(forge: inquiry.state)
  }

  /// What a rule says of the settings.
  static func outcome(_ rule: String, _ project: AuditedProject) -> String {
    guard let type = AuditRules.settings.first(where: { $0.description.id == rule }) else {
      return "no such rule"
    }
    switch type.examine(project) {
    case .examined(let found): return found.isEmpty ? "pass" : "fail"
    case .notApplicable: return "n/a"
    case .unknown(let how): return how.isEmpty ? "" : "unknown"
    }
  }

  @Test(arguments: [
    "protected-branch", "pull-requests-only", "approvals", "stale-approvals", "code-owner-review",
    "required-checks", "up-to-date-branch", "linear-history", "branch-stays", "protected-tags",
    "signed-commits-rule", "default-token-rights", "no-bypass",
  ])
  func good(rule: String) { #expect(Self.outcome(rule, Self.project()) == "pass") }

  @Test(arguments: [
    ("protected-branch", "protected_branches", #"[{"name": "x", "push_access_levels": []}]"#),
    (
      "pull-requests-only", "protected_branches",
      #"[{"name": "main", "push_access_levels": [{"access_level": 40}]}]"#
    ),
    (
      "approvals", "approval_rules",
      #"[{"name": "all", "rule_type": "regular", "approvals_required": 0}]"#
    ),
    (
      "approvals", "approval_rules",
      #"[{"name": "scan", "rule_type": "report_approver", "approvals_required": 2}]"#
    ),
    ("approvals", "approvals", approvals("true", byAuthor: "true")),
    ("approvals", "approvals", approvals("true", isFixed: "false")),
    ("stale-approvals", "approvals", approvals("false")),
    // The most permissive of the rules that match decides, wherever it stands in the list.
    (
      "pull-requests-only", "protected_branches",
      #"[{"name": "main", "push_access_levels": [{"access_level": 0}]}, "#
        + #"{"name": "*", "push_access_levels": [{"access_level": 30}]}]"#
    ),
    (
      "branch-stays", "protected_branches",
      #"[{"name": "main", "push_access_levels": [{"access_level": 0}]}, "#
        + #"{"name": "*", "push_access_levels": [{"access_level": 0}], "allow_force_push": true}]"#
    ),
    (
      "no-bypass", "protected_branches",
      #"[{"name": "main", "push_access_levels": [{"access_level": 40}]}]"#
    ),
    (
      "branch-stays", "protected_branches",
      #"[{"name": "main", "push_access_levels": [], "allow_force_push": true}]"#
    ),
    // A forced push is named, whoever may push.
    (
      "no-bypass", "protected_branches",
      #"[{"name": "main", "push_access_levels": [{"access_level": 0}], "allow_force_push": true}]"#
    ),
    (
      "protected-tags", "protected_tags",
      #"[{"name": "v*", "create_access_levels": [{"access_level": 30}]}]"#
    ),
    // One rule that lets everybody in is enough.
    (
      "protected-tags", "protected_tags",
      #"[{"name": "v*", "create_access_levels": [{"access_level": 40}]}, "#
        + #"{"name": "*", "create_access_levels": [{"access_level": 30}]}]"#
    ),
    // At GitLab nothing but `*` stands for something else.
    (
      "protected-tags", "protected_tags",
      #"[{"name": "v[0-9]*", "create_access_levels": [{"access_level": 40}]}]"#
    ),
    (
      "protected-branch", "protected_branches",
      #"[{"name": "mai?", "push_access_levels": [{"access_level": 0}]}]"#
    ),
    ("signed-commits-rule", "push_rule", "null"),
    ("default-token-rights", "job_token_scope", #"{"inbound_enabled": false}"#),
  ])
  func bad(rule: String, path: String, answer: String) {
    #expect(Self.outcome(rule, Self.project([path: answer])) == "fail")
    #expect(Self.outcome(rule, Self.project([path: nil])) == "unknown")
    #expect(
      Self.outcome(rule, Self.project([path: #"{"a": 1}"#])) == "unknown" || path == "push_rule"
        || path == "approvals")
  }

  /// A skipped pipeline is none that passed; the interface has `null` for no.
  @Test(arguments: [("true", "fail"), ("false", "pass"), ("null", "pass"), ("", "unknown")])
  func skippedPipelines(value: String, expected: String) throws {
    let text = try #require(Self.answers[""])
    let member = #""allow_merge_on_skipped_pipeline": "#
    let answer = text.replacing(
      member + "false,", with: value.isEmpty ? "" : member + value + ",")
    #expect(Self.outcome("required-checks", Self.project(["": answer])) == expected)
  }

  /// Environments in which jobs of `.gitlab-ci.yml` publish.
  @Test(arguments: [
    ("environment-reviewers", #""approval_rules": []"#, "fail"),
    (
      "environment-reviewers",
      #""approval_rules": [{"access_level": 40, "required_approvals": 0}]"#, "fail"
    ),
    (
      "environment-reviewers",
      #""approval_rules": [{"user_id": 2, "required_approvals": 1}]"#, "pass"
    ),
    ("publish-approval", #""approval_rules": [{"user_id": 2, "required_approvals": 1}]"#, "fail"),
    ("publish-approval", #""approval_rules": [{"group_id": 2, "required_approvals": 1}]"#, "pass"),
    ("self-review", #""approval_rules": [{"group_id": 2, "required_approvals": 1}]"#, "pass"),
    ("deploy-refs", #""deploy_access_levels": [{"access_level": 30}]"#, "fail"),
    ("deploy-refs", #""deploy_access_levels": [{"access_level": 40}]"#, "pass"),
    ("deploy-refs", #""deploy_access_levels": [{"group_id": 3}]"#, "unknown"),
    // Nobody who is named says nothing.
    ("deploy-refs", #""deploy_access_levels": []"#, "unknown"),
    ("deploy-refs", #""approval_rules": []"#, "unknown"),
    ("environment-reviewers", #""approval_rules": [{"user_id": 2}]"#, "unknown"),
    ("publish-approval", #""approval_rules": [], "required_approval_count": 2"#, "unknown"),
    ("environment-reviewers", #""required_approval_count": 1"#, "unknown"),
    ("deploy-refs", #""name": "Pypi""#, "fail"),
  ])
  func environments(rule: String, members: String, expected: String) {
    let name = members.contains("Pypi") ? "" : #""name": "pypi", "#
    let (project, _) = GitLabRepairTests.project(["protected_environments": "[{\(name)\(members)}]"]
    )
    #expect(Self.outcome(rule, project) == expected)
  }

  /// Jobs whose environment nobody is asked in, or is not known.
  @Test(arguments: [
    ("publish-approval", "", "fail"), ("environment-reviewers", "", "n/a"),
    ("two-persons", "", "fail"),
    ("environment-reviewers", "environment: pypi/$CI_COMMIT_TAG", "unknown"),
    ("environment-reviewers", "extends: .elsewhere", "unknown"),
    ("publish-approval", "environment: { name: pypi, action: verify }", "fail"),
    ("self-review", "environment: pypi", "pass"), ("deploy-refs", "environment: pypi", "pass"),
    ("two-persons", "environment: pypi", "pass"),
  ])
  func publishingJobs(rule: String, line: String, expected: String) {
    let text = "publish:\n  script:\n    - twine upload dist/*\n  \(line)\n"
    let (project, _) = GitLabRepairTests.project([:], pipeline: text)
    #expect(Self.outcome(rule, project) == expected)
  }

  /// Branches, other than the default one, from which jobs publish.
  @Test(arguments: [
    (#"rules: [{ if: '$CI_COMMIT_BRANCH == "stable"' }]"#, "fail"),
    (
      #"rules: [{ if: '$CI_COMMIT_BRANCH == "stable"', when: never }, { if: $CI_COMMIT_TAG }]"#,
      "pass"
    ),
    (#"rules: [{ if: '$X && $CI_COMMIT_REF_NAME == "stable"', when: manual }]"#, "fail"),
    (#"rules: [{ if: '$CI_COMMIT_BRANCH == "maint"' }]"#, "pass"),
    (#"rules: [{ if: '$CI_COMMIT_BRANCH == "main"' }]"#, "pass"),
    (#"rules: [{ if: '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH' }]"#, "pass"),
    ("rules: [{ if: '$CI_COMMIT_BRANCH =~ /^release/' }]", "unknown"),
    ("only: [stable]", "fail"), ("only: [tags]", "pass"), ("only: [/^release/]", "unknown"),
    ("only: [stable@acme/greeting]", "fail"), ("except: [branches]", "pass"),
    // These are tags.
    ("only: [/^v9/]\n  except: [branches]", "pass"),
    ("rules: [{ if: '$CI_COMMIT_TAG && $CI_COMMIT_REF_NAME =~ /^v9/' }]", "pass"),
    ("rules: [{ if: $CI_COMMIT_BRANCH, when: never }, { when: on_success }]", "pass"),
    // Every branch publishes, or nothing says which one.
    ("", "unknown"), ("only: [branches]", "unknown"), ("only: [tags, web]", "unknown"),
    ("rules: [{ if: $CI_COMMIT_BRANCH }]", "unknown"),
    ("rules: [{ if: '$CI_COMMIT_BRANCH != \"main\"' }]", "unknown"),
    ("rules: [{ if: '\"stable\" == $CI_COMMIT_BRANCH' }]", "unknown"),
    ("rules: [{ when: manual }]", "unknown"), ("extends: .elsewhere", "unknown"),
    ("rules: [!reference [.elsewhere, rules]]", "unknown"),
    ("rules: [{ if: !reference [.elsewhere] }]", "unknown"),
    (
      "rules: [{ if: '$CI_COMMIT_BRANCH == \"main\"' }, { if: $CI_COMMIT_TAG }, "
        + "{ if: '$CI_COMMIT_REF_PROTECTED == \"true\"' }]", "pass"
    ),
    // What holds for the whole pipeline.
    ("\nworkflow: { rules: [{ if: $CI_COMMIT_TAG }] }", "pass"),
    ("\nworkflow: { rules: [{ if: '$CI_COMMIT_BRANCH == \"stable\"' }] }", "fail"),
    ("\nworkflow: { rules: [{ if: '$CI_COMMIT_BRANCH == \"maint\"' }] }", "pass"),
    ("\nworkflow: { rules: [{ if: $CI_COMMIT_BRANCH }] }", "unknown"),
    ("only: [stable]\nworkflow: { rules: [{ if: '$CI_COMMIT_BRANCH == \"x\"' }] }", "pass"),
  ])
  func releaseBranches(line: String, expected: String) {
    let text = "publish:\n  script:\n    - twine upload dist/*\n  \(line)\n"
    let (project, inquiry) = GitLabRepairTests.project([:], pipeline: text)
    #expect(Self.outcome("protected-branch", project) == expected)
    guard
      case .examined(let found)? = AuditRules.settings
        .first(where: { $0.description.id == "protected-branch" })?.examine(project)
    else { return }
    let plan = SettingsRepair(found, of: project, inquiry: inquiry, reviewers: [])
    #expect(plan.changes.isEmpty && plan.left.isEmpty == found.isEmpty)
  }

  /// One environment that is not known hides nothing of another one.
  @Test func severalEnvironments() {
    let text = """
      .publish: { script: [twine upload dist/*] }
      first: { extends: .publish, environment: "pypi/$CI_COMMIT_TAG" }
      second: { extends: .publish, environment: pypi }

      """
    for (rules, expected) in [
      ("[]", "fail"), (#"[{"user_id": 2, "required_approvals": 1}]"#, "unknown"),
    ] {
      let (project, _) = GitLabRepairTests.project(
        ["protected_environments": #"[{"name": "pypi", "approval_rules": \#(rules)}]"#],
        pipeline: text)
      #expect(Self.outcome("environment-reviewers", project) == expected)
    }
  }

  /// Settings that are there, and let too much through.
  static let wide: [String: String?] = [
    "": """
    {"default_branch": "main", "merge_method": "merge", \
    "only_allow_merge_if_pipeline_succeeds": true, "allow_merge_on_skipped_pipeline": true, \
    "ci_push_repository_for_job_token_allowed": true, \
    "allow_pipeline_trigger_approve_deployment": true}
    """,
    "protected_branches": """
    [{"id": 5, "name": "main", "allow_force_push": true, "code_owner_approval_required": false, \
    "push_access_levels": [{"id": 11, "access_level": 30}], \
    "merge_access_levels": [{"id": 12, "access_level": 30}]}]
    """,
    "protected_tags": #"[{"name": "v*", "create_access_levels": [{"access_level": 30}]}]"#,
    "protected_environments": """
    [{"name": "pypi", "deploy_access_levels": [{"id": 7, "access_level": 30}], \
    "approval_rules": [{"id": 8, "user_id": 4, "required_approvals": 1}]}]
    """,
    "approvals": approvals("false", byAuthor: "true", isFixed: "false"),
    "approval_rules": """
    [{"id": 6, "name": "all", "rule_type": "any_approver", "approvals_required": 0, "users": [], \
    "groups": [], "protected_branches": []}]
    """,
    "push_rule": #"{"id": 1, "reject_unsigned_commits": false}"#,
    "job_token_scope": #"{"inbound_enabled": false}"#,
  ]

  /// Each finding has a change or is left to somebody, and nothing is allowed that was forbidden.
  @Test(arguments: [[], ["bea"], ["maintainers"], ["nobody"]], [true, false])
  func everyFindingHasAnAnswer(reviewers: [String], isWide: Bool) {
    let bad: [String: String?] =
      isWide
      ? Self.wide
      : [
        "": """
        {"default_branch": "main", "merge_method": "merge", \
        "ci_push_repository_for_job_token_allowed": true, \
        "allow_pipeline_trigger_approve_deployment": true}
        """,
        "protected_branches": "[]", "protected_tags": "[]", "protected_environments": "[]",
        "approvals": Self.approvals("false", byAuthor: "true", isFixed: "false"),
        "approval_rules": "[]", "push_rule": "null",
        "job_token_scope": #"{"inbound_enabled": false}"#,
      ]
    let plan = GitLabRepairTests.plan(bad, reviewers: reviewers)
    var count = 0
    for rule in AuditRules.settings {
      let id = rule.description.id
      guard Self.outcome(id, GitLabRepairTests.project(bad).project) == "fail" else { continue }
      count += 1
      #expect(
        plan.changes.contains { $0.rules.contains(id) } || plan.left.contains { $0.rule == id },
        "\(id)")
    }
    #expect(count > (isWide ? 15 : 16))
    #expect(plan.changes.allSatisfy { $0.allows == nil && !$0.title.isEmpty })
    #expect(Set(plan.changes.map { "\($0.method) \($0.path)" }).count == plan.changes.count)
  }

  @Test(arguments: [
    "allowed-actions", "allow-list-drift", "check-source", "required-check-names",
    "private-reports", "security-updates",
  ])
  func whatGitLabDoesNotHave(rule: String) {
    #expect(Self.outcome(rule, Self.project()) == "n/a")
  }
}
