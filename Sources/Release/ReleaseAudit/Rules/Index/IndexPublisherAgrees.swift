// SPDX-License-Identifier: Apache-2.0

import Workflows

/// The index's publisher names repository, workflow and environment, those of the checkout.
enum IndexPublisherAgrees: AuditRule {
  static let description = RuleDescription(
    id: "index-publisher", title: "the index's publisher names this workflow and an environment",
    severity: .medium, checklist: [68],
    sources: ["secure package template", "PyPI Docs, \"Trusted Publishers, security model\""],
    why: """
      A publisher without an environment lets every job of the workflow publish, and everybody who \
      can push a branch with a changed workflow. A publisher of a workflow that the repository no \
      longer has is a door that nobody watches.
      """,
    fix: """
      in the project's settings at the index, under Publishing, name the environment of the \
      publishing job; remove publishers that are no longer used
      """,
    samples: [
      RuleSample(
        "no environment", .findings(lines: [0]), index: .sample(environment: nil),
        workflow: sample),
      RuleSample(
        "another workflow", .findings(lines: [0]), index: .sample(workflow: "old.yml"),
        workflow: sample),
      RuleSample(
        "another environment", .findings(lines: [0]), index: .sample(environment: "release"),
        workflow: sample),
      RuleSample("the same", .good, index: .sample(), workflow: sample),
      RuleSample(
        "published by hand", .unknown, index: .sample(wheel: .absent, sdist: .absent),
        workflow: sample),
      RuleSample(
        "attestations that do not hold", .unknown,
        index: .sample(wheel: .refused("no"), sdist: .refused("no")), workflow: sample),
      RuleSample("nobody asked", .unknown, index: nil),
    ])

  private static let sample = """
    on:
      workflow_dispatch:
    jobs:
      publish:
        environment: pypi
        runs-on: ubuntu-latest
        permissions:
          id-token: write
        steps:
          - uses: pypa/gh-action-pypi-publish@v1.13.0

    """

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    switch project.lastRelease(68) {
    case .failure(let unknown): return unknown.outcome
    case .success(let (state, release)): return examine(project, state, release)
    }
  }

  private static func examine(
    _ project: AuditedProject, _ state: IndexState, _ release: IndexRelease
  ) -> RuleOutcome {
    let publishers = release.publishers
    let settings = "the page Publishing of `\(state.project)` at the index"
    guard !publishers.isEmpty else {
      return .unknown(
        wouldTell: "\(settings); the last release, \(release.version), names no publisher")
    }
    var findings: [Finding] = []
    var open: [String] = []
    for publisher in publishers {
      let name = "`\(publisher.workflow)` of \(publisher.repository)"
      if publisher.environment == nil {
        findings.append(
          finding(
            "the publisher of `\(state.project)` \(release.version), \(name), is bound to no "
              + "environment", at: state.place))
      }
      // Only what was verified shows that this publisher is who signed.
      guard release.attested.contains(where: { isSigned($0, by: publisher) }) else {
        open.append("\(settings); no attestation that holds is by \(name)")
        continue
      }
      if let own = project.ownRepository, own != publisher.repository.lowercased() {
        findings.append(
          finding(
            "`\(state.project)` \(release.version) was published by \(name), not by \(own)",
            at: state.place))
        continue
      }
      compare(publisher, project, state, release, &findings, &open)
    }
    if findings.isEmpty, !open.isEmpty { return .unknown(wouldTell: open[0]) }
    return .examined(findings)
  }

  private static func compare(
    _ publisher: IndexPublisher, _ project: AuditedProject, _ state: IndexState,
    _ release: IndexRelease, _ findings: inout [Finding], _ open: inout [String]
  ) {
    let sites = project.releases.pypi
    guard !sites.isEmpty else {
      open.append("which workflow publishes: none of this checkout does by name")
      return
    }
    // A reusable workflow publishes in the name of the one that calls it.
    var paths: [String: [String?]] = [:]
    var unclear = false
    for site in sites {
      let environment = site.job.environment?.name
      if environment?.hasExpressions ?? false { unclear = true }
      for path in project.releases.family(of: site.file.path) {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        paths[name, default: []].append(environment?.value)
      }
    }
    guard let environments = paths[publisher.workflow] else {
      findings.append(
        finding(
          "`\(state.project)` \(release.version) was published by `\(publisher.workflow)`, and "
            + "this checkout publishes by \(sites[0].file.path)", at: state.place,
          related: [sites[0].place]))
      return
    }
    guard let wanted = publisher.environment else { return }
    if unclear {
      open.append("the environment of the publishing job, which only a run knows")
    } else if !environments.contains(wanted) {
      findings.append(
        finding(
          "the publisher of `\(state.project)` is bound to the environment `\(wanted)`, and the "
            + "job `\(sites[0].job.id.value)` runs in another", at: state.place,
          related: [sites[0].place]))
    }
  }

  private static func isSigned(
    _ attested: IndexAttested, by publisher: IndexPublisher
  ) -> Bool {
    let path = "/\(publisher.repository)/.github/workflows/\(publisher.workflow)@".lowercased()
    switch publisher.kind {
    case "GitHub":
      return attested.repository?.lowercased()
        == "https://github.com/\(publisher.repository)".lowercased()
        && attested.signer.lowercased().mentions(path)
    case "GitLab":
      return attested.repository?.lowercased()
        == "https://gitlab.com/\(publisher.repository)".lowercased()
    default: return false
    }
  }
}
