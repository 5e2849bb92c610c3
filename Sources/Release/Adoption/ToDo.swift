// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging
import ReleaseAudit
import Workflows

/// Something that only a person can do, with the exact values to enter.
package struct ToDo: Hashable, Sendable {
  /// What, in the imperative.
  package let title: String
  /// The items of the checklist that it is for.
  package let items: [Int]
  /// Where: an address of a page, or nothing.
  package let place: String?
  /// Names and values, or commands with an empty name.
  package let values: [(name: String, value: String)]

  package static func == (left: Self, right: Self) -> Bool {
    left.title == right.title && left.items == right.items && left.place == right.place
      && left.values.elementsEqual(right.values) { $0 == $1 }
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(title) }

  /// Everything, in the order in which it is best done.
  ///
  /// - Parameters:
  ///   - facts: what is known of the project.
  ///   - project: the project as it will be.
  ///   - storedTokens: tokens that no job needs any more, by the names of their variables.
  /// - Returns: All of it.
  static func all(
    _ facts: AdoptionFacts, _ project: AuditedProject, storedTokens: [String] = []
  ) -> [ToDo] {
    facts.forge == .github
      ? gitHub(facts, project) : gitLab(facts, project, storedTokens: storedTokens)
  }

  /// What lets git sign, and lists who may.
  static func signing(_ facts: AdoptionFacts, _ project: AuditedProject) -> [ToDo] {
    var list: [ToDo] = []
    if !hasSigners(project, facts.signers) {
      list.append(
        ToDo(
          title: "List who may sign release tags; until then no release is made",
          items: [42, 83], place: facts.signers,
          values: [
            (
              "",
              "echo \"$(git config user.email) namespaces=\\\"git\\\" $(cat ~/.ssh/id_ed25519.pub)\""
                + " >> \(facts.signers)"
            )
          ]))
    }
    list.append(
      ToDo(
        title: "Let git sign your commits and tags", items: [6, 40, 41, 42], place: nil,
        values: [
          ("", "git config gpg.format ssh"),
          ("", "git config user.signingKey ~/.ssh/id_ed25519.pub"),
          ("", "git config commit.gpgSign true"), ("", "git config tag.gpgSign true"),
          ("", "git config gpg.ssh.allowedSignersFile \(facts.signers)"),
        ]))
    return list
  }

  private static func gitHub(_ facts: AdoptionFacts, _ project: AuditedProject) -> [ToDo] {
    let settings = facts.repository.url + "/settings"
    let name = facts.name.normalized
    var list = signing(facts, project)
    list.append(
      ToDo(
        title: "Make the environment that publishes", items: [4, 5, 16, 17, 63],
        place: settings + "/environments/new",
        values: [
          ("Name", facts.environment),
          ("Required reviewers", "two release managers or more"),
          ("Prevent self-review", "on"),
          ("Allow administrators to bypass", "off"),
          ("Deployment branches and tags", "selected: tag \(facts.tagPattern)"),
        ]))
    list.append(
      ToDo(
        title: "Add the Trusted Publisher at PyPI, and remove API tokens of the project",
        items: [32, 67, 68],
        place: "https://pypi.org/manage/project/\(name)/settings/publishing/ "
          + "(before the first release: https://pypi.org/manage/account/publishing/)",
        values: [
          ("PyPI project name", name), ("Owner", facts.repository.owner),
          ("Repository name", facts.repository.name), ("Workflow name", facts.workflowName),
          ("Environment name", facts.environment),
        ]))
    list.append(
      ToDo(
        title: "Protect the branch that releases come from",
        items: [5, 8, 50, 51, 52, 53, 55, 56, 57, 58, 59, 60, 61], place: settings + "/rules/new",
        values: [
          ("Target", "branch \(facts.branch)"), ("Bypass list", "empty"),
          ("Restrict deletions, block force pushes, require linear history", "on"),
          (
            "Require a pull request",
            "2 approvals, dismiss stale ones, review from code owners"
          ),
          ("Require status checks", checks(project) + "; up to date, from GitHub Actions"),
        ]))
    list.append(
      ToDo(
        title: "Protect release tags", items: [62, 70], place: settings + "/rules/new?target=tag",
        values: [
          ("Target", "tags \(facts.tagPattern)"),
          ("Restrict creations, updates and deletions", "on; bypass only for release managers"),
        ]))
    list.append(
      ToDo(
        title: "Restrict what workflows may use", items: [10, 13, 14],
        place: settings + "/actions",
        values: [
          ("Allow", "selected actions, and those created by GitHub"),
          ("Allowed list", allowed(project)),
          ("Require actions to be pinned to a full-length commit SHA", "on"),
          ("Workflow permissions", "read repository contents"),
        ]))
    list.append(
      ToDo(
        title: "Let people report in private, and let updates come", items: [46, 65],
        place: settings + "/security_analysis",
        values: [
          ("Private vulnerability reporting", "on"), ("Dependency graph", "on"),
          ("Dependabot security updates", "on"),
          ("CodeQL analysis", "advanced, by the workflow; default setup off"),
        ]))
    return list + badge(facts, project)
  }

  /// The badge, where the profile is that of SPEC 8.
  static func badge(_ facts: AdoptionFacts, _ project: AuditedProject) -> [ToDo] {
    guard facts.profile == .spec8 else { return [] }
    return [
      ToDo(
        title: "When all of this is done, the badge of SPEC 8 is true", items: [38],
        place: ReleaseOutline(project).readme?.path ?? "README.md",
        values: [
          (
            "Badge",
            "[![SPEC 8](https://img.shields.io/badge/SPEC-8-green)]"
              + "(https://scientific-python.org/specs/spec-0008/)"
          )
        ])
    ]
  }

  private static func hasSigners(_ project: AuditedProject, _ path: String) -> Bool {
    // One that the audit does not read is the person's own.
    guard let file = project.files[path] else { return true }
    return file.bytes.split(separator: 0x0A).contains { line in
      line.first { $0 > 0x20 } != UInt8(ascii: "#") && line.contains { $0 > 0x20 }
    }
  }

  // GitHub's own come by a setting of their own.
  private static func allowed(_ project: AuditedProject) -> String {
    let names = Set(
      project.usedActions.compactMap { $0.uses.repository?.lowercased() }
        .filter { !$0.hasPrefix("actions/") && !$0.hasPrefix("github/") })
    return names.sorted().map { "\($0)@*" }.joined(separator: ", ")
  }

  private static func checks(_ project: AuditedProject) -> String {
    var names: [String] = []
    for file in project.workflows where file.workflow.trigger("pull_request") != nil {
      names += file.workflow.jobs.flatMap { $0.checkNames(in: file.workflow.document) ?? [] }
    }
    return names.isEmpty ? "those of your CI" : names.joined(separator: ", ")
  }
}
