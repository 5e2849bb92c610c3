// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// A stored token of an index is only for the job that publishes.
enum PipelineTokenScope: AuditRule {
  static let description = RuleDescription(
    id: "pipeline-token-scope",
    title: "a stored token of an index is for the environment or the account that publishes",
    severity: .medium, checklist: [64, 39],
    sources: ["secure package template", "python-tuf #1550"],
    why: """
      Every job of every pipeline gets the variables of a GitLab project, those of merge requests of \
      its members included, unless a variable is for one environment. A secret of Cloud Build can be \
      read by every build that runs as the same account; by default all builds of a project do.
      """,
    fix: """
      publish by an identity; or give the job `environment:` and the variable its scope, and the \
      build a `serviceAccount` of its own, which alone may read the secret
      """,
    samples: [
      .gitLab(
        "outside of environments", .findings(lines: [3]),
        """
        publish:
          script:
            - twine upload -u __token__ -p $PYPI_TOKEN dist/*
        """),
      .cloudBuild(
        "an account for all builds", .findings(lines: [3]),
        """
        steps:
          - name: python
            secretEnv: [TWINE_PASSWORD]
            script: |
              twine upload dist/*
        """),
      .gitLab(
        "in an environment", .good,
        """
        publish:
          environment: pypi
          script:
            - twine upload -u __token__ -p $PYPI_TOKEN dist/*
        """),
      .cloudBuild(
        "an account of its own", .good,
        """
        steps:
          - name: python
            secretEnv: [TWINE_PASSWORD]
            script: |
              twine upload dist/*
        serviceAccount: projects/acme/serviceAccounts/release@acme.iam.gserviceaccount.com
        """),
      .gitLab(
        "a token out of a vault", .unknown,
        """
        publish:
          script:
            - export TWINE_PASSWORD=$(vault kv get -field=token pypi)
            - twine upload dist/*
        """),
      .gitLab(
        "an identity", .notApplicable,
        """
        publish:
          id_tokens:
            PYPI_ID_TOKEN: { aud: pypi }
          script: [twine upload dist/*]
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.pipelines.gitLab.isEmpty || !project.pipelines.builds.isEmpty else {
      return .noPipeline
    }
    var findings: [Finding] = []
    var isAbout = false
    var unknown: String?
    for site in project.gitLab.publishing {
      guard let action = site.published.first, site.job.idTokens.isEmpty else { continue }
      isAbout = true
      guard site.job.value(\.environment) == nil else { continue }
      if fetchesToken(site) {
        unknown = unknown ?? "who may read the token that `\(site.name)` fetches"
        continue
      }
      guard site.job.isWhole else {
        unknown = unknown ?? "what `\(site.name)` extends from elsewhere"
        continue
      }
      findings.append(
        finding(
          "`\(site.name)` publishes by a token that every job of the project can get",
          at: action.place))
    }
    for file in project.pipelines.builds {
      for (step, action) in file.publications where !step.secretEnv.isEmpty {
        isAbout = true
        guard CloudBuildAccount.isShared(file.build.serviceAccount?.value) else { continue }
        findings.append(
          finding(
            "every build of the project's default account can read the token",
            at: Finding.Place(file.path, step.secretEnv[0].span), related: [action.place]))
      }
    }
    guard isAbout else { return .notApplicable("no job publishes with a stored token") }
    if findings.isEmpty, let unknown { return .unknown(wouldTell: unknown) }
    return .examined(findings.once)
  }

  /// Whether a job takes its token out of a vault.
  private static func fetchesToken(_ site: GitLabFacts.Site) -> Bool {
    site.role.contains(.fetchesToken) || site.job.definitions.contains { !$0.secrets.isEmpty }
  }
}
