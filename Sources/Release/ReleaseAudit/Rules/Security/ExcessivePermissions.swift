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
      if isTopDecisive(workflow) { top(file, project, &findings) }
      for job in workflow.jobs where !isCalled || job.isCall {
        if let permissions = job.permissions {
          all(permissions, "the job `\(job.id.value)`", file, job.node, job, project, &findings)
        } else if workflow.permissions == nil {
          findings.append(
            Finding(
              rule: id, severity: .medium,
              "the job `\(job.id.value)` has no `permissions`, and the workflow has none either",
              at: Finding.Place(file.path, job.id.span),
              fix: own(job, file, project) ?? readOnly(file)))
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
    guard let permissions = file.workflow.permissions else {
      findings.append(
        Finding(
          rule: id, severity: .medium,
          "the workflow has no `permissions`, so that jobs have what the repository's settings give",
          at: Finding.Place(file.path, file.workflow.document.root.entry("jobs")?.key.span),
          fix: readOnly(file)))
      return
    }
    all(permissions, "every job", file, file.workflow.document.root, nil, project, &findings)
    guard case .scopes(let scopes) = permissions.grant,
      scopes.contains(where: { $0.access.value == "write" })
    else { return }
    let fix = moved(scopes, file, project)
    for scope in scopes where scope.access.value == "write" {
      let name = scope.name.value
      findings.append(
        Finding(
          rule: id, severity: high.contains(name) ? .high : low.contains(name) ? .low : .medium,
          "every job of the workflow has `\(name): write`",
          at: Finding.Place(file.path, scope.span), fix: fix))
    }
  }

  private static func all(
    _ permissions: Permissions, _ who: String, _ file: WorkflowFile, _ node: YAMLNode,
    _ job: Job?, _ project: AuditedProject, _ findings: inout [Finding]
  ) {
    let what: (severity: AuditSeverity, text: String)
    switch permissions.grant {
    case .readAll: what = (.medium, "may read everything (`read-all`)")
    case .writeAll: what = (.high, "may write everything (`write-all`)")
    case .scopes, .other: return
    }
    let document = file.workflow.document
    let needs = job.map { JobNeeds(of: $0, in: file, project) }.flatMap { $0.isWhole ? $0 : nil }
    findings.append(
      Finding(
        rule: id, severity: what.severity, "\(who) \(what.text)",
        at: Finding.Place(file.path, permissions.span),
        fix: document.fix(
          needs == nil
            ? "let it read the repository's contents only" : "give it what its steps need",
          .needsReview, in: file.path
        ) { () throws(YAMLEditRefusal) in
          try document.replacing(
            valueOf: "permissions", in: node, with: needs?.permissions ?? ["contents": "read"])
        }))
  }

  /// Gives a job a block of its own, where all of its steps are known.
  private static func own(
    _ job: Job, _ file: WorkflowFile, _ project: AuditedProject
  ) -> ProposedFix? {
    let needs = JobNeeds(of: job, in: file, project)
    guard needs.isWhole else { return nil }
    let document = file.workflow.document
    return document.fix("give the job what its steps need", .needsReview, in: file.path) {
      () throws(YAMLEditRefusal) in try document.giving(job, needs.permissions)
    }
  }

  /// Moves rights from the top into the jobs that need them, where all steps are known.
  private static func moved(
    _ scopes: [Permissions.Scope], _ file: WorkflowFile, _ project: AuditedProject
  ) -> ProposedFix? {
    let jobs = file.workflow.jobs.filter { $0.permissions == nil }
    let needs = jobs.map { JobNeeds(of: $0, in: file, project) }
    guard needs.allSatisfy(\.isWhole) else { return nil }
    let document = file.workflow.document
    return document.fix(
      "give each job what its steps need, instead of all of them", .needsReview, in: file.path
    ) { () throws(YAMLEditRefusal) in
      let gone = scopes.filter { $0.access.value == "write" }
      var edits: [SourceEdit] = []
      if gone.count == scopes.count {
        edits = try document.replacing(
          valueOf: "permissions", in: document.root, with: YAMLFragment.mapping([]))
      } else if let block = document.root["permissions"] {
        for scope in gone { edits += try document.removing(scope.name.value, from: block) }
      }
      for (job, needs) in zip(jobs, needs) { edits += try document.giving(job, needs.permissions) }
      return edits
    }
  }

  /// Rights to read the repository for all jobs that say nothing.
  private static func readOnly(_ file: WorkflowFile) -> ProposedFix? {
    let document = file.workflow.document
    return document.fix(
      "let jobs read the repository's contents only", .needsReview, in: file.path
    ) { () throws(YAMLEditRefusal) in
      try document.inserting(
        "permissions", ["contents": "read"], into: document.root, at: .after("on"))
    }
  }
}
