// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// The token of a job has the rights that the job needs, and no others.
enum ExcessivePermissions: AuditRule {
  static let id = "excessive-permissions"

  static let description = RuleDescription(
    id: id, title: "rights are given to the jobs that need them, not to all", severity: .high,
    checklist: [9, 11, 12, 33],
    sources: [
      "SPEC 8, \"Permissions\"", "GitHub Docs, \"Controlling permissions for GITHUB_TOKEN\"",
    ],
    why: """
      Without `permissions:` the token has what the repository's settings give, in old \
      repositories the right to write nearly everything. A right at the top of a workflow belongs \
      to every job, also to the one that runs a test suite with hundreds of dependencies.
      """,
    incident: """
      August 2025: a workflow of nrwl/nx ran with a token that could write; attackers used it to \
      start the publishing workflow and published nx with a program that stole credentials \
      ("s1ngularity").
      """,
    fix: "write `permissions: {}` at the top, and in each job the few rights that it needs",
    samples: [
      RuleSample(
        "nothing is said", .findings(lines: [2, 3]),
        workflow: """
          on: push
          jobs:
            test:
              runs-on: ubuntu-24.04
              steps:
                - run: make test
            lint:
              permissions: {}
              runs-on: ubuntu-24.04
              steps:
                - run: make lint

          """),
      RuleSample(
        "all jobs can write", .findings(lines: [3]),
        workflow: """
          on: push
          permissions:
            contents: write
            issues: read
          jobs:
            test:
              runs-on: ubuntu-24.04
              steps:
                - run: make test
            release:
              runs-on: ubuntu-24.04
              steps:
                - run: gh release create "$GITHUB_REF_NAME"

          """),
      RuleSample(
        "everything at once", .findings(lines: [5]),
        workflow: """
          on: push
          permissions: {}
          jobs:
            test:
              permissions: write-all
              runs-on: ubuntu-24.04
              steps:
                - run: make test

          """),
      RuleSample(
        "everything for the only job", .findings(lines: [2]),
        workflow: """
          on: push
          permissions: write-all
          jobs:
            test:
              runs-on: ubuntu-24.04
              steps:
                - run: make test

          """),
      RuleSample(
        "none, and what is needed per job", .good,
        workflow: """
          on: push
          permissions: {}
          jobs:
            release:
              permissions:
                contents: write
              runs-on: ubuntu-24.04
              steps:
                - run: gh release create "$GITHUB_REF_NAME"

          """),
      RuleSample(
        "a reusable workflow, whose caller decides", .good,
        workflow: """
          on:
            workflow_call:
          jobs:
            test:
              runs-on: ubuntu-24.04
              steps:
                - run: make test

          """),
    ])

  /// Rights that change what others get or run.
  private static let high: Set<String> = [
    "actions", "attestations", "contents", "deployments", "id-token", "issues", "packages",
    "pages", "pull-requests",
  ]
  private static let low: Set<String> = ["models", "statuses"]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.workflows.isEmpty else { return .noWorkflow }
    var findings: [Finding] = []
    for file in project.workflows {
      let workflow = file.workflow
      let isCalled = isCalledOnly(workflow)
      if isTopDecisive(workflow) {
        top(file, project, &findings)
      } else if !isCalled, let permissions = workflow.permissions,
        case .writeAll = permissions.grant, workflow.jobs.contains(where: { $0.permissions == nil })
      {
        let jobs = workflow.jobs.filter { $0.permissions == nil }
        let repair = PermissionRepair(of: jobs, in: file, project)
        findings.append(
          Finding(
            rule: id, severity: .high, "the workflow may write everything (`write-all`)",
            at: Finding.Place(file.path, permissions.span), help: repair.help,
            fix: repair.dividing()))
      }
      for job in workflow.jobs where !isCalled || job.isCall {
        if let permissions = job.permissions {
          guard let (severity, text) = grant(permissions) else { continue }
          let repair = PermissionRepair(of: [job], in: file, project)
          findings.append(
            Finding(
              rule: id, severity: severity, "the job `\(job.id.value)` \(text)",
              at: Finding.Place(file.path, permissions.span), help: repair.help,
              fix: repair.replacing(job)))
        } else if workflow.permissions == nil {
          let repair = PermissionRepair(of: [job], in: file, project)
          findings.append(
            Finding(
              rule: id, severity: .medium,
              "the job `\(job.id.value)` has no `permissions`, and the workflow has none either",
              at: Finding.Place(file.path, job.id.span), help: repair.help,
              fix: repair.giving(job)))
        }
      }
    }
    return .examined(findings)
  }

  /// Whether other workflows start it and nothing else does, so that they decide.
  static func isCalledOnly(_ workflow: Workflow) -> Bool {
    workflow.triggers.count == 1 && workflow.trigger("workflow_call") != nil
  }

  /// Whether what stands at the top of a workflow is looked at here: with one job, or with rights in
  /// each, it is a matter of taste.
  static func isTopDecisive(_ workflow: Workflow) -> Bool {
    workflow.jobs.count != 1 && !isCalledOnly(workflow)
      && !workflow.jobs.allSatisfy { $0.permissions != nil }
  }

  private static func top(
    _ file: WorkflowFile, _ project: AuditedProject, _ findings: inout [Finding]
  ) {
    let jobs = file.workflow.jobs.filter { $0.permissions == nil }
    guard let permissions = file.workflow.permissions else {
      let repair = PermissionRepair(of: jobs, in: file, project)
      findings.append(
        Finding(
          rule: id, severity: .medium,
          "the workflow has no `permissions`, so that jobs have what the repository's settings give",
          at: Finding.Place(file.path, file.workflow.document.root.entry("jobs")?.key.span),
          help: repair.help, fix: repair.dividing()))
      return
    }
    if let (severity, text) = grant(permissions) {
      let repair = PermissionRepair(of: jobs, in: file, project)
      findings.append(
        Finding(
          rule: id, severity: severity, "every job \(text)",
          at: Finding.Place(file.path, permissions.span), help: repair.help,
          fix: repair.dividing()))
    }
    guard case .scopes(let scopes) = permissions.grant,
      scopes.contains(where: { $0.access.value == "write" })
    else { return }
    let repair = PermissionRepair(of: jobs, in: file, project)
    let fix = repair.moving(scopes)
    for scope in scopes where scope.access.value == "write" {
      let name = scope.name.value
      findings.append(
        Finding(
          rule: id, severity: high.contains(name) ? .high : low.contains(name) ? .low : .medium,
          "every job of the workflow has `\(name): write`",
          at: Finding.Place(file.path, scope.span), help: repair.help, fix: fix))
    }
  }

  /// What is wrong with rights that are not written one by one.
  private static func grant(_ permissions: Permissions) -> (AuditSeverity, String)? {
    switch permissions.grant {
    case .readAll: (.medium, "may read everything (`read-all`)")
    case .writeAll: (.high, "may write everything (`write-all`)")
    case .scopes, .other: nil
    }
  }
}
