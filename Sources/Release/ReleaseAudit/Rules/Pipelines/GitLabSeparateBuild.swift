// SPDX-License-Identifier: Apache-2.0

import Workflows

/// In GitLab, files are built in another job than the one that publishes.
enum GitLabSeparateBuild: AuditRule {
  static let description = RuleDescription(
    id: "gitlab-separate-build", title: "GitLab jobs that publish do not build",
    severity: .medium, checklist: [37, 39], sources: ["SPEC 8", "python-tuf #1550"],
    why: """
      Building runs code of the project and of everything it is built with. In the job that holds \
      the identity token, all of that can publish in the project's name.
      """,
    fix: "build in a job of its own, hand the files over by `artifacts`, set `GIT_STRATEGY: none`",
    samples: [
      .gitLab(
        "one job for all", .findings(lines: [4]),
        """
        publish:
          id_tokens: { PYPI_ID_TOKEN: { aud: pypi } }
          script:
            - python -m build
            - twine upload dist/*
        """),
      .gitLab(
        "built before, for every job", .findings(lines: [2]),
        """
        before_script:
          - python -m build
        publish:
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "two jobs", .good,
        """
        build:
          stage: build
          script: [python -m build]
          artifacts: { paths: [dist] }
        publish:
          stage: deploy
          variables: { GIT_STRATEGY: none }
          script:
            - twine upload dist/*
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var seen: Set<Finding.Place> = []
    return project.gitLabPublishing(pypi: true) { site, findings in
      let builds = site.actions.filter { $0.role == .build(.python) }
      for action in builds where seen.insert(action.place).inserted {
        findings.append(
          finding(
            "the job `\(site.name)` builds what it publishes", at: action.place,
            related: site.publishPlaces))
      }
      return builds.isEmpty && !site.job.isWhole ? .unknown : .decided
    }
  }
}
