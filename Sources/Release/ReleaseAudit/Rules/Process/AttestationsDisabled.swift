// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Attestations are not switched off.
enum AttestationsDisabled: AuditRule {
  static let description = RuleDescription(
    id: "attestations-disabled", title: "attestations of the upload are not switched off",
    severity: .medium, checklist: [77], sources: ["talk on Trusted Publishing"],
    why: """
      PyPA's upload action attests by itself where it publishes with the workflow's identity. \
      With `attestations: false` users cannot tell the files from those of a stolen account.
      """,
    fix: "remove `attestations: false`",
    samples: [
      RuleSample(
        "switched off", .findings(lines: [9]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4
                  with:
                    attestations: false
                    print-hash: true

          """),
      RuleSample(
        "on by default", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.publishingFindings(pypi: true) { _, site, findings in
      for upload in site.published {
        guard case .switchedOff(let entry) = UploadAttestation(upload, in: site, project) else {
          continue
        }
        findings.append(
          finding(
            "`\(site.job.id.value)` publishes with attestations switched off",
            at: Finding.Place(site.file.path, entry.span),
            fix: site.file.repair("let the upload attest", .needsReview) {
              document throws(YAMLEditRefusal) in
              guard let with = upload.step.entry("with")?.value else { throw .missing("with") }
              if with.entries?.count == 1 {
                return try document.removing("with", from: upload.step.node)
              }
              return try document.removing(entry.key.value, from: with)
            }))
      }
    }
  }
}
