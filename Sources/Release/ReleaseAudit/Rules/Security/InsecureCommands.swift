// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// The commands `set-env` and `add-path` stay switched off.
enum InsecureCommands: AuditRule {
  static let id = "insecure-commands"

  static let description = RuleDescription(
    id: id, title: "the old workflow commands stay switched off", severity: .high,
    sources: [
      "GitHub Changelog, 1 October 2020 (deprecating set-env and add-path)", "CVE-2020-15228",
    ],
    why: """
      ACTIONS_ALLOW_UNSECURE_COMMANDS lets any line of output set variables and the search path of \
      later steps. A test that prints a stranger's text is enough.
      """,
    fix: "remove the variable, and write to GITHUB_ENV and GITHUB_PATH where that is needed",
    samples: [
      .steps(
        "in a step", .findings(lines: [10]),
        """
        - run: make test
          env:
            ACTIONS_ALLOW_UNSECURE_COMMANDS: true
        """),
      RuleSample(
        "in a workflow", .findings(lines: [4]),
        workflow: """
          on: push
          permissions: {}
          env:
            ACTIONS_ALLOW_UNSECURE_COMMANDS: "true"
          jobs:
            test:
              runs-on: ubuntu-24.04
              steps:
                - run: make test

          """),
      .steps(
        "another variable", .good,
        """
        - run: make test
          env:
            ACTIONS_STEP_DEBUG: true
        """),
      .steps(
        "switched off", .good,
        """
        - run: make test
          env: { ACTIONS_ALLOW_UNSECURE_COMMANDS: false }
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.workflows.isEmpty || !project.actions.isEmpty else { return .noWorkflow }
    var findings: [Finding] = []
    func look(
      _ env: WorkflowMapping?, _ owner: YAMLNode, _ document: YAMLDocument, _ path: String
    ) {
      guard let entry = env?.entry("ACTIONS_ALLOW_UNSECURE_COMMANDS"),
        entry.value.value.lowercased() == "true"
      else { return }
      findings.append(
        Finding(
          rule: id, severity: .high, "any output can set variables and the search path",
          at: Finding.Place(path, entry.span),
          fix: document.fix("remove the variable", .needsReview, in: path) {
            () throws(YAMLEditRefusal) in
            guard let mapping = owner["env"], mapping.entries?.count ?? 0 > 1 else {
              return try document.removing("env", from: owner)
            }
            return try document.removing(entry.key.value, from: mapping)
          }))
    }
    for file in project.workflows {
      let document = file.workflow.document
      look(file.workflow.env, document.root, document, file.path)
      for job in file.workflow.jobs { look(job.env, job.node, document, file.path) }
    }
    for site in project.steps { look(site.step.env, site.step.node, site.document, site.path) }
    return .examined(findings)
  }
}
