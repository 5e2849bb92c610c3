// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// The SLSA generator is used by a version tag.
enum GeneratorTag: AuditRule {
  static let description = RuleDescription(
    id: "slsa-generator-tag", title: "the SLSA generator is used by a version tag",
    severity: .medium, checklist: [22], sources: ["SLSA for Python", "secure package template"],
    why: """
      The generator takes its own version out of the ref by which it was called, and its \
      provenance is verified against that tag. Called by a hash or a branch it fails, and what it \
      makes cannot be verified. It is the one exception from pinning by hash.
      """,
    fix: "call it by `@vX.Y.Z`",
    samples: [
      RuleSample(
        "by a hash", .findings(lines: [5]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            provenance:
              uses: slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@f7dd8c54c2067bafc12ca7a55595d5ee9b75204a # v2.1.0

          """),
      RuleSample(
        "by a tag", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            provenance:
              uses: slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@v2.1.0

          """),
      RuleSample(
        "no generator", .notApplicable,
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

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var findings: [Finding] = []
    var isAbout = false
    for site in project.releases.jobs where ReleaseFacts.isGenerator(site.job) {
      guard let uses = site.job.uses, let ref = uses.ref, !isOwn(uses, project) else { continue }
      isAbout = true
      guard !isVersion(ref.value) else { continue }
      var fix: ProposedFix?
      if uses.refKind == .fullSHA, let comment = uses.comment,
        let tag = comment.text.split(separator: " ").first.map(String.init), isVersion(tag)
      {
        // The comment goes with the hash: the tag says it.
        let end = comment.span.upperBound
        fix = ProposedFix(
          "call it by its tag", .needsReview,
          edits: [
            site.file.path: [
              SourceEdit(ref.span, tag), SourceEdit(uses.text.span.upperBound..<end, ""),
            ]
          ])
      }
      findings.append(
        finding(
          "the SLSA generator is called by `\(ref.value)`, not by a version tag",
          at: Finding.Place(site.file.path, ref.span), fix: fix))
    }
    return isAbout
      ? .examined(findings) : .notApplicable("no job calls slsa-framework/slsa-github-generator")
  }

  // The generator's own repository calls what it is going to release.
  private static func isOwn(_ uses: UsesReference, _ project: AuditedProject) -> Bool {
    guard case .repository(_, _, let subpath?, _) = uses.target else { return false }
    return project.workflow(at: subpath) != nil
  }

  private static func isVersion(_ ref: String) -> Bool {
    ref.hasPrefix("v") && ActionVersion(ref).map { $0.numbers.count == 3 } ?? false
  }
}
