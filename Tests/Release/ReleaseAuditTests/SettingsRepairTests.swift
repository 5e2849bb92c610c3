// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@testable import ReleaseAudit

@Suite struct SettingsRepairTests {
  /// Patterns as GitHub compares them.
  @Test(arguments: [
    ("v*", "v1.0", true), ("v*", "v1/0", false), ("**", "a/b", true), ("v**", "v1/0", true),
    ("v[0-9].?", "v1.2", true), ("v[!0-9]", "v1", false), ("releases/**/x", "releases/x", true),
    ("main", "main", true), ("main", "maintenance", false), ("v*", "", false), ("", "", true),
  ])
  func patterns(pattern: String, name: String, isMatch: Bool) {
    #expect(RefPattern.matches(pattern, name) == isMatch)
  }

  @Test(arguments: [
    ("v*", "v1"), ("v[0-9]+.[0-9]+.[0-9]+", "v0.0.0"), ("**", "1"), ("v1.?", "v1."),
    ("release/**-alpha", "release/1-alpha"),
  ])
  func examples(filter: String, example: String) {
    #expect(RefPattern.example(of: filter) == example)
  }

  @Test(arguments: [
    ("https://github.com/acme/greeting.git", "github.com acme/greeting"),
    ("git@github.com:acme/greeting.git", "github.com acme/greeting"),
    ("ssh://git@gitlab.example:2222/group/sub/greeting", "gitlab.example group/sub/greeting"),
    ("https://user:secret@github.com/acme/greeting/", "github.com acme/greeting"),
    ("/srv/git/greeting.git", ""), ("../greeting", ""), ("https://github.com/greeting", ""),
  ])
  func addresses(remote: String, expected: String) {
    let address = ForgeAddress(remote: remote)
    #expect((address.map { "\($0.host) \($0.project)" } ?? "") == expected)
  }

  /// Hostile patterns cost no more than their length.
  @Test func longPatterns() {
    let stars = String(repeating: "*a", count: 400)
    #expect(!RefPattern.matches(stars, String(repeating: "a", count: 900) + "b"))
    #expect(!RefPattern.matches(String(repeating: "*", count: 5_000) + "a", "b"))
  }

  /// Of two rules of a kind the stricter values stay, and what is not known is kept.
  @Test func mergedRulesAreNeverWeaker() throws {
    let old: [JSONValue] = [
      [
        "type": "pull_request",
        "parameters": [
          "required_approving_review_count": 3, "require_code_owner_review": true,
          "a_new_parameter": "kept",
        ],
      ]
    ]
    let merged = SettingsRepair.merged(
      old,
      [
        "type": "pull_request",
        "parameters": [
          "required_approving_review_count": 1, "require_code_owner_review": false,
          "dismiss_stale_reviews_on_push": true,
        ],
      ])
    #expect(
      merged == [
        [
          "type": "pull_request",
          "parameters": [
            "required_approving_review_count": 3, "require_code_owner_review": true,
            "a_new_parameter": "kept", "dismiss_stale_reviews_on_push": true,
          ],
        ]
      ])
    #expect(SettingsRepair.merged(old, ["type": "deletion"]).count == 2)
  }

  /// A ruleset of which a part is not shown is not replaced.
  @Test func whatIsNotShownIsNotReplaced() throws {
    let shown = #"{"name": "a", "target": "branch", "enforcement": "active", "rules": [],"#
    let part = try JSONNode(parsing: Array((shown + #""conditions": {}}"#).utf8))
    #expect(SettingsRepair.kept(part) == nil)
    let whole = try JSONNode(
      parsing: Array((shown + #""conditions": {}, "bypass_actors": [], "id": 1}"#).utf8))
    #expect(SettingsRepair.kept(whole)?["id"] == nil)
    #expect(SettingsRepair.kept(whole)?["bypass_actors"] == [])
  }

  /// Each finding of a rule about settings has a change or is left to somebody, with a reason.
  @Test(arguments: AuditRules.settings.map { $0.description.id })
  func everyFindingHasAnAnswer(rule: String) throws {
    let type = try #require(AuditRules.settings.first { $0.description.id == rule })
    for sample in type.description.samples {
      guard case .findings = sample.expectation else { continue }
      let project = sample.project
      guard case .examined(let findings) = type.examine(project) else { continue }
      let inquiry = ForgeInquiry(
        .github, project: "acme/greeting", environments: project.publishEnvironments)
      let repair = SettingsRepair(findings, of: project, inquiry: inquiry, reviewers: [])
      #expect(
        repair.changes.contains { $0.rules.contains(rule) }
          || repair.left.contains { $0.rule == rule }, "\(rule): \(sample.name)")
      for change in repair.changes {
        #expect(!change.title.isEmpty && !change.rules.isEmpty)
        #expect(change.path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
      }
    }
  }

  private static let ownRuleset =
    RuleSample.rules(
      #"[{"type": "deletion", "ruleset_id": 1, "ruleset_source_type": "Repository"}]"#) + [
      (
        "rulesets",
        #"[{"id": 1, "name": "hallmark: default branch", "source_type": "Repository"}]"#
      ),
      (
        "rulesets/1",
        #"{"id": 1, "name": "hallmark: default branch", "target": "branch", "#
          + #""source_type": "Repository", "enforcement": "active", "conditions": {}, "#
          + #""rules": [{"type": "deletion"}], "bypass_actors": [{"actor_id": 5, "#
          + #""actor_type": "RepositoryRole", "bypass_mode": "always"}]}"#
      ),
    ]

  private func repair(
    _ settings: [(path: String, answer: String)], _ file: (path: String, text: String),
    branches: [String] = []
  ) throws -> SettingsRepair {
    let sample = RuleSample("case", .good, settings: settings, files: [file])
    let project = sample.project
    var inquiry = ForgeInquiry(
      .github, project: "acme/greeting", environments: project.publishEnvironments,
      branches: branches)
    var answers = ["": #"{"default_branch": "main", "private": false}"#]
    for (path, answer) in settings { answers[path] = answer }
    while !inquiry.open.isEmpty {
      for question in inquiry.open {
        let node = try answers[question.path].map { try JSONNode(parsing: Array($0.utf8)) }
        inquiry.take(node.map { .found($0) } ?? .unanswered("status 403"), to: question)
      }
    }
    var findings: [Finding] = []
    for rule in AuditRules.settings {
      if case .examined(let found) = rule.examine(project) { findings += found }
    }
    return SettingsRepair(findings, of: project, inquiry: inquiry, reviewers: [])
  }

  /// A ruleset is set by one request, since a second one would undo the first.
  @Test func oneRequestForARuleset() throws {
    let plan = try repair(Self.ownRuleset, RuleSample.publishing)
    let puts = plan.changes.filter { $0.path == "rulesets/1" }
    #expect(puts.count == 1)
    guard case .object(let body)? = puts.first?.body, case .array(let rules)? = body["rules"] else {
      Issue.record("no body")
      return
    }
    #expect(body["bypass_actors"] == [])
    #expect(rules.count > 1)
    // Who may push is not known here, so no approvals are asked for.
    #expect(plan.left.contains { $0.rule == "approvals" })
  }

  /// An environment without a known ref is left as it is.
  @Test func noEmptyListOfRefs() throws {
    let called = RuleSample.publishing.text.replacing(
      "  push:\n    tags: [\"v*\"]", with: "  workflow_call:")
    let plan = try repair(
      RuleSample.environment(#""deployment_branch_policy": null"#),
      (RuleSample.publishing.path, called))
    #expect(plan.left.contains { $0.rule == "deploy-refs" })
    #expect(!plan.changes.contains { $0.rules.contains("deploy-refs") })
  }

  /// Where an action may call others, which actions may run is left to a person.
  @Test(arguments: [("pypa/gh-action-pypi-publish", true), ("other/composite", false)])
  func listOfActions(action: String, isSet: Bool) throws {
    let text = RuleSample.publishing.text.replacing("pypa/gh-action-pypi-publish", with: action)
    let plan = try repair(
      [("actions/permissions", #"{"enabled": true, "allowed_actions": "all"}"#)],
      (RuleSample.publishing.path, text))
    #expect(plan.changes.contains { $0.rules.contains("allowed-actions") } == isSet)
    #expect(plan.left.contains { $0.rule == "allowed-actions" } != isSet)
  }

  private static func tagRuleset(_ name: String, bypass: String) -> [(path: String, answer: String)]
  {
    [
      (
        "rulesets",
        #"[{"id": 3, "name": "\#(name)", "target": "tag", "enforcement": "active"}]"#
      ),
      (
        "rulesets/3",
        #"{"id": 3, "name": "\#(name)", "target": "tag", "enforcement": "active", "conditions": "#
          + #"{"ref_name": {"include": ["~ALL"], "exclude": []}}, "bypass_actors": [\#(bypass)], "#
          + #""rules": [{"type": "creation"}, {"type": "update"}, {"type": "deletion"}]}"#
      ),
    ]
  }

  private static let writers = #"{"actor_type": "RepositoryRole", "actor_id": 4}"#
  private static let team = #"{"actor_type": "Team", "actor_id": 9}"#

  /// Who need not obey a ruleset for tags: one of our own narrows another's, and is narrowed itself.
  @Test(arguments: [
    ("tags", writers, ["POST rulesets", "POST rulesets"]),
    ("tags", team, ["POST rulesets"]),
    ("tags", "", []),
    (
      "hallmark: tags are made by administrators", "\(writers), \(team)",
      ["PUT rulesets/3", "POST rulesets"]
    ),
    ("hallmark: tags stay as they are", team, ["PUT rulesets/3"]),
  ])
  func tagExceptions(name: String, bypass: String, requests: [String]) throws {
    let plan = try repair(Self.tagRuleset(name, bypass: bypass), RuleSample.publishing)
    let tags = plan.changes.filter { $0.rules.contains("protected-tags") }
    #expect(tags.map { "\($0.method.rawValue) \($0.path)" } == requests)
    for case .object(let body)? in tags.map(\.body) {
      guard case .array(let actors)? = body["bypass_actors"] else {
        Issue.record("no list of actors")
        return
      }
      #expect(!actors.contains(["actor_type": "RepositoryRole", "actor_id": 4]))
      // Those who make tags, and are not everybody, still do.
      let isOwn = body["name"] == "hallmark: tags are made by administrators"
      #expect(
        actors.contains(["actor_type": "Team", "actor_id": 9]) == (isOwn && name.contains("made")))
    }
  }

  /// What another branch lacks is not planned for the default one.
  @Test func releaseBranchesAreLeft() throws {
    let text = RuleSample.publishing.text.replacing(
      #"tags: ["v*"]"#, with: "branches: [main, stable, 'release/*']")
    let plan = try repair(
      RuleSample.rules(#"[{"type": "deletion", "ruleset_id": 1}]"#) + [
        ("rules/branches/stable", "[]"),
        ("branches/stable", #"{"name": "stable", "protected": false}"#),
        ("rules/branches/release%2F1", "[]"),
      ], (RuleSample.publishing.path, text), branches: ["main", "stable", "release/*"])
    #expect(
      plan.left.contains { $0.rule == "protected-branch" && $0.reason.contains("`stable`") },
      "\(plan.left)")
    #expect(!plan.changes.contains { $0.rules.contains("protected-branch") })
  }

  /// That there is a protection tells nothing; its details do.
  @Test(arguments: [
    (#"{"enforce_admins": {"enabled": true}, "allow_deletions": {"enabled": false}}"#, "true"),
    (#"{"enforce_admins": {"enabled": true}, "allow_deletions": {"enabled": true}}"#, "false"),
    (nil, "unknown"),
  ])
  func protectionOfAnotherBranch(details: String?, expected: String) throws {
    var inquiry = ForgeInquiry(
      .github, project: "acme/greeting", environments: [], branches: ["stable", "main"])
    let answers = [
      "": #"{"default_branch": "main", "private": false}"#, "rules/branches/stable": "[]",
      "branches/stable": #"{"name": "stable", "protected": true}"#,
      "branches/stable/protection": details,
    ]
    while !inquiry.open.isEmpty {
      for question in inquiry.open {
        let node = try (answers[question.path] ?? nil).map {
          try JSONNode(parsing: Array($0.utf8))
        }
        inquiry.take(node.map { .found($0) } ?? .unanswered("status 403"), to: question)
      }
    }
    let fact = try #require(inquiry.state.releaseBranches["stable"])
    #expect((fact.value.map { "\($0)" } ?? "unknown") == expected)
    #expect(inquiry.state.releaseBranches.count == 1)
  }
}
