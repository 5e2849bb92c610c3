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
                - run: |
                    for file in dist/*; do
                      gh attestation verify "$file" --repo acme/acme --signer-workflow acme/acme/.github/workflows/release.yml
                    done
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "other files are verified", .findings(lines: [4]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
                  with: {subject-path: dist/*}
                - run: gh attestation verify tools/builder.tar.gz --repo acme/builder
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "another artifact is verified", .findings(lines: [16]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/upload-artifact@v4
                  with: {name: docs, path: dist}
                - uses: actions/attest-build-provenance@v2
                  with: {subject-path: dist/*}
                - run: gh attestation verify dist/index.html --repo acme/acme
            wheels:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/upload-artifact@v4
            publish:
              needs: [build, wheels]
              runs-on: ubuntu-latest
              steps:
                - uses: actions/download-artifact@v4
                  with: {name: artifact, path: dist}
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "files that only a run knows", .unknown,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
                  with: {subject-path: dist/*}
                - run: gh attestation verify "$FILE" --repo acme/acme
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "only wheels, and perhaps there are others", .unknown,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
                  with: {subject-path: dist/*}
                - run: gh attestation verify dist/*.whl --repo acme/acme
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
      RuleSample(
        "its status is lost in a pipe", .findings(lines: [4]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
                  with: {subject-path: dist/*}
                - run: gh attestation verify dist/* --repo acme/acme | tee log
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "a pipe whose parts all count", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
                  with: {subject-path: dist/*}
                - run: gh attestation verify dist/* --repo acme/acme | tee log
                  shell: bash
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "what the script does with its status", .unknown,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
                  with: {subject-path: dist/*}
                - run: |
                    if ! gh attestation verify dist/* --repo acme/acme; then echo bad; fi
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "the shell goes on after failures", .unknown,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
                  with: {subject-path: dist/*}
                - run: |
                    set +e
                    gh attestation verify dist/* --repo acme/acme
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "only in some runs", .unknown,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
                  with: {subject-path: dist/*}
                - run: gh attestation verify dist/* --repo acme/acme
                  if: github.event_name == 'push'
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "a job that publishes whatever happened before", .unknown,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            verify:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
                  with: {subject-path: dist/*}
                - run: gh attestation verify dist/* --repo acme/acme
                - uses: actions/upload-artifact@v4
                  with: {name: dist, path: dist/}
            publish:
              needs: verify
              if: always()
              runs-on: ubuntu-latest
              steps:
                - uses: actions/download-artifact@v4
                  with: {name: dist, path: dist/}
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var isAbout = false
    var unclear: [String] = []
    let outcome = project.publishingFindings { facts, site, findings in
      let before = facts.ancestors(of: site)
      guard facts.relatives(of: site).contains(where: { $0.role.contains(.attests) }) else {
        return
      }
      isAbout = true
      guard let upload = site.published.min(by: { $0.step.index < $1.step.index }) else { return }
      var others: String?
      var open: [String] = []
      var stopping: [String] = []
      for other in before {
        for check in other.flow.sites where check.role == .verify(.attestation) {
          guard let index = check.step, index < other.job.steps.count,
            other.flow.reference != site.flow.reference || index < upload.step.index
          else { continue }
          let force = StoppingForce(check, in: other, before: upload, of: site, project)
          guard force != .none else { continue }
          guard force == .stops else {
            stopping.append("`\(check.means)` in `\(other.job.id.value)`")
            continue
          }
          switch VerifiedFiles.judge(check, in: other, upload, of: site, project) {
          case .same: return
          case .others(let files): others = files
          case .unclear: open.append("`\(check.means)` in `\(other.job.id.value)`")
          }
        }
      }
      unclear += open.map { "\($0) verifies all files that are published" }
      unclear += stopping.map { "\($0) ends the release where it fails" }
      guard open.isEmpty, stopping.isEmpty else { return }
      findings.append(
        finding(
          "`\(site.job.id.value)` publishes without verifying what was attested"
            + (others.map { ": `\($0)` is something else" } ?? ""), at: site.place))
    }
    if case .examined(let findings) = outcome, findings.isEmpty, let first = unclear.first {
      return .unknown(wouldTell: "whether \(first)")
    }
    if !isAbout, case .examined = outcome {
      return .notApplicable("nothing that is published is attested")
    }
    return outcome
  }
}
