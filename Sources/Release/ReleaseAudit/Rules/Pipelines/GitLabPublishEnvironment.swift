// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// GitLab jobs that publish run in an environment.
enum GitLabPublishEnvironment: AuditRule {
  static let description = RuleDescription(
    id: "gitlab-environment", title: "GitLab jobs that publish run in a named environment",
    severity: .medium, checklist: [15, 39],
    sources: ["SPEC 8", "GitLab Docs, \"Protected environments\""],
    why: """
      A protected environment says who may run a job, and who must approve it; the index's trusted \
      publisher can ask for its name. Without one, any job of any pipeline of the file is as good \
      as the one that publishes: GitLab gives identity tokens to all of them.
      """,
    fix: "give the job `environment:`, protect it, and name it in the index's trusted publisher",
    samples: [
      .gitLab(
        "no environment", .findings(lines: [1]),
        """
        publish:
          id_tokens:
            PYPI_ID_TOKEN: { aud: pypi }
          rules:
            - if: $CI_COMMIT_TAG
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "an environment from a template", .good,
        """
        .release:
          environment: { name: pypi }
        publish:
          extends: .release
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "the project's own registry", .notApplicable,
        """
        publish:
          script:
            - twine upload --repository-url $CI_API_V4_URL/projects/$CI_PROJECT_ID/packages/pypi dist/*
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.gitLabPublishing { site, findings in
      guard site.job.value(\.environment) == nil else { return .decided }
      guard site.job.isWhole else { return .unknown }
      let name = site.isForPyPI ? "pypi" : "release"
      findings.append(
        finding(
          "`\(site.name)` publishes outside of any environment", at: site.place,
          related: site.publishPlaces,
          fix: site.repair("run the job in the environment `\(name)`") {
            document, node throws(YAMLEditRefusal) in
            try document.inserting("environment", .scalar(name), into: node, at: .first)
          }))
      return .decided
    }
  }
}
