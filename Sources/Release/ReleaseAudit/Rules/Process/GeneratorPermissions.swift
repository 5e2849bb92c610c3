// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// The SLSA generator's job has the permissions it needs, and no others.
enum GeneratorPermissions: AuditRule {
  static let description = RuleDescription(
    id: "slsa-generator-permissions",
    title: "the SLSA generator's job has exactly the permissions it needs",
    severity: .medium, checklist: [12, 91], sources: ["SLSA for Python"],
    why: """
      The generator reads the run (`actions: read`), signs (`id-token: write`) and attaches the \
      result to the release (`contents: write`). Without one the release stops; everything else \
      is power that nobody asked for.
      """,
    fix: "give the job `actions: read`, `id-token: write` and `contents: write`",
    samples: [
      RuleSample(
        "one is missing", .findings(lines: [5]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            provenance:
              permissions:
                id-token: write
                contents: write
              uses: slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@v2.1.0

          """),
      RuleSample(
        "exactly these", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            provenance:
              permissions:
                actions: read
                id-token: write
                contents: write
              uses: slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@v2.1.0

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var findings: [Finding] = []
    var isAbout = false
    for site in project.releases.jobs where ReleaseFacts.isGenerator(site.job) {
      guard let uses = site.job.uses, uses.text.value.mentions("generator_generic") else {
        continue
      }
      isAbout = true
      guard let permissions = site.permissions else {
        if site.file.workflow.trigger("workflow_call") == nil {
          findings.append(
            finding(
              "`\(site.job.id.value)` has no `permissions`, and `id-token: write` is never given "
                + "by default", at: site.place))
        }
        continue
      }
      let uploads = site.job.with?["upload-assets"].map { $0.value != "false" } ?? false
      let wanted = [
        ("actions", ["read", "write"]), ("id-token", ["write"]),
        ("contents", uploads ? ["write"] : ["read", "write"]),
      ]
      let missing = wanted.filter { name, enough in
        permissions.access(name).map { !enough.contains($0) } ?? false
      }
      if !missing.isEmpty {
        let names = missing.map { "`\($0.0): \($0.1[0])`" }.joined(separator: ", ")
        findings.append(
          finding(
            "the SLSA generator in `\(site.job.id.value)` lacks \(names)",
            at: Finding.Place(site.file.path, permissions.key)))
      }
      guard case .scopes(let scopes) = permissions.grant, site.job.permissions != nil else {
        continue
      }
      for scope in scopes where scope.access.value == "write" {
        guard !["id-token", "contents"].contains(scope.name.value) else { continue }
        findings.append(
          finding(
            "the SLSA generator has no use for `\(scope.name.value): write`", .low,
            at: Finding.Place(site.file.path, scope.span)))
      }
    }
    return isAbout ? .examined(findings) : .notApplicable("no job calls the generic SLSA generator")
  }
}
