// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Attestations are verified before anything is published.
enum VerifiedBeforePublish: AuditRule {
  static let description = RuleDescription(
    id: "publish-unverified", title: "attestations are verified before anything is published",
    severity: .low, checklist: [29], sources: ["SPEC 8"],
    why: """
      An attestation that does not verify is noticed by users, after the release, if at all. \
      Verified in the job that publishes, it stops the release while nothing is out.
      """,
    fix: "call `gh attestation verify` with `--signer-workflow` before the upload",
    samples: [
      RuleSample(
        "attested, never verified", .findings(lines: [4]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
                  with: {subject-path: dist/*}
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "verified first", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
                  with: {subject-path: dist/*}
                - run: gh attestation verify dist/*.whl --repo acme/acme --signer-workflow acme/acme/.github/workflows/release.yml
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "verified when it is too late", .findings(lines: [4]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
                  with: {subject-path: dist/*}
                - uses: pypa/gh-action-pypi-publish@v1.12.4
                - run: gh attestation verify dist/*.whl --repo acme/acme

          """),
      RuleSample(
        "verified by a step that cannot stop the job", .findings(lines: [4]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
                  with: {subject-path: dist/*}
                - run: gh attestation verify dist/*.whl --repo acme/acme || true
                - run: gh attestation verify dist/*.whl --repo acme/acme
                  continue-on-error: true
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var isAbout = false
    let outcome = project.publishingFindings { facts, site, findings in
      let before = facts.ancestors(of: site)
      guard facts.relatives(of: site).contains(where: { $0.role.contains(.attests) }) else {
        return
      }
      isAbout = true
      let upload = site.published.map(\.step.index).min() ?? 0
      let isVerified = before.contains { other in
        other.job.steps.contains { step in
          (other.job.id != site.job.id || step.index < upload)
            && other.role(of: step).contains(.verifies) && canStop(step)
        }
      }
      guard !isVerified else { return }
      findings.append(
        finding(
          "`\(site.job.id.value)` publishes without verifying what was attested", at: site.place))
    }
    if !isAbout, case .examined = outcome {
      return .notApplicable("nothing that is published is attested")
    }
    return outcome
  }

  /// Whether the job ends where a step's verification fails.
  private static func canStop(_ step: Step) -> Bool {
    let goesOn = step.node["continue-on-error"]?.string ?? "false"
    let condition = step.node["if"]?.string ?? "true"
    return goesOn == "false" && !["false", "${{ false }}"].contains(condition)
      && !(step.run?.value.mentions("||") ?? false)
  }
}
