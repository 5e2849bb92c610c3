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
        "a pattern that every name matches", .findings(lines: [7]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - run: cosign verify-blob --certificate-identity-regexp '.*' dist/acme.whl

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
        "any workflow, in an action of the repository", .findings(lines: [4]),
        files: [
          (
            ".github/actions/check/action.yml",
            """
            runs:
              using: composite
              steps:
                - run: gh attestation verify dist/acme.whl --repo acme/acme
                  shell: bash

            """
          )
        ]),
      RuleSample(
        "no verification, only a page about it", .notApplicable,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              steps:
                - run: |
                    cat > NOTES.md <<'END'
                    gh attestation verify acme.whl --repo acme/acme
                    END
                    printf '%s' "gh attestation verify acme.whl --repo acme/acme"

          """),
    ])

  private static let commands: [(program: String, words: [String], bindings: [String])] = [
    (
      "gh", ["attestation", "verify"],
      [
        "--signer-workflow", "--cert-identity", "--cert-identity-regex", "--source-ref",
        "--signer-digest", "--source-digest", "--signer-repo",
      ]
    ),
    (
      "slsa-verifier", ["verify-artifact"],
      ["--source-tag", "--source-versioned-tag", "--source-branch", "--build-workflow-input"]
    ),
    ("cosign", ["verify"], cosign), ("cosign", ["verify-blob"], cosign),
    ("cosign", ["verify-attestation"], cosign), ("cosign", ["verify-blob-attestation"], cosign),
  ]
  private static let cosign = ["--certificate-identity", "--certificate-identity-regexp", "--key"]

  /// Whether a command verifies attestations, and whether it names who must have signed.
  static func verification(_ invocation: ShellInvocation) -> (name: String, isBound: Bool)? {
    guard
      let command = commands.first(where: {
        $0.program == invocation.program && invocation.isSubcommand($0.words)
      })
    else { return nil }
    // Options that come from a variable are not seen here.
    let isBound =
      command.bindings.contains { option in
        invocation.hasOption(option) && !isOpen(invocation.option(option))
      }
      || invocation.arguments.contains { $0.text.mentions("@]") || $0.text.mentions("$@") }
    return (([command.program] + command.words).joined(separator: " "), isBound)
  }

  /// Whether a pattern is one that every name matches.
  private static func isOpen(_ pattern: String?) -> Bool {
    ["", ".", ".*", ".+", "^.*$", "^.+$", "*"].contains(pattern)
  }

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var findings: [Finding] = []
    var isAbout = false
    for site in project.steps {
      guard let run = site.step.run else { continue }
      for invocation in site.step.invocations {
        guard let (name, isBound) = verification(invocation) else { continue }
        isAbout = true
        guard !isBound else { continue }
        findings.append(
          finding(
            "`\(name)` accepts every workflow of the repository",
            at: site.place(run.span(of: invocation.range, in: site.document))))
      }
    }
    return isAbout ? .examined(findings) : .notApplicable("no workflow verifies attestations")
  }
}
