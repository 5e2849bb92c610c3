// SPDX-License-Identifier: Apache-2.0

import ReleaseAudit
import Testing

/// Lists of actions know how old they are.
@Suite struct ListedActionsTests {
  static let rules = ["archived-action", "vulnerable-action"]

  private func outcome(_ id: String, _ action: String, at time: Int64?) throws -> RuleOutcome {
    let text = """
      on: push
      permissions: {}
      jobs:
        test:
          runs-on: ubuntu-24.04
          steps:
            - uses: \(action)

      """
    var project = AuditedProject(
      files: [AuditedFile(path: ".github/workflows/test.yml", bytes: Array(text.utf8))],
      isWhole: false)
    project.unixTime = time
    let rule = try #require(AuditRules.all.first { $0.description.id == id })
    return rule.examine(project)
  }

  @Test(arguments: rules)
  func `an old list does not say that an action is sound`(_ rule: String) throws {
    // The year 2029.
    guard case .unknown(let wouldTell) = try outcome(rule, "actions/setup-go@v5", at: 1_861_920_000)
    else {
      Issue.record("not undecided")
      return
    }
    #expect(wouldTell.contains("newer release"))
  }

  @Test(arguments: rules, [1_796_000_000, nil] as [Int64?])
  func `a fresh list does`(_ rule: String, _ time: Int64?) throws {
    guard case .examined(let findings) = try outcome(rule, "actions/setup-go@v5", at: time) else {
      Issue.record("not examined")
      return
    }
    #expect(findings.isEmpty)
  }

  @Test(arguments: [
    ("archived-action", "actions/create-release@v1"),
    ("vulnerable-action", "tj-actions/changed-files@v44.0.0"),
  ])
  func `what is on an old list stays there`(_ rule: String, _ action: String) throws {
    guard case .examined(let findings) = try outcome(rule, action, at: 1_861_920_000) else {
      Issue.record("not examined")
      return
    }
    #expect(findings.count == 1)
  }
}
