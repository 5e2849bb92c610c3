// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Code is scanned.
enum CodeScanning: AuditRule {
  static let description = RuleDescription(
    id: "code-scanning", title: "code is scanned on every change",
    severity: .info, checklist: [49], sources: ["secure package template"],
    why: """
      A scanner finds whole classes of mistakes before a release. It helps only where it runs \
      without being asked.
      """,
    fix: """
      run github/codeql-action on pull requests and once a week; in GitLab include the template \
      `Jobs/SAST.gitlab-ci.yml`
      """,
    samples: [
      RuleSample(
        "only by hand", .findings(lines: [2]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            scan:
              runs-on: ubuntu-latest
              steps:
                - uses: github/codeql-action/init@v3
                - uses: github/codeql-action/analyze@v3

          """),
      RuleSample(
        "on every change", .good,
        workflow: """
          on:
            pull_request:
            schedule:
              - cron: "30 5 * * 1"
          jobs:
            scan:
              runs-on: ubuntu-latest
              steps:
                - uses: github/codeql-action/init@v3
                - uses: github/codeql-action/analyze@v3

          """),
      RuleSample(
        "perhaps by a setting", .unknown, isWhole: true,
        files: [
          (
            ".github/workflows/ci.yml",
            """
            on: push
            jobs:
              test:
                runs-on: ubuntu-latest
                steps:
                  - run: make test

            """
          )
        ]),
      .gitLab(
        "in GitLab, only by hand", .findings(lines: [1]),
        """
        scan:
          when: manual
          script: [semgrep scan]
        """),
      .gitLab(
        "in GitLab, by its template", .good,
        """
        include:
          - template: Jobs/SAST.gitlab-ci.yml
        """),
      .gitLab(
        "in GitLab, in merge requests", .good,
        """
        scan:
          rules:
            - if: $CI_PIPELINE_SOURCE == "merge_request_event"
          script: [bandit -r src]
        """),
      .gitLab(
        "perhaps by a policy", .unknown,
        """
        test:
          script: [pytest]
        """),
      .cloudBuild(
        "in a build", .good,
        """
        steps:
          - name: semgrep/semgrep
            args: [semgrep, scan]
        """),
    ])

  private static let actions = [
    "github/codeql-action/", "returntocorp/semgrep-action", "semgrep/", "sonarsource/",
    "pyupio/safety", "pycqa/bandit-action", "snyk/actions",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var late: [Finding] = []
    for file in project.workflows {
      let scans = file.workflow.jobs.contains { job in
        job.steps.contains { step in
          if let action = step.uses?.action {
            return actions.contains { action.hasPrefix($0) }
              && action != "github/codeql-action/upload-sarif"
          }
          return ScanningFacts.scans(step.invocations)
        }
      }
      guard scans else { continue }
      let events = file.workflow.triggers.map(\.event.value)
      if events.contains(where: {
        ["push", "pull_request", "schedule", "workflow_call"].contains($0)
      }) {
        return .examined([])
      }
      late.append(
        finding(
          "code is scanned only when somebody asks for it",
          at: Finding.Place(
            file.path, file.workflow.triggers.first?.event.span ?? file.workflow.on?.key.span)))
    }
    let facts = ScanningFacts(project)
    if facts.runsByItself { return .examined([]) }
    late += facts.byHand.map { finding("code is scanned only when somebody asks for it", at: $0) }
    if !late.isEmpty { return .examined(late) }
    let isOnGitHub = !project.workflows.isEmpty || project.pipelines.gitLab.isEmpty
    return .unknown(
      wouldTell: isOnGitHub
        ? "`gh api repos/{repo}/code-scanning/default-setup`: `\"state\": \"configured\"`"
        : "the page Security configuration of the GitLab project, and the policies of its group")
  }
}
