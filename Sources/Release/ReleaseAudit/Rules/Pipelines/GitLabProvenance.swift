// SPDX-License-Identifier: Apache-2.0

import Workflows

/// A GitLab pipeline attests what it publishes.
enum GitLabProvenance: AuditRule {
  static let description = RuleDescription(
    id: "gitlab-no-provenance", title: "GitLab pipelines attest what they publish",
    severity: .medium, checklist: [26, 39],
    sources: ["SPEC 8", "PEP 740", "PyPI Docs, \"Producing attestations\" (GitLab)"],
    why: """
      Without a signed statement nobody can tell a file of the pipeline from one that was uploaded \
      with a stolen token. On GitLab the upload signs nothing by itself: `pypi-attestations sign` \
      does with a token for `sigstore`, `hallmark attest` makes SLSA provenance as well.
      """,
    incident: """
      December 2024: ultralytics 8.3.45 and 8.3.46 were uploaded with a stolen token. Files of \
      the workflow can be told from such ones by their attestations.
      """,
    fix: """
      give a job `id_tokens: SIGSTORE_ID_TOKEN: aud: sigstore`, run `pypi-attestations sign dist/*` \
      there and `twine upload --attestations` in the one that publishes
      """,
    samples: [
      .gitLab(
        "nothing is signed", .findings(lines: [1]),
        """
        publish:
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "signed before the upload", .good,
        """
        publish:
          script:
            - python -m pypi_attestations sign dist/*
            - twine upload --attestations dist/*
        """),
      .gitLab(
        "something from elsewhere may sign", .unknown,
        """
        include:
          - component: gitlab.example/ci/sign@1.0.0
        publish:
          script:
            - twine upload dist/*
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.gitLabPublishing(pypi: true) { site, findings in
      guard !site.around.contains(.attests) else { return .decided }
      guard site.job.isWhole, !site.isOpen else { return .unknown }
      findings.append(
        finding("`\(site.name)` publishes files that nothing attests", at: site.place))
      return .decided
    }
  }
}
