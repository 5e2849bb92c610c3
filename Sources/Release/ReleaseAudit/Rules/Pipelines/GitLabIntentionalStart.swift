// SPDX-License-Identifier: Apache-2.0

import Workflows

/// GitLab jobs that publish start by an intentional act.
enum GitLabIntentionalStart: AuditRule {
  static let description = RuleDescription(
    id: "gitlab-trigger", title: "GitLab jobs that publish start by an intentional act",
    severity: .high, checklist: [3, 39],
    sources: ["SPEC 8", "GitLab Docs, \"CI/CD YAML syntax reference\" (rules)"],
    why: """
      Every push and every merge request starts a pipeline. A job without rules runs in all of \
      them, so that whoever can push a branch can publish. Rules for protected tags, or a start by \
      hand, make publishing a decision.
      """,
    fix: "give the job `rules:` with `if: $CI_COMMIT_TAG` and `when: manual`, and protect the tags",
    samples: [
      .gitLab(
        "every pipeline", .findings(lines: [1]),
        """
        publish:
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "each push to the default branch", .findings(lines: [3]),
        """
        publish:
          rules:
            - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "a tag, where the profile asks for a start by hand", .findings(lines: [1]),
        """
        publish:
          rules:
            - if: $CI_COMMIT_TAG =~ /^v/
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "a branch for releases", .findings(lines: [1]),
        """
        publish:
          only: [releases/final]
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "by hand, for a tag", .good,
        """
        publish:
          rules:
            - if: $CI_COMMIT_TAG
              when: manual
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "rules of another job", .good,
        """
        .by-hand:
          rules:
            - if: $CI_PIPELINE_SOURCE == "web"
        publish:
          rules:
            - !reference [.by-hand, rules]
          script:
            - uv publish
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.gitLabPublishing { site, findings in
      switch GitLabStart(site) {
      case .decision: return .decided
      case .unknown: return .unknown
      case .everyday(let place):
        findings.append(
          finding(
            "everyday pipelines start `\(site.name)`, which publishes: no decision to release",
            at: place.span == nil ? site.place : place, related: site.publishPlaces))
      case .tag:
        guard project.profile != .template else { return .decided }
        findings.append(
          finding(
            "a pushed tag or branch of releases starts `\(site.name)`; the profile `\(project.profile.rawValue)` asks "
              + "for a start by hand", project.profile == .strict ? .low : .info, at: site.place,
            help: "add `when: manual`, or choose `--profile template`"))
      }
      return .decided
    }
  }
}
