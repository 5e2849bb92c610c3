// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Each pin names its version in a comment.
enum PinComment: AuditRule {
  static let description = RuleDescription(
    id: "pin-comment", title: "each pin names its version in a comment",
    severity: .low, checklist: [20], sources: ["SPEC 8"],
    why: """
      Nobody can review 40 hexadecimal digits. With `# v4.2.2` behind them people see the \
      version, and Dependabot keeps both right.
      """,
    fix: "write the version behind the commit: `# v4.2.2` (`hallmark pins update`)",
    samples: [
      RuleSample(
        "only digits", .findings(lines: [6]),
        workflow: """
          on: push
          jobs:
            test:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683

          """),
      RuleSample(
        "with its version", .good,
        workflow: """
          on: push
          jobs:
            test:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2

          """),
      RuleSample(
        "a branch that has no versions", .good,
        workflow: """
          on: push
          jobs:
            test:
              runs-on: ubuntu-latest
              steps:
                - uses: dtolnay/rust-toolchain@1482605bfc5719782e1267fd0c0cc350fe7646b8 # master

          """),
      RuleSample(
        "nothing is pinned", .notApplicable,
        workflow: """
          on: push
          jobs:
            test:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/checkout@v4

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var findings: [Finding] = []
    var isAbout = false
    func look(_ uses: UsesReference?, _ path: String) {
      guard let uses, uses.refKind == .fullSHA, let ref = uses.ref else { return }
      isAbout = true
      guard uses.comment.map({ isMissing($0.text) }) ?? true else { return }
      // A branch that the project keeps a pin for, whatever its name.
      if let comment = uses.comment?.text, let action = uses.repository,
        project.pins?.pin(action, commit: ref.value)?.tag == comment
      {
        return
      }
      findings.append(
        finding(
          "the pin of \(uses.repository ?? "the action") does not say its version",
          at: Finding.Place(path, ref.span)))
    }
    for file in project.workflows {
      for job in file.workflow.jobs {
        look(job.uses, file.path)
        for step in job.steps { look(step.uses, file.path) }
      }
    }
    for file in project.actions {
      for step in file.action.steps { look(step.uses, file.path) }
    }
    return isAbout ? .examined(findings) : .notApplicable("no action is pinned by its commit")
  }

  // A comment that names a version, a branch or a date is one; remarks for tools are none.
  private static func isMissing(_ comment: String) -> Bool {
    let words = comment.split(whereSeparator: { " =:,(".contains($0) })
    guard let first = words.first else { return true }
    if ["zizmor", "ratchet", "ignore", "nosemgrep", "noqa"].contains(String(first)) {
      return !words.contains { word in word.utf8.contains { (0x30...0x39).contains($0) } }
    }
    let isVersion = words.contains { word in word.utf8.contains { (0x30...0x39).contains($0) } }
    let isBranch = ["main", "master", "stable", "release", "nightly", "tag", "branch"].contains(
      String(first))
    return !isVersion && !isBranch
  }
}
