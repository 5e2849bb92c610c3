// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// The build job gives the hash of each file as an output.
enum DigestOutput: AuditRule {
  static let description = RuleDescription(
    id: "no-digest-output", title: "the build job gives the hash of each file as an output",
    severity: .info, checklist: [89], sources: ["SLSA for Python"],
    why: """
      Artifacts between jobs are files that a later step could exchange. Hashes as outputs of the \
      build job cannot be changed by others: jobs that attest or publish can compare.
      """,
    fix: """
      add an output to the build job: `hashes: ${{ steps.hash.outputs.hashes }}`, written by a \
      step that calls sha256sum; or the `artifact-digest` of actions/upload-artifact
      """,
    samples: [
      RuleSample(
        "only files", .findings(lines: [4]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              steps:
                - run: python -m build
                - uses: actions/upload-artifact@v4
            publish:
              needs: build
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "hashes as an output", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              outputs:
                hashes: ${{ steps.hash.outputs.hashes }}
              steps:
                - run: python -m build
                - id: hash
                  run: echo "hashes=$(sha256sum dist/* | base64 -w0)" >> "$GITHUB_OUTPUT"
            publish:
              needs: build
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "built again to be compared", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              outputs:
                hashes: ${{ steps.hash.outputs.hashes }}
              steps:
                - run: python -m build
                - id: hash
                  run: echo "hashes=$(sha256sum dist/* | base64 -w0)" >> "$GITHUB_OUTPUT"
                - uses: actions/upload-artifact@v4
            rebuild:
              needs: build
              runs-on: ubuntu-latest
              steps:
                - run: python -m build --outdir again
                - uses: actions/download-artifact@v4
                - run: diff -r artifact again
            publish:
              needs: [build, rebuild]
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var isAbout = false
    var seen: Set<String> = []
    let outcome = project.publishingFindings(pypi: true) { facts, site, findings in
      for other in facts.ancestors(of: site)
      where other.role.contains(.builds) && other.published.isEmpty && !other.job.isCall {
        // What is built only to be compared goes nowhere.
        let handsOver = other.job.steps.contains { $0.uses("actions/upload-artifact") }
        if other.role.contains(.compares), !handsOver { continue }
        isAbout = true
        guard !givesDigests(other), seen.insert(other.file.path).inserted else { continue }
        findings.append(
          finding(
            "`\(other.job.id.value)` hands over files without their hashes", at: other.place))
      }
    }
    if !isAbout, case .examined = outcome {
      return .notApplicable("no job builds for another that publishes")
    }
    return outcome
  }

  private static func givesDigests(_ site: ReleaseFacts.Site) -> Bool {
    guard let outputs = site.job.outputs, !outputs.entries.isEmpty else { return false }
    if outputs.entries.contains(where: { $0.value.value.mentions("artifact-digest") }) {
      return true
    }
    return outputs.entries.contains { entry in
      entry.value.expressions.contains { embedded in
        (embedded.expression?.contexts ?? []).contains { path in
          let parts = path.split(separator: ".")
          guard parts.count > 1, parts[0] == "steps" else { return false }
          return site.job.steps.contains { step in
            step.id?.value.lowercased() == String(parts[1])
              && (step.run.map {
                $0.value.mentions("sha256") || $0.value.mentions("shasum")
                  || $0.value.mentions("hallmark hash")
              } ?? false)
          }
        }
      }
    }
  }
}
