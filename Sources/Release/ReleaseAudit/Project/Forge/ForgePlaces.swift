// SPDX-License-Identifier: Apache-2.0

import Workflows

extension ForgeState {
  /// A page of the project's settings.
  package enum Page: Hashable, Sendable {
    case rules, tags, environments, actions, security, access

    fileprivate var path: (github: String, gitlab: String) {
      switch self {
      case .rules: ("settings/rules", "-/settings/repository")
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
}
