// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Users can read how to verify before they install.
enum VerifyInstructions: AuditRule {
  static let description = RuleDescription(
    id: "no-verify-instructions", title: "users can read how to verify a release",
    severity: .info, checklist: [92], sources: ["SLSA for Python"],
    why: """
      Evidence helps those who look at it. A command that works as it stands, with the project's \
      own names, is what makes users look.
      """,
    fix: "put a command into README or the docs: `hallmark verify FILE --repository OWNER/NAME`",
    samples: [
      RuleSample(
        "nothing", .findings(lines: [1]), isWhole: true,
        files: [("README.md", "# Acme\n\nInstall with pip.\n"), (path, workflow)]),
      RuleSample(
        "a command", .good, isWhole: true,
        files: [
          ("README.md", "# Acme\n\n    gh attestation verify FILE --repo acme/acme\n"),
          (path, workflow),
        ]),
      RuleSample(
        "only the workflow was given", .notApplicable, files: [(path, workflow)]),
    ])

  static let path = ".github/workflows/release.yml"
  static let workflow = """
    on:
      workflow_dispatch:
    jobs:
      publish:
        runs-on: ubuntu-latest
        environment: pypi
        steps:
          - uses: pypa/gh-action-pypi-publish@v1.12.4

    """
  private static let commands = [
    "gh attestation verify", "slsa-verifier verify", "cosign verify", "sigstore verify",
    "pypi-attestations verify", "hallmark verify", "gpg --verify", "minisign -V",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.releases.publishing.isEmpty else {
      return .notApplicable("no job publishes to a package index")
    }
    guard project.isWhole else { return AuditedProject.isPart }
    let isTold = project.userPages.contains { page in
      commands.contains { page.text.mentions($0) }
    }
    guard !isTold else { return .examined([]) }
    guard let readme = project.readme else {
      return .examined([
        finding("no page says how to verify a release", at: Finding.Place("README.md", nil))
      ])
    }
    return .examined([
      finding(
        "no page says how to verify a release",
        at: Finding.Place(readme.path, readme.textLines.first?.span))
    ])
  }
}
