// SPDX-License-Identifier: Apache-2.0

import ReleaseAudit
import SourceText

extension AdoptionFacts {
  // Names of a project's addresses in `[project.urls]`, the best ones first.
  private static let keys = [
    "source", "repository", "source code", "code", "github", "gitlab", "homepage",
  ]

  // GitLab takes no dot in a name, and no other job may run where something is published.
  static func environments(_ outline: GitLabOutline) -> [String] {
    outline.publishers.compactMap(\.environment).filter { name in
      !name.contains(".") && !outline.otherEnvironments.contains(name)
    }
  }

  /// The forge: what somebody says, else what was said before, else the only one with jobs that
  /// publish, else what the project's origin and its addresses tell, else GitHub.
  static func forge(
    _ project: AuditedProject, _ outline: ReleaseOutline, _ record: AdoptionRecord?,
    _ answers: AdoptionAnswers
  ) -> AdoptionForge {
    if let given = answers.forge { return given }
    if let address = answers.repository,
      let forge = AdoptionForge.allCases.first(where: {
        ForgeRepository(address: address, at: $0) != nil
      })
    {
      return forge
    }
    if let record { return record.forge }
    let isAtGitHub = !outline.publishers.isEmpty
    let isAtGitLab = !GitLabOutline(project).publishers.isEmpty
    if isAtGitHub != isAtGitLab { return isAtGitHub ? .github : .gitlab }
    let told = [project.git?.settings.remotes["origin"]].compactMap { $0 } + addresses(outline)
    for address in told {
      for forge in AdoptionForge.allCases
      where ForgeRepository(address: address, at: forge) != nil { return forge }
    }
    return .github
  }

  /// The repository; nil where nothing tells it.
  static func repository(
    _ project: AuditedProject, _ outline: ReleaseOutline, _ record: AdoptionRecord?,
    _ answers: AdoptionAnswers, at forge: AdoptionForge
  ) -> ForgeRepository? {
    if let given = answers.repository {
      return ForgeRepository(given, at: forge) ?? ForgeRepository(address: given, at: forge)
    }
    if let record, record.forge == forge { return ForgeRepository(record.repository, at: forge) }
    if let origin = project.git?.settings.remotes["origin"],
      let found = ForgeRepository(address: origin, at: forge)
    {
      return found
    }
    return addresses(outline).lazy.compactMap { ForgeRepository(address: $0, at: forge) }.first
  }

  /// What to say of a repository that is not known.
  static func unknownRepository(
    _ project: AuditedProject, _ answers: AdoptionAnswers, at forge: AdoptionForge
  ) -> AdoptionRefusal.Problem {
    guard forge == .gitlab else {
      return .init(
        answers.repository.map { "`\($0)` is not the name of a repository" }
          ?? "it is not known which repository at GitHub the project is",
        help: "name it: --repository OWNER/NAME")
    }
    // A GitLab of somebody's own is an identity that PyPI does not know.
    let named = answers.repository.flatMap { ForgeAddress(remote: $0)?.host }
    let host = named ?? (answers.repository == nil ? project.forgeAddress?.host : nil)
    if let host, host != "gitlab.com" {
      return .init(
        "the project is at `\(host)`, and this version writes for gitlab.com only",
        help: "name the project at gitlab.com that publishes: --repository GROUP/PROJECT")
    }
    return .init(
      answers.repository.map { "`\($0)` is not the name of a project at GitLab" }
        ?? "it is not known which project at gitlab.com this is",
      help: "name it: --repository GROUP/PROJECT")
  }

  private static func addresses(_ outline: ReleaseOutline) -> [String] {
    guard let table = try? outline.pyproject?.optional("project")?.optional("urls")?.table() else {
      return []
    }
    return keys.flatMap { key in
      table.members.compactMap { member -> String? in
        guard member.key.lowercased() == key, case .string(let address) = member.value else {
          return nil
        }
        return address
      }
    }
  }

  // The files that are going to be there count, too.
  static func needsOwners(_ project: AuditedProject, at forge: AdoptionForge) -> Bool {
    let stub: (path: String, text: String)? =
      switch forge {
      case .github where project.workflows.isEmpty:
        (".github/workflows/release.yml", "on: workflow_dispatch\njobs: {}\n")
      case .gitlab where project.files[GitLabOutline.entrance] == nil:
        (GitLabOutline.entrance, "test:\n  script: [pytest]\n")
      case .github, .gitlab: nil
      }
    let future = stub.map { project.with([$0.path: Array($0.text.utf8)]) } ?? project
    let rule = AuditRules.all.first { $0.description.id == "code-owners" }
    guard case .examined(let findings) = rule?.examine(future) else { return false }
    return !findings.isEmpty
  }
}
