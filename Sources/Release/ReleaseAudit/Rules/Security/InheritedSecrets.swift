// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// A called workflow gets the secrets that it needs, by name.
enum InheritedSecrets: AuditRule {
  static let id = "inherited-secrets"

  static let description = RuleDescription(
    id: id, title: "called workflows get secrets by name", severity: .medium,
    sources: ["GitHub Docs, \"Reusing workflows\" (passing secrets)"],
    why: """
      `secrets: inherit` hands every secret of the repository and organisation to the called \
      workflow, today's and tomorrow's, also when it needs one or none.
      """,
    fix: "name the secrets: `secrets:` with one entry each; leave it out where none is needed",
    samples: [
      RuleSample(
        "everything", .findings(lines: [6]),
        workflow: """
          on: push
          permissions: {}
          jobs:
            deploy:
              uses: octo-org/ci/.github/workflows/deploy.yml@11bd71901bbe5b1630ceea73d27597364c9af683
              secrets: inherit

          """),
      RuleSample(
        "everything, to a workflow of the same repository", .findings(lines: [6]),
        workflow: """
          on: push
          permissions: {}
          jobs:
            deploy:
              uses: ./.github/workflows/deploy.yml
              secrets: inherit

          """),
      RuleSample(
        "one by name", .good,
        workflow: """
          on: push
          permissions: {}
          jobs:
            deploy:
              uses: ./.github/workflows/deploy.yml
              secrets:
                token: ${{ secrets.DEPLOY_TOKEN }}

          """),
      RuleSample(
        "none", .good,
        workflow: """
          on: push
          permissions: {}
          jobs:
            deploy:
              uses: ./.github/workflows/deploy.yml

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.jobFindings { file, job, findings in
      guard let uses = job.uses, let secrets = job.secrets, secrets.inherits else { return }
      findings.append(
        Finding(
          rule: id, severity: uses.isLocal ? .low : .medium,
          "all secrets of the repository go to `\(uses.text.value)`",
          at: Finding.Place(file.path, secrets.span),
          related: [Finding.Place(file.path, uses.text.span, "the called workflow")],
          fix: fix(job, uses, file, project)))
    }
  }

  /// Names the secrets that a workflow of the same repository uses, where it declares them all.
  private static func fix(
    _ job: Job, _ uses: UsesReference, _ file: WorkflowFile, _ project: AuditedProject
  ) -> ProposedFix? {
    guard case .local(let path) = uses.target,
      let called = project.workflow(at: String(path.dropFirst(2))),
      !called.workflow.jobs.contains(where: { $0.secrets?.inherits ?? false })
    else { return nil }
    var used: Set<String> = []
    for embedded in called.expressions {
      for context in embedded.expression?.contexts ?? [] where context.hasPrefix("secrets") {
        let names = context.split(separator: ".")
        guard names.count == 2 else { return nil }
        used.insert(String(names[1]))
      }
    }
    used.remove("github_token")
    let declared = (called.workflow.trigger("workflow_call")?.secrets ?? []).map(\.name.value)
    let passed = declared.filter { used.contains($0.lowercased()) }
    guard passed.count == used.count else { return nil }
    let document = file.workflow.document
    return document.fix("pass what the workflow uses", .safe, in: file.path) {
      () throws(YAMLEditRefusal) in
      guard !passed.isEmpty else { return try document.removing("secrets", from: job.node) }
      return try document.replacing(
        valueOf: "secrets", in: job.node,
        with: .mapping(passed.map { ($0, .scalar("${{ secrets.\($0) }}")) }))
    }
  }
}

extension UsesReference {
  /// Whether it is in the same repository.
  fileprivate var isLocal: Bool { if case .local = target { true } else { false } }
}
