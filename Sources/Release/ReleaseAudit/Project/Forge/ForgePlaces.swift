// SPDX-License-Identifier: Apache-2.0

import Workflows

extension ForgeState {
  /// A page of the project's settings.
  package enum Page: Hashable, Sendable {
    case rules, merging, tags, environments, actions, security, access

    fileprivate var path: (github: String, gitlab: String) {
      switch self {
      case .rules: ("settings/rules", "-/settings/repository")
      case .merging: ("settings/rules", "-/settings/merge_requests")
      case .tags: ("settings/rules", "-/settings/repository")
      case .environments: ("settings/environments", "-/settings/ci_cd")
      case .actions: ("settings/actions", "-/settings/ci_cd")
      case .security: ("settings/security_analysis", "-/security/configuration")
      case .access: ("settings/access", "-/project_members")
      }
    }
  }

  /// The place of a setting: the address of the page on which it is changed.
  package func place(_ page: Page, _ label: String = "") -> Finding.Place {
    let path = kind == .github ? page.path.github : page.path.gitlab
    return Finding.Place("\(self.page)/\(path)", nil, label)
  }
}

extension Finding.Place {
  /// Whether it is a page of settings, and no file of the project.
  package var isPage: Bool { path.hasPrefix("https://") || path.hasPrefix("http://") }
}

extension AuditedProject {
  /// The environments of the jobs that publish, as far as files name them; each once.
  package var publishEnvironments: [String] {
    var names: [String] = []
    for site in releases.publishing {
      guard let name = site.job.environment?.name.resolved(), !names.contains(name) else {
        continue
      }
      names.append(name)
    }
    return names
  }

  /// Filters of the branches whose pushes start jobs that publish, as files write them.
  package func releaseBranchFilters(_ kind: ForgeKind) -> [String] {
    var filters: [String] = []
    var seen: Set<String> = []
    guard kind == .github else {
      for name in gitLab.publishing.flatMap({ GitLabBranches($0).names })
      where seen.insert(name).inserted { filters.append(name) }
      return filters
    }
    for site in releases.publishing {
      for (_, trigger) in releases.triggers(of: site.file) ?? []
      where trigger.event.value == "push" {
        for value in trigger.filter("branches")?.values ?? []
        where !seen.contains(value.value) {
          guard let example = RefPattern.example(of: value.value),
            releases.publishes(site, onPushTo: example)
          else { continue }
          seen.insert(value.value)
          filters.append(value.value)
        }
      }
    }
    return filters
  }

  /// What would tell about other branches from which jobs publish: those that files do not name, and
  /// those that are too many to be asked for.
  func unknownReleaseBranches(_ kind: ForgeKind) -> [String] {
    var unknown: [String] = []
    if kind == .gitlab {
      for how in gitLab.publishing.flatMap({ GitLabBranches($0).unknown })
      where unknown.count < 5 && !unknown.contains(how) { unknown.append(how) }
    }
    let rest = releaseBranchFilters(kind).dropFirst(ForgeInquiry.environmentLimit)
    if let first = rest.first {
      unknown.append(
        "whether `\(first)`\(rest.count > 1 ? " and \(rest.count - 1) more branches" : "") from which "
          + "jobs publish are protected: at most \(ForgeInquiry.environmentLimit) are asked for")
    }
    return unknown
  }
}
