// SPDX-License-Identifier: Apache-2.0

import Workflows

/// The upload is done by a version that attests.
enum UploadVersion: AuditRule {
  static let description = RuleDescription(
    id: "upload-too-old", title: "the upload action is new enough to attest",
    severity: .medium, checklist: [76], sources: ["talk on Trusted Publishing"],
    why: """
      pypa/gh-action-pypi-publish attests since 1.11.0. With an older one the workflow looks \
      modern, and its files have no attestations.
      """,
    fix: "pin pypa/gh-action-pypi-publish at 1.11.0 or later",
    samples: [
      RuleSample(
        "before attestations", .findings(lines: [7]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@f7600683efdcb7656dec5b29656edb7bc586e597 # v1.10.3

          """),
      RuleSample(
        "with attestations", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@76f52bc884231f62b9a034ebfe128415bbaabdfc # v1.12.4

          """),
      RuleSample(
        "a commit without its version", .unknown,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@76f52bc884231f62b9a034ebfe128415bbaabdfc

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var unknown: UsesReference?
    let outcome = project.publishingFindings(pypi: true) { _, site, findings in
      for upload in site.published {
        switch UploadAttestation(upload, in: site, project) {
        case .tooOld(let uses):
          findings.append(
            finding(
              "this version of pypa/gh-action-pypi-publish does not attest",
              at: Finding.Place(site.file.path, uses.text.span)))
        case .unknownVersion(let uses): unknown = uses
        case .made, .switchedOff, .notByIt: break
        }
      }
    }
    if case .examined(let findings) = outcome, findings.isEmpty, let unknown {
      return .unknown(wouldTell: UploadAttestation.versionTells(unknown))
    }
    return outcome
  }
}
