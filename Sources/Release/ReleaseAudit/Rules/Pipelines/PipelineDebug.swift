// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// GitLab pipelines do not print all that they know.
enum PipelineDebug: AuditRule {
  static let description = RuleDescription(
    id: "gitlab-debug-trace", title: "GitLab jobs do not trace every command and variable",
    severity: .high, checklist: [39], sources: ["GitLab Docs, \"Debug CI/CD variables\""],
    why: """
      `CI_DEBUG_TRACE` writes every variable of a job into its log, those of secrets and tokens \
      included; who may read the log may use them. GitLab masks only some of them.
      """,
    fix: "remove the variable; set it for one run by hand, and delete that run's log",
    samples: [
      .gitLab(
        "all jobs", .findings(lines: [2]),
        """
        variables:
          CI_DEBUG_TRACE: "true"
        test:
          script: [pytest]
        """),
      .gitLab(
        "a job and its services", .findings(lines: [3]),
        """
        test:
          variables:
            CI_DEBUG_SERVICES: 1
          script: [pytest]
        """),
      .gitLab(
        "switched off", .good,
        """
        test:
          variables: { CI_DEBUG_TRACE: "false" }
          script: [pytest]
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.pipelines.gitLab.isEmpty else { return .noGitLab }
    var findings: [Finding] = []
    for file in project.pipelines.gitLabFiles.values.sorted(by: { $0.path < $1.path }) {
      var seen: Set<Range<Int>> = []
      for definition in file.defaults + file.definitions {
        for name in ["CI_DEBUG_TRACE", "CI_DEBUG_SERVICES"] {
          guard let entry = definition.variables[name],
            ["true", "1", "yes"].contains(entry.value.value.lowercased()),
            seen.insert(entry.span).inserted
          else { continue }
          findings.append(
            finding(
              "`\(name)` writes every variable into the log", name.hasSuffix("TRACE") ? nil : .low,
              at: Finding.Place(file.path, entry.span),
              fix: ProposedFix(
                "set it to false", .safe,
                edits: [file.path: [SourceEdit(entry.value.span, "\"false\"")]])))
        }
      }
    }
    return .examined(findings)
  }
}
