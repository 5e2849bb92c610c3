// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@testable import ReleaseAudit

/// Who is to approve in environments of GitLab.
@Suite struct GitLabReviewerTests {
  /// Reviewers of an environment that is there already, and of one that is not.
  @Test(arguments: [
    (["bea"], #"[{"user_id": 2, "required_approvals": 1}]"#, "environment-reviewers"),
    (
      ["bea", "cleo"],
      #"[{"user_id": 2, "required_approvals": 1}, {"user_id": 3, "required_approvals": 1}]"#,
      "environment-reviewers publish-approval"
    ),
    (
      ["maintainers"], #"[{"access_level": 40, "required_approvals": 1}]"#,
      "environment-reviewers publish-approval"
    ),
  ])
  func reviewers(named: [String], rules: String, done: String) throws {
    for isThere in [true, false] {
      let answer =
        isThere ? #"[{"name": "pypi", "deploy_access_levels": [{"access_level": 40}]}]"# : "[]"
      let plan = GitLabRepairTests.plan(
        ["protected_environments": answer], rules: ["environment-reviewers", "publish-approval"],
        reviewers: named)
      let change = try #require(plan.changes.first)
      guard case .object(let body)? = change.body else {
        Issue.record("no body")
        return
      }
      #expect(body["approval_rules"] == (try JSONNode(parsing: Array(rules.utf8)).value))
      #expect((body["deploy_access_levels"] == nil) == isThere)
      #expect(change.rules.joined(separator: " ") == done)
      #expect(change.method == (isThere ? .put : .post))
    }
  }

  private static let three = [("ada", 50), ("bea", 40), ("cleo", 40), ("dan", 30)]
  private static let two = [("ada", 50), ("bea", 40), ("dan", 30)]
  private static let bea = #"[{"id": 8, "user_id": 2, "required_approvals": 1}]"#

  /// Reviewers who can approve, and those who could not, or whom nobody could tell.
  @Test(
    arguments: [
      (["bea"], "[]", three, "{\"access_level\": 40}", nil),
      (["maintainers"], "[]", two, "{\"access_level\": 40}", nil),
      (["MAINTAINERS"], "[]", two, "{\"access_level\": 40}", nil),
      (["maintainers"], bea, three, "{\"access_level\": 40}", nil),
      // Who starts a run and who must approve by another rule are two already.
      (["maintainers"], bea, two, "{\"access_level\": 40}", "fewer than two accounts"),
      (["maintainers", "bea"], "[]", three, "{\"access_level\": 40}", "not both"),
      (
        ["maintainers"], "[]", three + [("Maintainers", 30)], "{\"access_level\": 40}",
        "an account is named"
      ),
      (["dan"], "[]", three, "{\"access_level\": 40}", "may not deploy"),
      (["dan"], "[]", three, "{\"id\": 9, \"user_id\": 4}", nil),
    ] as [([String], String, [(String, Int)], String, String?)])
  func chosenReviewers(
    named: [String], rules: String, people: [(String, Int)], deploys: String, reason: String?
  ) {
    let members = people.enumerated().map {
      GitLabRepairTests.member($0.offset + 1, $0.element.0, $0.element.1)
    }
    let plan = GitLabRepairTests.plan(
      [
        "members/all": "[\(members.joined(separator: ", "))]",
        "protected_environments": "[{\"name\": \"pypi\", \"approval_rules\": \(rules), "
          + "\"deploy_access_levels\": [\(deploys)]}]",
      ], rules: ["environment-reviewers", "publish-approval"], reviewers: named)
    #expect(plan.changes.count == (reason == nil ? 1 : 0), "\(plan.changes) \(plan.left)")
    if let reason {
      #expect(plan.left.contains { $0.reason.contains(reason) }, "\(plan.left)")
    }
  }
}
