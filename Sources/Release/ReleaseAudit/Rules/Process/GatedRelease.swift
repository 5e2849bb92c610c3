// SPDX-License-Identifier: Apache-2.0

import Workflows

/// The forge's release and the index get the files together or not at all.
enum GatedRelease: AuditRule {
  static let description = RuleDescription(
    id: "release-not-gated", title: "the forge's release and the index get the files together",
    severity: .low, checklist: [86], sources: ["python-tuf #1550"],
    why: """
      Where one job uploads to the index and another beside it to the forge, either may fail \
      alone: a release without a package, or a package that no release announces.
      """,
    fix: "let the job of the forge's release need the one that publishes, or the other way round",
    samples: [
      RuleSample(
        "side by side", .findings(lines: [9]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            pypi:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

            github:
              runs-on: ubuntu-latest
              steps:
                - uses: softprops/action-gh-release@v2

          """),
      RuleSample(
        "one after the other", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            pypi:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4
            github:
              needs: pypi
              runs-on: ubuntu-latest
              steps:
                - uses: softprops/action-gh-release@v2

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let facts = project.releases
    var findings: [Finding] = []
    var isAbout = false
    var seen: Set<Finding.Place> = []
    for site in facts.publishing {
      let forge = facts.relatives(of: site).filter { other in
        other.uploads.contains { $0.target == .forge && !$0.isDraft }
      }
      guard !forge.isEmpty else { continue }
      isAbout = true
      let before = facts.ancestors(of: site)
      let isGated = forge.contains { other in
        isSame(other, site) || before.contains { isSame($0, other) }
          || facts.ancestors(of: other).contains { isSame($0, site) }
      }
      guard !isGated, let other = forge.first,
        seen.insert(other.place).inserted
      else { continue }
      findings.append(
        finding(
          "`\(other.job.id.value)` makes the forge's release whether or not "
            + "`\(site.job.id.value)` has published", at: other.place,
          related: [Finding.Place(site.file.path, site.job.id.span, "publishes")]))
    }
    return isAbout
      ? .examined(findings)
      : .notApplicable("no workflow both publishes and makes a release of the forge")
  }

  private static func isSame(_ left: ReleaseFacts.Site, _ right: ReleaseFacts.Site) -> Bool {
    left.file.path == right.file.path && left.job.id == right.job.id
  }
}
