// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// GitLab jobs that publish neither overlap nor are cut off.
enum GitLabOverlap: AuditRule {
  static let description = RuleDescription(
    id: "gitlab-overlap", title: "GitLab jobs that publish do not overlap, and none is cut off",
    severity: .medium, checklist: [36, 39],
    sources: [
      "SPEC 8", "GitLab Docs, \"CI/CD YAML syntax reference\" (interruptible, resource_group)",
    ],
    why: """
      Two pipelines at once can publish files of two builds under one version. A job with \
      `interruptible: true` is cancelled by the next push; between two files that leaves half a \
      release, and nothing at an index can be replaced.
      """,
    fix: "give the job `resource_group: release` and `interruptible: false`",
    samples: [
      .gitLab(
        "may be cancelled", .findings(lines: [3]),
        """
        publish:
          resource_group: release
          interruptible: true
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "two may run at once", .findings(lines: [1]),
        """
        publish:
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "cancelled by what holds for all jobs", .findings(lines: [2]),
        """
        default:
          interruptible: true
        publish:
          resource_group: release
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "one after the other", .good,
        """
        publish:
          resource_group: release
          interruptible: false
          script:
            - twine upload dist/*
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.gitLabPublishing { site, findings in
      if let found = site.job.inherited(\.interruptible), found.value.value == "true" {
        let isOwn = site.job.definitions.first === found.definition
        // Only a later pipeline of the same ref cancels; of a tag there is seldom one.
        let isOfTags = if case .tag = GitLabStart(site) { true } else { false }
        findings.append(
          finding(
            "a later pipeline cancels `\(site.name)` while it publishes", isOfTags ? .low : nil,
            at: Finding.Place(found.definition.path, found.value.span),
            related: isOwn ? [] : [site.place],
            fix: isOwn
              ? ProposedFix(
                "let it end", .safe,
                edits: [found.definition.path: [SourceEdit(found.value.span, "false")]])
              : site.repair("let it end", .safe) { document, node throws(YAMLEditRefusal) in
                try document.inserting("interruptible", .scalar("false"), into: node, at: .first)
              }))
      }
      guard site.job.value(\.resourceGroup) == nil else { return .decided }
      guard site.job.isWhole else { return .unknown }
      findings.append(
        finding(
          "two pipelines can run `\(site.name)` at once", .low, at: site.place,
          fix: site.repair("let jobs that publish wait for each other", .safe) {
            document, node throws(YAMLEditRefusal) in
            try document.inserting("resource_group", .scalar("release"), into: node, at: .first)
          }))
      return .decided
    }
  }
}
