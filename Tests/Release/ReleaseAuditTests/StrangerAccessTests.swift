// SPDX-License-Identifier: Apache-2.0

import ReleaseAudit
import Testing

/// Which conditions keep strangers' runs from a checkout, and which checks keep lines out of the
/// environment.
@Suite struct StrangerAccessTests {
  /// The number of findings of a rule in one workflow.
  private func findings(_ rule: String, _ text: String) throws -> Int {
    let project = AuditedProject(
      files: [AuditedFile(path: ".github/workflows/a.yml", bytes: Array(text.utf8))],
      isWhole: true)
    let type = try #require(AuditRules.all.first { $0.description.id == rule })
    guard case .examined(let findings) = type.examine(project) else { return -1 }
    return findings.count
  }

  @Test(arguments: [
    (
      "pull_request_target", "github.event.pull_request.head.repo.full_name == github.repository", 0
    ),
    (
      "pull_request_target", "github.repository == github.event.pull_request.head.repo.full_name", 0
    ),
    (
      "pull_request_target", "github.event.pull_request.head.repo.full_name != github.repository", 1
    ),
    ("pull_request_target", "github.event.pull_request.head.repo.full_name == 'octo/tool'", 0),
    ("pull_request_target", "github.event.pull_request.head.repo.fork == false && always()", 0),
    ("pull_request_target", "!(github.event.pull_request.head.repo.fork)", 0),
    ("pull_request_target", "github.event.pull_request.head.repo.fork", 1),
    ("pull_request_target", "github.event_name == 'push' || github.event.label.name == 'ok'", 1),
    ("pull_request_target", "github.event_name == 'push'", 0),
    ("pull_request_target", "github.repository == 'octo/tool'", 1),
    ("pull_request_target", "github.event.pull_request.author_association == 'MEMBER'", 0),
    ("pull_request_target", "github.event.pull_request.author_association == 'NONE'", 1),
    ("pull_request_target", "github.event.workflow_run.event == 'push'", 0),
    ("workflow_run", "github.event.workflow_run.event == 'push' && success()", 0),
    ("workflow_run", "github.event.workflow_run.event == 'pull_request'", 1),
    ("workflow_run", "github.event.workflow_run.event != 'pull_request'", 1),
    ("workflow_run", "github.event.workflow_run.conclusion == 'success'", 1),
    ("workflow_run", "github.event.workflow_run.head_repository.full_name == github.repository", 0),
    ("issue_comment", "github.event.issue.pull_request && github.event.comment.body == '/x'", 1),
  ])
  func asksWhoReachesACheckout(event: String, condition: String, count: Int) throws {
    for place in ["job", "step"] {
      let text = """
        on: \(event)
        jobs:
          a:
            if: \(place == "job" ? condition.yaml : "true")
            runs-on: x
            steps:
              - if: \(place == "step" ? condition.yaml : "true")
                run: gh pr checkout "$N"

        """
      #expect(try findings("untrusted-checkout", text) == count, "\(place)")
    }
  }

  @Test(arguments: [
    ("[[ $V =~ ^[0-9]+$ ]] || exit 1", 0),
    ("[[ \"${V}\" =~ ^v[0-9.]+$ ]] || { echo no; exit 1; }", 0),
    ("if ! [[ $V =~ ^[a-z-]+$ ]]; then exit 1; fi", 0),
    ("if [[ ! $V =~ ^[a-z-]+$ ]]; then exit 1; fi", 1),
    ("if [[ $V =~ ^[a-z-]+$ ]]; then exit 1; fi", 1),
    ("if ! [[ $V =~ ^[a-z-]+$ ]]; then echo no; fi", 1),
    ("if ! [[ $V =~ ^[a-z-]+$ ]]; then test x && exit 1; fi", 1),
    ("[[ $V =~ [0-9]+ ]] || exit 1", 1), ("[[ $V =~ ^.+$ ]] || exit 1", 1),
    ("[[ $V =~ ^[^a]+$ ]] || exit 1", 1), ("[[ $W =~ ^[0-9]+$ ]] || exit 1", 1),
    ("[[ $V =~ ^[0-9]+$ ]] || exit 1; V=$(cat x)", 1),
    ("[[ $V =~ ^[0-9]+$ ]] && exit 1", 1), ("[[ $V =~ ^[0-9]+$ ]] || (exit 1)", 1),
  ])
  func knowsChecks(check: String, count: Int) throws {
    let text = """
      on: workflow_run
      jobs:
        a:
          runs-on: ubuntu-latest
          steps:
            - run: |
                V=$(cat v)
                \(check)
                echo "V=$V" >> "$GITHUB_ENV"

      """
    #expect(try findings("environment-file-write", text) == count)
  }
}

extension String {
  /// The text as a scalar of YAML in double quotes.
  fileprivate var yaml: String { "\"\(self)\"" }
}
