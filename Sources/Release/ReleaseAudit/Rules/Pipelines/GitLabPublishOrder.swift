// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// In GitLab, publishing waits for building and attesting.
enum GitLabPublishOrder: AuditRule {
  static let description = RuleDescription(
    id: "gitlab-order", title: "GitLab jobs that publish wait for building and attesting",
    severity: .medium, checklist: [31, 39], sources: ["SPEC 8", "SLSA for Python"],
    why: """
      What is at the index cannot be taken back. A job in the same stage, or with `needs: []`, \
      does not wait: when attesting fails, the files are already out and stay without evidence.
      """,
    fix: "put the job into a later stage, or name what builds and attests in `needs`",
    samples: [
      .gitLab(
        "attests in the same stage", .findings(lines: [5]),
        """
        attest:
          stage: deploy
          script:
            - pypi-attestations sign dist/*
        publish:
          stage: deploy
          script:
            - twine upload --attestations dist/*
        """),
      .gitLab(
        "waits for nothing", .findings(lines: [4]),
        """
        build:
          stage: build
          script: [python -m build]
        publish:
          stage: deploy
          needs: []
          script: [twine upload dist/*]
        """),
      .gitLab(
        "attests after the upload", .findings(lines: [3]),
        """
        publish:
          script:
            - twine upload dist/*
            - cosign sign-blob --yes dist/acme.whl
        """),
      .gitLab(
        "stages", .good,
        """
        stages: [build, attest, publish]
        build:
          stage: build
          script: [python -m build]
        attest:
          stage: attest
          script: [pypi-attestations sign dist/*]
        publish:
          stage: publish
          script: [twine upload dist/*]
        """),
      .gitLab(
        "needs", .good,
        """
        build:
          script: [python -m build]
        publish:
          needs: [build]
          script: [twine upload dist/*]
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.gitLabPublishing { site, findings in
      let actions = site.actions
      if let upload = actions.firstIndex(where: { site.published.first?.place == $0.place }),
        let late = actions[upload...].first(where: {
          if case .attest = $0.role { true } else { false }
        })
      {
        findings.append(
          finding(
            "files are published before they are attested", at: actions[upload].place,
            related: [Finding.Place(late.place.path, late.place.span, "attests")]))
        return .decided
      }
      let known = site.before.union(site.role)
      for (role, does) in [(StepRole.builds, "builds"), (.attests, "attests")]
      where site.around.contains(role) && !known.contains(role) {
        findings.append(
          finding(
            "`\(site.name)` does not wait for the job that \(does)", at: site.place,
            related: site.publishPlaces))
      }
      return site.job.isWhole || known.contains(.builds) ? .decided : .unknown
    }
  }
}
