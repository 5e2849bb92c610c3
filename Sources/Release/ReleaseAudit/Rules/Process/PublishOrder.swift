// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Publishing waits for building and attesting.
enum PublishOrder: AuditRule {
  static let description = RuleDescription(
    id: "publish-order", title: "publishing waits for building and attesting",
    severity: .medium, checklist: [31], sources: ["SPEC 8", "SLSA for Python"],
    why: """
      What is at the index cannot be taken back. A job that attests beside the one that publishes \
      may fail when the files are already out, and they stay without evidence.
      """,
    fix: "name the job that attests in `needs` of the one that publishes",
    samples: [
      RuleSample(
        "attests at the same time", .findings(lines: [13]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              steps:
                - run: python -m build
            attest:
              needs: build
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
            publish:
              needs: [build]
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
      RuleSample(
        "attests after the upload", .findings(lines: [7]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1
                - uses: actions/attest-build-provenance@v2

          """),
      RuleSample(
        "waits for both", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              steps:
                - run: python -m build
            attest:
              needs: build
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
            publish:
              needs: attest
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.publishingFindings { facts, site, findings in
      if let upload = site.published.first,
        let late = site.job.steps.first(where: {
          $0.index > upload.step.index && site.role(of: $0).contains(.attests)
        })
      {
        findings.append(
          finding(
            "files are published before they are attested",
            at: Finding.Place(site.file.path, upload.span),
            related: [Finding.Place(site.file.path, late.span, "attests")]))
      }
      let before = facts.ancestors(of: site)
      for other in facts.jobs(of: site.file.path) {
        guard other.job.id != site.job.id, !other.role.isDisjoint(with: [.attests, .builds]),
          !before.contains(where: {
            $0.file.path == other.file.path && $0.job.id == other.job.id
          }),
          // Jobs that come after on purpose, or that have nothing to do with this upload.
          !facts.ancestors(of: other).contains(where: {
            $0.file.path == site.file.path && $0.job.id == site.job.id
          }),
          other.uploads.isEmpty, isRelated(other, to: before)
        else { continue }
        let does = other.role.contains(.attests) ? "attests" : "builds"
        findings.append(
          finding(
            "`\(site.job.id.value)` does not wait for `\(other.job.id.value)`, which \(does)",
            at: site.place, related: [Finding.Place(site.file.path, other.job.id.span, does)],
            fix: fix(site, other)))
      }
    }
  }

  // It takes part in the release if it starts from what the release starts from.
  private static func isRelated(
    _ other: ReleaseFacts.Site, to before: [ReleaseFacts.Site]
  ) -> Bool {
    guard other.role.contains(.attests) else { return false }
    return other.job.needs.contains { need in
      before.contains { $0.job.id.value == need.value && $0.role.contains(.builds) }
    }
  }

  private static func fix(
    _ site: ReleaseFacts.Site, _ other: ReleaseFacts.Site
  ) -> ProposedFix? {
    let name = other.job.id.value
    return site.file.repair("wait for `\(name)`", .needsReview) {
      document throws(YAMLEditRefusal) in
      guard let needs = site.job.entry("needs") else {
        return try document.inserting(
          "needs", .sequence([.scalar(name)]), into: site.job.node, at: .first)
      }
      if needs.value.items != nil {
        return try document.inserting(.scalar(name), intoList: needs.value)
      }
      let first = needs.value.string ?? ""
      return try document.replacing(
        valueOf: "needs", in: site.job.node, with: .sequence([.scalar(first), .scalar(name)]))
    }
  }
}
