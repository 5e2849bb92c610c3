// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// No job may ask for an identity token without need.
enum OrphanIdentityToken: AuditRule {
  static let description = RuleDescription(
    id: "orphan-id-token", title: "no job may ask for an identity token without need",
    severity: .medium, checklist: [12, 34], sources: ["SPEC 8"],
    why: """
      With `id-token: write` each step of a job can ask for a token that says: I am this \
      workflow. Indexes and clouds believe it. A job that uses none should not be able to get one.
      """,
    fix: "remove `id-token: write` from the job",
    samples: [
      RuleSample(
        "only tests", .findings(lines: [8]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            test:
              runs-on: ubuntu-latest
              permissions:
                contents: read
                id-token: write
              steps:
                - uses: actions/checkout@v4
                - uses: actions/setup-python@v5
                - run: pip install pytest

          """),
      RuleSample(
        "publishes", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              permissions:
                id-token: write
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "an action that may need it", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            deploy:
              runs-on: ubuntu-latest
              permissions:
                id-token: write
              steps:
                - uses: example/deploys-something@v1

          """),
    ])

  // Actions that never ask for a token. All others may.
  private static let plain: Set<String> = [
    "actions/checkout", "actions/setup-python", "actions/setup-node", "actions/setup-go",
    "actions/setup-java", "actions/upload-artifact", "actions/download-artifact", "actions/cache",
    "actions/cache/restore", "actions/cache/save", "astral-sh/setup-uv",
    "step-security/harden-runner", "softprops/action-gh-release", "dtolnay/rust-toolchain",
    "ruby/setup-ruby", "actions/labeler", "actions/stale",
  ]
  // Programs that never ask for a token. All others may: scripts, make, nox.
  private static let programs: Set<String> = [
    "pip", "pip3", "cd", "mkdir", "ls", "echo", "cat", "cp", "mv", "rm", "git", "test", "export",
    "set", "sha256sum", "tar", "unzip", "apt-get",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var findings: [Finding] = []
    var isAbout = false
    for site in project.releases.jobs {
      guard let permissions = site.job.permissions,
        permissions.access("id-token") == "write", let scope = permissions.scope("id-token")
      else { continue }
      isAbout = true
      guard !site.job.isCall, site.uploads.allSatisfy({ $0.target == .forge }),
        site.role.isDisjoint(with: [.attests, .verifies]), site.job.steps.allSatisfy(isPlain)
      else { continue }
      findings.append(
        finding(
          "no step of `\(site.job.id.value)` uses an identity token",
          at: Finding.Place(site.file.path, scope.span),
          fix: site.file.repair("remove the permission", .needsReview) {
            document throws(YAMLEditRefusal) in
            guard let entry = site.job.entry("permissions") else { throw .missing("permissions") }
            if entry.value.entries?.count == 1 {
              return try document.replacing(
                valueOf: "permissions", in: site.job.node, with: .mapping([]))
            }
            return try document.removing("id-token", from: entry.value)
          }))
    }
    return isAbout ? .examined(findings) : .notApplicable("no job is given `id-token: write`")
  }

  private static func isPlain(_ step: Step) -> Bool {
    if let uses = step.uses { return uses.action.map { plain.contains($0) } ?? false }
    guard let run = step.run else { return false }
    if run.value.mentions("ID_TOKEN") || run.value.mentions("oidc") { return false }
    return step.invocations.allSatisfy { programs.contains($0.program) }
  }
}
