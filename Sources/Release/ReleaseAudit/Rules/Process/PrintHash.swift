// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// The upload prints the hashes of its files.
enum PrintHash: AuditRule {
  static let description = RuleDescription(
    id: "print-hash", title: "the upload prints the hashes of its files",
    severity: .info, checklist: [35], sources: ["SPEC 8"],
    why: """
      The hashes in the log of the run are a record outside of the index: whoever doubts a file \
      can compare.
      """,
    fix: "write `print-hash: true` under `with:` of the upload",
    samples: [
      RuleSample(
        "no record", .findings(lines: [7]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "printed", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4
                  with:
                    print-hash: true

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var isAbout = false
    let outcome = project.publishingFindings(pypi: true) { _, site, findings in
      for upload in site.published where upload.step.uses("pypa/gh-action-pypi-publish") {
        isAbout = true
        let with = upload.step.with
        guard (with?["print-hash"] ?? with?["print_hash"])?.value != "true" else { continue }
        findings.append(
          finding(
            "the upload in `\(site.job.id.value)` does not print the hashes of its files",
            at: Finding.Place(site.file.path, upload.span),
            fix: site.file.repair("print the hashes", .safe) {
              document throws(YAMLEditRefusal) in
              guard let with = upload.step.entry("with") else {
                return try document.inserting(
                  "with", ["print-hash": "true"], into: upload.step.node, at: .after("uses"))
              }
              if with.value["print-hash"] != nil {
                return try document.replacing(valueOf: "print-hash", in: with.value, with: "true")
              }
              return try document.inserting("print-hash", "true", into: with.value)
            }))
      }
    }
    if !isAbout, case .examined = outcome {
      return .notApplicable("no job uploads with pypa/gh-action-pypi-publish")
    }
    return outcome
  }
}
