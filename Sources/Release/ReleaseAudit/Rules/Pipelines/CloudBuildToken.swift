// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Cloud Build publishes to PyPI by its identity, not by a stored token.
enum CloudBuildToken: AuditRule {
  static let description = RuleDescription(
    id: "cloudbuild-token", title: "Cloud Build publishes to PyPI by its identity",
    severity: .medium, checklist: [32, 39],
    sources: ["PyPI Docs, \"Trusted Publishers\" (Google Cloud)"],
    why: """
      A stored token of the index works for whoever reads it, from anywhere. PyPI trusts service \
      accounts of Google Cloud: `python -m id pypi` gives a token of minutes for the account that \
      the build runs as.
      """,
    fix: """
      register the build's service account as a trusted publisher, exchange the token of \
      `python -m id pypi` (`hallmark publish` does it), and delete the secret
      """,
    samples: [
      .cloudBuild(
        "a secret", .findings(lines: [5]),
        """
        steps:
          - name: python
            secretEnv: [TWINE_PASSWORD]
            script: |
              twine upload dist/*
        """),
      .cloudBuild(
        "an identity", .good,
        """
        steps:
          - name: python
            script: |
              oidc=$(python -m id pypi)
              ./exchange "$oidc" > token
              TWINE_PASSWORD=$(cat token) twine upload dist/*
        """),
      .cloudBuild(
        "nothing for PyPI", .notApplicable,
        """
        steps:
          - name: python
            args: [pytest]
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.buildFindings("no build of Cloud Build publishes to PyPI") { file, findings in
      let found = file.publications
      let asks = file.build.steps.contains { step in
        ([step.script].compactMap { $0 } + step.arguments).contains {
          $0.value.holds("-m id ") || $0.value.holds("hallmark publish")
            || $0.value.holds("mint-token")
        }
      }
      if !asks {
        for (step, action) in found {
          let secrets = step.secretEnv.prefix(1).map {
            Finding.Place(file.path, $0.span, "a stored secret")
          }
          findings.append(
            finding(
              "`\(action.means)` publishes by a stored token", at: action.place,
              related: Array(secrets)))
        }
      }
      return !found.isEmpty
    }
  }
}
