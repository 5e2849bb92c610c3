// SPDX-License-Identifier: Apache-2.0

import Workflows

/// In GitLab, attestations are verified before anything is published.
enum GitLabVerification: AuditRule {
  static let description = RuleDescription(
    id: "gitlab-unverified", title: "GitLab pipelines verify attestations before they publish",
    severity: .low, checklist: [29, 39], sources: ["SPEC 8"],
    why: """
      An attestation that nobody verifies may be of other files, or of another identity than users \
      will ask for. A check before the upload finds out while nothing is lost.
      """,
    fix:
      "run `pypi-attestations verify`, `cosign verify-blob` or `hallmark verify` before the upload",
    samples: [
      .gitLab(
        "signed, never verified", .findings(lines: [1]),
        """
        publish:
          script:
            - pypi-attestations sign dist/*
            - twine upload --attestations dist/*
        """),
      .gitLab(
        "verified after it", .findings(lines: [4]),
        """
        publish:
          script:
            - pypi-attestations sign dist/*
            - twine upload --attestations dist/*
            - hallmark verify dist/*
        """),
      .gitLab(
        "verified first", .good,
        """
        build:
          stage: build
          script: [pypi-attestations sign dist/*]
        check:
          stage: test
          script: [hallmark verify dist/*]
        publish:
          stage: deploy
          script: [twine upload --attestations dist/*]
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.gitLabPublishing(pypi: true) { site, findings in
      if site.before.contains(.verifies) { return .decided }
      let actions = site.actions
      let check = actions.firstIndex { $0.role == .verify(.attestation) }
      let upload = actions.firstIndex { site.published.first?.place == $0.place }
      if let check, let upload {
        if upload < check {
          findings.append(
            finding(
              "`\(site.name)` publishes before it verifies", at: actions[upload].place,
              related: [
                Finding.Place(actions[check].place.path, actions[check].place.span, "verifies")
              ]))
        }
        return .decided
      }
      guard site.job.isWhole, !site.isOpen else { return .unknown }
      findings.append(
        finding(
          site.around.contains(.attests)
            ? "`\(site.name)` publishes what nothing has verified before"
            : "`\(site.name)` publishes without a check of signatures: nothing attests",
          at: site.place))
      return .decided
    }
  }
}
