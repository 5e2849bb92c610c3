// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Each job has the permissions that its steps need, and no others.
///
/// What other rules say is not said again: rights that all jobs of a workflow have, or that nobody
/// limits (``ExcessivePermissions``), identity tokens without a use (``OrphanIdentityToken``), what
/// attest actions lack (``AttestPermissions``) and the SLSA generator (``GeneratorPermissions``).
/// They decide the same recommendation.
enum MinimalPermissions: AuditRule {
  static let description = RuleDescription(
    id: "minimal-permissions", title: "each job has the permissions that its steps need",
    severity: .medium, checklist: [12],
    sources: ["SPEC 8", "GitHub Docs, \"Controlling permissions for GITHUB_TOKEN\""],
    why: """
      Each right of a job's token belongs to every step of the job, and to whatever they install. A \
      right that no step needs is only of use to an attacker. A right that is missing stops the \
      release in the middle.
      """,
    fix: "write into the job's `permissions:` what its actions and commands need, and nothing else",
    samples: [
      RuleSample(
        "a right that no step needs", .findings(lines: [9]),
        workflow: """
          on: push
          permissions: {}
          jobs:
            test:
              runs-on: ubuntu-24.04
              permissions:
                contents: read
                # for an image that is no longer made
                packages: write
              steps:
                - uses: actions/checkout@v5
                  with: {persist-credentials: false}
                - run: pip install . && pytest

          """),
      RuleSample(
        "a right that is only needed for reading", .findings(lines: [7]),
        workflow: """
          on: push
          permissions: {}
          jobs:
            test:
              runs-on: ubuntu-24.04
              permissions:
                contents: write
              steps:
                - uses: actions/checkout@v5
                - run: pip install . && pytest

          """),
      RuleSample(
        "a right that is missing", .findings(lines: [6]),
        workflow: """
          on: push
          permissions: {}
          jobs:
            release:
              runs-on: ubuntu-24.04
              permissions:
                contents: read
              steps:
                - run: gh release create "$GITHUB_REF_NAME"
                  env:
                    GH_TOKEN: ${{ github.token }}

          """),
      RuleSample(
        "a publisher without an identity", .findings(lines: [4]),
        workflow: """
          on: push
          permissions: {}
          jobs:
            publish:
              runs-on: ubuntu-24.04
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.13.0

          """),
      RuleSample(
        "what the called workflow declares", .findings(lines: [5]),
        files: [
          (
            ".github/workflows/release.yml",
            """
            on: push
            permissions: {}
            jobs:
              release:
                permissions:
                  contents: read
                uses: ./.github/workflows/publish.yml

            """
          ),
          (
            ".github/workflows/publish.yml",
            """
            on:
              workflow_call:
            permissions: {}
            jobs:
              publish:
                runs-on: ubuntu-24.04
                permissions:
                  contents: write
                steps:
                  - uses: softprops/action-gh-release@v2

            """
          ),
        ]),
      RuleSample(
        "exactly what is needed", .good,
        workflow: """
          on: push
          permissions: {}
          jobs:
            test:
              runs-on: ubuntu-24.04
              permissions:
                contents: read
              steps:
                - uses: actions/checkout@v5
                - run: make test
            release:
              runs-on: ubuntu-24.04
              permissions:
                contents: write
                id-token: write
              steps:
                - uses: softprops/action-gh-release@v2
                - uses: pypa/gh-action-pypi-publish@v1.13.0

          """),
      RuleSample(
        "an action that nobody knows", .unknown,
        workflow: """
          on: push
          permissions: {}
          jobs:
            announce:
              runs-on: ubuntu-24.04
              permissions:
                issues: write
              steps:
                - uses: example/announces-releases@v1

          """),
      RuleSample(
        "a script that has the token", .unknown,
        workflow: """
          on: push
          permissions: {}
          jobs:
            announce:
              runs-on: ubuntu-24.04
              permissions:
                contents: read
                issues: write
              steps:
                - uses: actions/checkout@v5
                - run: scripts/announce

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.workflows.isEmpty else { return .noWorkflow }
    var findings: [Finding] = []
    var open: [String] = []
    for file in project.workflows {
      for job in file.workflow.jobs {
        guard let permissions = file.workflow.permissions(of: job) else {
          lackOfIdentity(job, file, project, &findings)
          // Where the caller is here, its job is looked at with what is in this one.
          if ExcessivePermissions.isCalledOnly(file.workflow),
            project.flow.callers(of: file.path).isEmpty
          {
            open.append("what the callers of \(file.path) give to `\(job.id.value)`")
          }
          continue
        }
        let isOwn = job.permissions != nil
        let mayBeTooMany =
          (isOwn || !ExcessivePermissions.isTopDecisive(file.workflow))
          && !excess(permissions, nil, isOwn: isOwn || file.workflow.jobs.count == 1).isEmpty
        let needs = JobNeeds(of: job, in: file, project, isOnlyForge: !mayBeTooMany)
        missing(job, permissions, needs, file, &findings)
        // What stands at the top for several jobs is said there.
        guard mayBeTooMany else { continue }
        let excess = excess(permissions, needs, isOwn: isOwn || file.workflow.jobs.count == 1)
        guard !excess.isEmpty else { continue }
        if let first = needs.unknown.first {
          open.append(
            "what `\(first.what)` in `\(job.id.value)` of \(file.path) does with the token")
          continue
        }
        findings.append(finding(job, permissions, excess, needs, file))
      }
    }
    guard findings.isEmpty, !open.isEmpty else { return .examined(findings) }
    let rest = open.count > 3 ? ", and \(open.count - 3) more" : ""
    return .unknown(wouldTell: open.prefix(3).joined(separator: ", ") + rest)
  }

  private typealias Excess = (scope: Permissions.Scope, needed: TokenAccess)

  /// The rights that go further than any step needs.
  ///
  /// To read the contents is never too much: private repositories need it for nearly everything.
  /// What is inherited for reading only is not looked at. Without needs it is what may be too much.
  private static func excess(
    _ permissions: Permissions, _ needs: JobNeeds?, isOwn: Bool
  ) -> [Excess] {
    guard case .scopes(let scopes) = permissions.grant else { return [] }
    return scopes.compactMap { scope in
      let name = scope.name.value
      guard let access = TokenAccess(scope.access.value), access > .none,
        !["id-token", "metadata"].contains(name), access == .write || isOwn,
        name != "contents" || access == .write
      else { return nil }
      let used = needs?.access(name) ?? .none
      return access > max(used, name == "contents" ? .read : .none) ? (scope, used) : nil
    }
  }

  private static func finding(
    _ job: Job, _ permissions: Permissions, _ excess: [Excess], _ needs: JobNeeds,
    _ file: WorkflowFile
  ) -> Finding {
    let names = excess.map { "`\($0.scope.name.value): \($0.scope.access.value)`" }
      .joined(separator: ", ")
    let isWrite = excess.contains { $0.scope.access.value == "write" }
    let isHere = job.permissions != nil || file.workflow.jobs.count == 1
    return finding(
      "`\(job.id.value)` has \(names), which none of its steps needs", isWrite ? .medium : .low,
      at: isHere
        ? Finding.Place(file.path, excess[0].scope.span)
        : Finding.Place(
          file.path, job.id.span),
      related: isHere
        ? excess.dropFirst().map { Finding.Place(file.path, $0.scope.span) }
        : [Finding.Place(file.path, permissions.span, "from here")],
      fix: file.repair("give the job only what its steps need", .needsReview) {
        document throws(YAMLEditRefusal) in
        guard isHere else {
          let hadIdentity = permissions.access("id-token") != "none"
          return try document.giving(job, needs.permissions(hadIdentity: hadIdentity))
        }
        let node = job.permissions != nil ? job.node : document.root
        guard let block = node.entry("permissions")?.value,
          case .scopes(let all) = permissions.grant
        else { throw .shape }
        let gone = excess.filter { $0.needed == .none }
        if gone.count == all.count {
          return try document.replacing(
            valueOf: "permissions", in: node, with: YAMLFragment.mapping([]))
        }
        var edits: [SourceEdit] = []
        for (scope, needed) in excess {
          let name = scope.name.value
          edits +=
            needed == .none
            ? try document.removing(name, from: block)
            : try document.replacing(valueOf: name, in: block, with: .scalar(needed.text))
        }
        return edits
      })
  }

  /// Rights without which a step fails.
  private static func missing(
    _ job: Job, _ permissions: Permissions, _ needs: JobNeeds, _ file: WorkflowFile,
    _ findings: inout [Finding]
  ) {
    var lacking: [TokenNeed] = []
    for need in needs.needs where need.isCertain && !isSaidElsewhere(need, job) {
      guard let written = permissions.access(need.scope), let access = TokenAccess(written),
        access < need.access, !lacking.contains(where: { $0.scope == need.scope })
      else { continue }
      lacking.append(need)
    }
    guard let first = lacking.first else { return }
    let names = lacking.map { "`\($0.scope): \($0.access.text)`" }.joined(separator: " and ")
    let place = job.permissions?.key ?? job.id.span
    findings.append(
      finding(
        "`\(job.id.value)` lacks \(names), which `\(first.what)` needs",
        at: Finding.Place(file.path, place),
        related: [Finding.Place(file.path, first.span, "needs it")],
        fix: file.repair("give the job \(names)", .needsReview) {
          document throws(YAMLEditRefusal) in
          try document.adding(lacking, to: job, permissions, needs)
        }))
  }

  /// Without any `permissions`, an identity token is what a job never has.
  private static func lackOfIdentity(
    _ job: Job, _ file: WorkflowFile, _ project: AuditedProject, _ findings: inout [Finding]
  ) {
    guard file.workflow.trigger("workflow_call") == nil, !job.isCall,
      job.steps.contains(where: { step in
        step.uses?.action.flatMap { ActionPermissions.actions[$0] }?
          .contains { $0.scope == "id-token" && $0.isCertain } ?? false
      })
    else { return }
    let needs = JobNeeds(of: job, in: file, project)
    let wanted = needs.needs.first {
      $0.scope == "id-token" && $0.isCertain && !isSaidElsewhere($0, job)
    }
    guard let wanted else { return }
    findings.append(
      finding(
        "`\(job.id.value)` lacks `id-token: write`, which `\(wanted.what)` needs and no token has "
          + "by default",
        at: Finding.Place(file.path, job.id.span),
        related: [Finding.Place(file.path, wanted.span, "needs it")],
        fix: !needs.unknown.isEmpty
          ? nil
          : file.repair("give the job what its steps need", .needsReview) {
            document throws(YAMLEditRefusal) in
            try document.giving(job, needs.permissions(hadIdentity: false))
          }))
  }

  /// Whether another rule objects where this is missing.
  private static func isSaidElsewhere(_ need: TokenNeed, _ job: Job) -> Bool {
    ReleaseFacts.isGenerator(job) || AttestPermissions.actions.contains(need.what)
  }
}
