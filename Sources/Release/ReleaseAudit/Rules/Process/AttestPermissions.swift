// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Jobs that attest have the permissions for it.
enum AttestPermissions: AuditRule {
  static let description = RuleDescription(
    id: "attest-permissions", title: "jobs that attest have the permissions for it",
    severity: .medium, checklist: [12, 28], sources: ["SPEC 8"],
    why: """
      GitHub's attest actions need `id-token: write` for the signing certificate and \
      `attestations: write` to store the result. Without one of them the release stops in the \
      middle.
      """,
    fix: "give the job `id-token: write` and `attestations: write`",
    samples: [
      RuleSample(
        "cannot store", .findings(lines: [9]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            attest:
              runs-on: ubuntu-latest
              permissions:
                id-token: write
              steps:
                - uses: actions/attest-build-provenance@v2
                  with: {subject-path: dist/*}

          """),
      RuleSample(
        "may do both", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            attest:
              runs-on: ubuntu-latest
              permissions:
                id-token: write
                attestations: write
              steps:
                - uses: actions/attest-build-provenance@v2
                  with: {subject-path: dist/*}

          """),
      RuleSample(
        "a called workflow has its caller's", .unknown,
        workflow: """
          on:
            workflow_call:
          jobs:
            attest:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/attest-build-provenance@v2
                  with: {subject-path: dist/*}

          """),
    ])

  static let actions = [
    "actions/attest", "actions/attest-build-provenance", "actions/attest-sbom",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let facts = project.releases
    var findings: [Finding] = []
    var isAbout = false
    var isUnknown = false
    for site in facts.jobs {
      for step in site.job.steps where actions.contains(where: { step.uses($0) }) {
        isAbout = true
        let isCalled = site.file.workflow.trigger("workflow_call") != nil
        guard let permissions = site.permissions ?? (isCalled ? callers(facts, site) : nil) else {
          if isCalled {
            isUnknown = true
          } else {
            findings.append(
              finding(
                "`\(site.job.id.value)` attests without `id-token: write`, which no token has "
                  + "by default", at: place(site, step)))
          }
          continue
        }
        let missing = ["id-token", "attestations"].filter {
          permissions.access($0).map { $0 != "write" } ?? false
        }
        guard !missing.isEmpty else { continue }
        let names = missing.map { "`\($0): write`" }.joined(separator: " and ")
        findings.append(
          finding(
            "`\(site.job.id.value)` attests without \(names)", at: place(site, step),
            related: [Finding.Place(site.file.path, permissions.span, "all it has")],
            fix: fix(site, missing, names)))
      }
    }
    guard isAbout else { return .notApplicable("no job attests with GitHub's actions") }
    if findings.isEmpty, isUnknown {
      return .unknown(wouldTell: "the permissions of the job that calls the attesting workflow")
    }
    return .examined(findings)
  }

  private static func place(_ site: ReleaseFacts.Site, _ step: Step) -> Finding.Place {
    Finding.Place(site.file.path, step.uses?.text.span ?? step.span)
  }

  private static func callers(
    _ facts: ReleaseFacts, _ site: ReleaseFacts.Site
  ) -> Permissions? {
    facts.calls(of: site.file.path).lazy.compactMap { caller in
      facts.site(FlowJob.Reference(path: caller.path, job: caller.job.id.value))?.permissions
    }.first
  }

  private static func fix(
    _ site: ReleaseFacts.Site, _ missing: [String], _ names: String
  ) -> ProposedFix? {
    guard let entry = site.job.entry("permissions"), entry.value.entries != nil else { return nil }
    return site.file.repair("give the job \(names)", .needsReview) {
      document throws(YAMLEditRefusal) in
      var edits: [SourceEdit] = []
      for name in missing {
        if entry.value[name] != nil {
          edits += try document.replacing(valueOf: name, in: entry.value, with: "write")
        } else {
          edits += try document.inserting(name, "write", into: entry.value)
        }
      }
      return edits
    }
  }
}
