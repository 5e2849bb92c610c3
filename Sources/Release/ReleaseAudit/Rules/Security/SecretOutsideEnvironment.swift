// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Secrets belong to an environment.
enum SecretOutsideEnvironment: AuditRule {
  static let id = "secret-outside-environment"

  static let description = RuleDescription(
    id: id, title: "jobs with secrets run in an environment", severity: .medium,
    sources: ["GitHub Docs, \"Managing environments for deployment\" (secrets)", "SPEC 8"],
    why: """
      A secret of the repository is there for every workflow on every branch that someone with \
      write access pushes. A secret of an environment is only there for the branches and after \
      the reviews that the environment asks for.
      """,
    fix: "move the secret into an environment, and name it in the job: `environment: release`",
    samples: [
      .steps(
        "a secret of the repository", .findings(lines: [10]),
        """
        - run: make upload
          env:
            TOKEN: ${{ secrets.UPLOAD_TOKEN }}
        """),
      .steps(
        "two of them", .findings(lines: [10, 11]),
        """
        - uses: octo-org/upload@8e8c483db84b4bee98b60c0593521ed34d9990e8
          with:
            user: ${{ secrets.UPLOAD_USER }}
            token: ${{ secrets.UPLOAD_TOKEN }}
        """),
      RuleSample(
        "a variable of the whole workflow", .findings(lines: [4]),
        workflow: """
          on: push
          permissions: {}
          env:
            TOKEN: ${{ secrets.UPLOAD_TOKEN }}
          jobs:
            test:
              runs-on: ubuntu-24.04
              steps:
                - run: make test
            upload:
              environment: release
              runs-on: ubuntu-24.04
              steps:
                - run: make upload

          """),
      RuleSample(
        "a secret of an environment", .good,
        workflow: """
          on: push
          permissions: {}
          jobs:
            upload:
              environment: release
              runs-on: ubuntu-24.04
              steps:
                - run: make upload
                  env:
                    TOKEN: ${{ secrets.UPLOAD_TOKEN }}

          """),
      .steps(
        "the job's own token", .good,
        """
        - run: gh release list
          env:
            GH_TOKEN: ${{ secrets.GITHUB_TOKEN }}
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.workflows.isEmpty else { return .noWorkflow }
    var findings: [Finding] = []
    for file in project.workflows where file.workflow.trigger("workflow_call") == nil {
      lookAtAll(file, &findings)
      var rest = file.expressions[...]
      for job in file.workflow.jobs where job.environment == nil && !job.isCall {
        // Jobs and expressions are both in the file's order.
        rest = rest.drop { $0.span.lowerBound < job.span.lowerBound }
        let own = rest.prefix { $0.span.lowerBound < job.span.upperBound }
        for embedded in own where embedded.source.holds("ecrets") {
          let names = (embedded.expression?.contexts ?? []).filter {
            $0.hasPrefix("secrets.") && $0 != "secrets.github_token"
          }
          guard let name = names.first else { continue }
          findings.append(
            Finding(
              rule: id, severity: .low,
              "`\(name)` is there for every branch, because the job names no environment",
              at: Finding.Place(file.path, embedded.span)))
        }
      }
    }
    return .examined(findings)
  }

  /// Variables of the workflow, which every program of every job can read.
  private static func lookAtAll(_ file: WorkflowFile, _ findings: inout [Finding]) {
    guard let env = file.workflow.env,
      let job = file.workflow.jobs.first(where: { $0.environment == nil && !$0.isCall })
    else { return }
    for embedded in env.entries.flatMap(\.value.expressions) {
      let name = (embedded.expression?.contexts ?? []).first {
        $0.hasPrefix("secrets.") && $0 != "secrets.github_token"
      }
      guard let name else { continue }
      findings.append(
        Finding(
          rule: id, severity: .medium,
          "`\(name)` is given to every step of every job, and `\(job.id.value)` names no environment",
          at: Finding.Place(file.path, embedded.span),
          help: "give it in `env:` of the step that needs it, in a job with an environment"))
    }
  }
}
