// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// GitLab pipelines and Cloud Build write down the digests of what they publish.
enum PipelinePrintHash: AuditRule {
  static let description = RuleDescription(
    id: "pipeline-print-hash", title: "GitLab pipelines and Cloud Build print what they publish",
    severity: .info, checklist: [35], sources: ["SPEC 8"],
    why: """
      The hashes in the log of the job are a record outside of the index: whoever doubts a file can \
      compare. GitHub's upload action prints them by an option; elsewhere a line of the script does.
      """,
    fix: "run `sha256sum dist/*` before the upload",
    samples: [
      .gitLab(
        "no record", .findings(lines: [3]),
        """
        publish:
          script:
            - twine upload dist/*
        """),
      .cloudBuild(
        "no record of a build", .findings(lines: [4]),
        """
        steps:
          - name: python
            script: |
              twine upload dist/*
        """),
      .gitLab(
        "printed before", .good,
        """
        publish:
          script:
            - sha256sum dist/*
            - twine upload dist/*
        """),
      .gitLab(
        "printed where the files are made", .good,
        """
        build:
          stage: build
          script: [python -m build, sha256sum dist/*]
        publish:
          stage: deploy
          script: [twine upload dist/*]
        """),
      .gitLab(
        "nothing for PyPI", .notApplicable,
        """
        test:
          script: [pytest, sha256sum --check SUMS]
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.pipelinePublishing { publisher, findings in
      guard !publisher.role.contains(.printsDigests) else { return .decided }
      guard publisher.isWhole else { return .unknown }
      findings.append(
        finding(
          "nothing prints the hashes of what \(publisher.name) publishes", at: publisher.upload,
          fix: publisher.site.flatMap { fix($0, publisher) }))
      return .decided
    }
  }

  /// Prints them in the line before the upload.
  private static func fix(
    _ site: GitLabFacts.Site, _ publisher: PipelinePublisher
  ) -> ProposedFix? {
    guard let span = publisher.upload.span, publisher.upload.path == site.job.path else {
      return nil
    }
    let files = (site.published.first?.arguments ?? []).filter {
      !$0.hasPrefix("-") && $0.contains("/") && !$0.contains("://") && !$0.contains("$")
        && !$0.contains(" ")
    }
    guard !files.isEmpty else { return nil }
    return site.repair("print the hashes", .safe) { document, node throws(YAMLEditRefusal) in
      guard let list = node["script"], let items = list.items,
        let index = items.firstIndex(where: { $0.span.contains(span.lowerBound) })
      else { throw .shape }
      return try document.inserting(
        .scalar("sha256sum " + files.joined(separator: " ")), intoList: list, at: index)
    }
  }
}
