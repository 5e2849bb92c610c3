// SPDX-License-Identifier: Apache-2.0

import Workflows

/// What the SLSA generator is given exists.
enum GeneratorInputs: AuditRule {
  static let description = RuleDescription(
    id: "slsa-generator-inputs", title: "the SLSA generator's inputs are outputs that exist",
    severity: .medium, checklist: [90], sources: ["SLSA for Python"],
    why: """
      An output that does not exist is an empty text. The generator then fails in the middle of a \
      release, or attests nothing.
      """,
    fix: """
      write `base64-subjects: ${{ needs.BUILD.outputs.HASHES }}`, name the job in `needs`, and \
      give it the output
      """,
    samples: [
      RuleSample(
        "no such output", .findings(lines: [14]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              outputs:
                hashes: ${{ steps.hash.outputs.hashes }}
              steps:
                - run: make
            provenance:
              needs: [build]
              uses: slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@v2.1.0
              with:
                base64-subjects: ${{ needs.build.outputs.digests }}

          """),
      RuleSample(
        "the output of the build", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              outputs:
                hashes: ${{ steps.hash.outputs.hashes }}
              steps:
                - run: make
            provenance:
              needs: [build]
              uses: slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@v2.1.0
              with:
                base64-subjects: ${{ needs.build.outputs.hashes }}

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
      let with = site.job.with
      if with?["base64-subjects-as-file"] != nil { continue }
      guard let subjects = with?["base64-subjects"] else {
        findings.append(
          finding(
            "the SLSA generator is called without `base64-subjects`",
            at: Finding.Place(site.file.path, uses.text.span)))
        continue
      }
      if let problem = problem(subjects, site) {
        findings.append(finding(problem, at: Finding.Place(site.file.path, subjects.span)))
      }
    }
    return isAbout ? .examined(findings) : .notApplicable("no job calls the generic SLSA generator")
  }

  private static func problem(_ subjects: WorkflowText, _ site: ReleaseFacts.Site) -> String? {
    guard subjects.isExpression else {
      return "`base64-subjects` is no expression, so that it is the same in each run"
    }
    guard let expression = subjects.expressions[0].expression else {
      return "`base64-subjects` does not parse: \(subjects.expressions[0].error?.problem ?? "")"
    }
    for path in expression.contexts where path.hasPrefix("needs.") {
      let parts = path.split(separator: ".")
      guard parts.count >= 4, parts[2] == "outputs" else {
        return "`\(path)` is no output of a job"
      }
      guard
        let need = site.job.needs.first(where: { $0.value.lowercased() == parts[1] }),
        let job = site.file.workflow.job(need.value)
      else { return "`needs.\(parts[1])` is not in `needs` of `\(site.job.id.value)`" }
      if job.isCall { continue }
      guard job.outputs?.entry(String(parts[3])) != nil else {
        return "the job `\(need.value)` has no output `\(parts[3])`"
      }
    }
    return nil
  }
}
