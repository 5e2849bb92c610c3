// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Verification names the workflow that must have signed.
enum BoundVerification: AuditRule {
  static let description = RuleDescription(
    id: "unbound-verification", title: "verification names the workflow that must have signed",
    severity: .medium, checklist: [30], sources: ["SPEC 8", "SLSA for Python"],
    why: """
      Any workflow of a repository can attest, also one on a branch that nobody reviewed. A \
      verification that only asks for the repository accepts all of them.
      """,
    fix: """
      add `--signer-workflow` to `gh attestation verify`, `--source-tag` to `slsa-verifier`, \
      `--certificate-identity` to `cosign`
      """,
    samples: [
      RuleSample(
        "any workflow", .findings(lines: [7]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - run: gh attestation verify dist/acme.whl --repo acme/acme

          """),
      RuleSample(
        "this workflow", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - run: |
                    gh attestation verify dist/acme.whl --repo acme/acme \\
                      --signer-workflow acme/acme/.github/workflows/release.yml

          """),
      RuleSample(
        "no verification", .notApplicable,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              steps:
                - run: make

          """),
    ])

  private static let commands: [(words: String, bindings: [String])] = [
    (
      "gh attestation verify",
      [
        "--signer-workflow", "--cert-identity", "--source-ref", "--signer-digest",
        "--source-digest", "--signer-repo",
      ]
    ),
    (
      "slsa-verifier verify-artifact",
      ["--source-tag", "--source-versioned-tag", "--source-branch", "--build-workflow-input"]
    ),
    ("cosign verify", ["--certificate-identity", "--key"]),
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var findings: [Finding] = []
    var isAbout = false
    for file in project.workflows {
      for job in file.workflow.jobs {
        for step in job.steps {
          guard let run = step.run else { continue }
          for line in run.value.scriptLines where !line.hasPrefix("echo ") {
            guard let command = commands.first(where: { line.mentions($0.words) }) else {
              continue
            }
            isAbout = true
            // Options that come from elsewhere are not seen here.
            let isBound = command.bindings.contains { line.mentions($0) } || line.mentions("@\"}")
            guard !isBound, !line.mentions("[@]") else { continue }
            let start = run.value.firstPlace(of: command.words) ?? 0
            let part = start..<(start + command.words.utf8.count)
            findings.append(
              finding(
                "`\(command.words)` accepts every workflow of the repository",
                at: Finding.Place(
                  file.path, run.span(of: part, in: file.workflow.document))))
          }
        }
      }
    }
    return isAbout ? .examined(findings) : .notApplicable("no workflow verifies attestations")
  }
}
