// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Users can read who must have signed.
enum SignerIdentity: AuditRule {
  static let description = RuleDescription(
    id: "no-signer-identity", title: "users can read who must have signed",
    severity: .info, checklist: [87], sources: ["python-tuf #1550"],
    why: """
      A signature tells who signed, not who was to sign. The workflow or key has to stand where \
      users find it before they need it.
      """,
    fix: "name the workflow (`OWNER/NAME/.github/workflows/release.yml`) or key in the docs",
    samples: [
      RuleSample(
        "only that there are signatures", .findings(lines: [1]), isWhole: true,
        files: [
          ("README.md", "# Acme\n\nReleases are signed.\n"),
          (VerifyInstructions.path, VerifyInstructions.workflow),
        ]),
      RuleSample(
        "the workflow", .good, isWhole: true,
        files: [
          (
            "README.md",
            """
            # Acme

            Releases are signed by `acme/acme/.github/workflows/release.yml`.

            """
          ), (VerifyInstructions.path, VerifyInstructions.workflow),
        ]),
      RuleSample(
        "a policy that everybody can use", .good, isWhole: true,
        files: [
          ("README.md", "# Acme\n"),
          ("hallmark.toml", "[[publisher]]\nkind = \"github\"\n"),
          (VerifyInstructions.path, VerifyInstructions.workflow),
        ]),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let facts = project.releases
    guard !facts.publishing.isEmpty else {
      return .notApplicable("no job publishes to a package index")
    }
    guard project.isWhole else { return AuditedProject.isPart }
    if project.files["hallmark.toml"] != nil { return .examined([]) }
    let names = facts.publishing.flatMap { site in
      ([site.file] + (facts.triggers(of: site.file) ?? []).map(\.file)).map(\.path)
    }
    let marks =
      names + ["--cert-identity", "--certificate-identity", "--signer-workflow", "fingerprint"]
    let isTold = project.userPages.contains { page in
      marks.contains { page.text.mentions($0) }
    }
    guard !isTold else { return .examined([]) }
    let readme = project.readme
    return .examined([
      finding(
        "no page says which workflow or key signs the releases",
        at: Finding.Place(readme?.path ?? "README.md", readme?.textLines.first?.span))
    ])
  }
}
