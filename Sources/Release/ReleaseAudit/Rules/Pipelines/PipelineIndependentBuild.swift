// SPDX-License-Identifier: Apache-2.0

import Workflows

/// GitLab pipelines and Cloud Build compare their files with an independent build.
enum PipelineIndependentBuild: AuditRule {
  static let description = RuleDescription(
    id: "pipeline-independent-build",
    title: "an independent build has made what a GitLab pipeline or Cloud Build publishes",
    severity: .info, checklist: [84], sources: ["python-tuf #1550"],
    why: """
      One build can be manipulated where it runs. A second one, elsewhere, with the same bytes \
      shows that the files are what the sources make.
      """,
    fix: "compare before publishing: `hallmark verify-release --tag TAG --dist DIR`",
    samples: [
      .gitLab(
        "one build is believed", .findings(lines: [1]),
        """
        publish:
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "compared, but after the upload", .findings(lines: [1]),
        """
        publish:
          stage: build
          script: [twine upload dist/*]
        compare:
          stage: test
          script: [hallmark reproduce dist/*]
        """),
      .gitLab(
        "two are compared", .good,
        """
        compare:
          stage: test
          script:
            - hallmark verify-release --tag "$CI_COMMIT_TAG" --dist dist
        publish:
          stage: deploy
          script:
            - twine upload dist/*
        """),
      .cloudBuild(
        "in a step before", .good,
        """
        steps:
          - name: python
            script: |
              diffoscope dist/a.whl again/a.whl
          - name: python
            script: twine upload dist/*
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.pipelinePublishing { publisher, findings in
      guard !publisher.role.contains(.compares) else { return .decided }
      guard publisher.isWhole else { return .unknown }
      findings.append(
        finding(
          "\(publisher.name) publishes files that only one build has made", at: publisher.place))
      return .decided
    }
  }
}
