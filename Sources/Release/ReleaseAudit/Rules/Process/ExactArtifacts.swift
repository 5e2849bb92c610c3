// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Files go from job to job under exact names.
enum ExactArtifacts: AuditRule {
  static let description = RuleDescription(
    id: "artifact-by-name", title: "what is published was handed over under an exact name",
    severity: .low, checklist: [95], sources: ["SLSA for Python"],
    why: """
      A download without a name takes the artifacts of all jobs of the run. Whatever any of them \
      was made to leave there, a test job for instance, is published or attested. Patterns are \
      needed for matrices; the profile `strict` names them too.
      """,
    fix: "name the artifact: `name: dist`, or `artifact-ids:` of the job that made it",
    samples: [
      RuleSample(
        "all that there is", .findings(lines: [7]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/download-artifact@v4
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "by name", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/download-artifact@v4
                  with:
                    name: dist
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let facts = project.releases
    let publishing = facts.publishing
    guard !publishing.isEmpty else { return .notApplicable("no job publishes to a package index") }
    let files = Set(publishing.map(\.file.path))
    var findings: [Finding] = []
    for site in facts.jobs {
      let attests = site.role.contains(.attests) && files.contains(site.file.path)
      guard attests || !site.published.isEmpty else { continue }
      let does = site.published.isEmpty ? "attests" : "publishes"
      for step in site.job.steps where step.uses("actions/download-artifact") {
        let with = step.with
        guard with?["name"] == nil, with?["artifact-ids"] == nil, with?["run-id"] == nil else {
          continue
        }
        let place = Finding.Place(site.file.path, step.uses?.text.span)
        if let pattern = with?["pattern"], pattern.value != "*" {
          guard project.profile == .strict else { continue }
          findings.append(
            finding(
              "`\(site.job.id.value)` \(does) whatever matches `\(pattern.value)`; the profile "
                + "`strict` asks for names", .info, at: place))
        } else {
          findings.append(
            finding("`\(site.job.id.value)` \(does) the artifacts of all jobs", at: place))
        }
      }
    }
    return .examined(findings)
  }
}
