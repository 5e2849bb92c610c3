// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Provenance is attached to the forge's release.
enum ForgeProvenance: AuditRule {
  static let description = RuleDescription(
    id: "no-forge-provenance", title: "provenance is attached to the forge's release",
    severity: .info, checklist: [75], sources: ["secure package template", "SLSA for Python"],
    why: """
      Who verifies without network, or after the forge has forgotten its attestations, needs the \
      evidence beside the file.
      """,
    fix: """
      attach the bundle (`bundle-path` of the attest action) as `FILE.sigstore.json`, or let the \
      SLSA generator do it: `upload-assets: true`
      """,
    samples: [
      RuleSample(
        "files without evidence", .findings(lines: [4]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - run: gh release upload "$TAG" dist/*.whl

          """),
      RuleSample(
        "the evidence beside them", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - run: gh release upload "$TAG" dist/*.whl dist/*.sigstore.json

          """),
      RuleSample(
        "no release of the forge", .notApplicable,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            test:
              runs-on: ubuntu-latest
              steps:
                - run: make

          """),
    ])

  private static let marks = [
    "intoto", "sigstore", "attestation", "provenance", "bundle", ".sig", ".asc", "cosign",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let facts = project.releases
    var findings: [Finding] = []
    var isAbout = false
    for site in facts.jobs {
      guard let upload = site.uploads.first(where: { $0.target == .forge }) else { continue }
      isAbout = true
      let attaches = facts.relatives(of: site).contains { other in
        if ReleaseFacts.isGenerator(other.job) {
          return other.job.with?["upload-assets"]?.value != "false"
        }
        return other.uploads.contains { upload in
          guard upload.target == .forge else { return false }
          let texts =
            [upload.step.run?.value].compactMap { $0 }
            + (upload.step.with?.entries.map(\.value.value) ?? [])
          return texts.contains { text in marks.contains { text.mentions($0) } }
        }
      }
      guard !attaches, findings.last?.place.path != site.file.path else {
        continue
      }
      findings.append(
        finding(
          "`\(site.job.id.value)` makes a release without provenance", at: site.place,
          related: [Finding.Place(site.file.path, upload.span, "attaches")]))
    }
    return isAbout ? .examined(findings) : .notApplicable("no job makes a release of the forge")
  }
}
