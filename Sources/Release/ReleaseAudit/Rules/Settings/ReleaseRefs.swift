// SPDX-License-Identifier: Apache-2.0

import Workflows

/// The branches and tags from which jobs publish, as the triggers of workflows say.
struct ReleaseRefs: Sendable {
  /// Names of tags that start a run: one for each filter, and the last release's.
  private(set) var tags: [String] = []
  /// Names of branches that start a run.
  private(set) var branches: [String] = []
  /// Patterns of an environment that let these through.
  private(set) var patterns: [(name: String, isTag: Bool)] = []
  /// What would tell, where files do not say what starts a workflow.
  private(set) var unknown: String?

  init(_ project: AuditedProject, _ forge: ForgeState) {
    let branch = forge.branchName
    let newest = project.git?.newestRelease?.name
    guard forge.kind == .github else {
      for site in project.gitLab.publishing { add(site, branch: branch, newest: newest) }
      return
    }
    for site in project.releases.publishing {
      guard let triggers = project.releases.triggers(of: site.file) else {
        unknown = "the workflow that calls `\(site.file.path)`"
        continue
      }
      for (_, trigger) in triggers {
        switch trigger.event.value {
        case "push":
          let filter = trigger.filter("tags")
          for value in filter?.values ?? [] {
            guard let example = RefPattern.example(of: value.value) else { continue }
            add(example, to: \.tags)
            add(pattern: value.value, isTag: true)
          }
          let branches = trigger.filter("branches")
          for value in branches?.values ?? [] {
            guard let example = RefPattern.example(of: value.value),
              project.releases.publishes(site, onPushTo: example)
            else { continue }
            add(example, to: \.branches)
            add(pattern: value.value, isTag: false)
          }
          if filter == nil, branches == nil, project.releases.publishes(site, onPushTo: branch) {
            add(branch, to: \.branches)
            add(pattern: branch, isTag: false)
          }
        case "release", "create":
          add(newest ?? "v1.0.0", to: \.tags)
          add(pattern: newest?.hasPrefix("v") ?? true ? "v*" : "*", isTag: true)
        case "schedule", "workflow_run", "repository_dispatch":
          add(branch, to: \.branches)
          add(pattern: branch, isTag: false)
        case "workflow_dispatch": add(pattern: branch, isTag: false)
        default: break
        }
      }
    }
  }

  private mutating func add(_ site: GitLabFacts.Site, branch: String, newest: String?) {
    switch GitLabStart(site) {
    case .tag:
      add(newest ?? "v1.0.0", to: \.tags)
      add(pattern: newest?.hasPrefix("v") ?? true ? "v*" : "*", isTag: true)
    case .everyday:
      add(branch, to: \.branches)
      add(pattern: branch, isTag: false)
    case .decision: add(pattern: branch, isTag: false)
    case .unknown: unknown = "what starts `\(site.name)`, which files from elsewhere say"
    }
  }

  // `+` and `?` mean something else in a filter of a workflow than in an environment.
  private mutating func add(pattern: String, isTag: Bool) {
    let plain = pattern.prefix { !"+?![(".utf8.contains($0.utf8.first ?? 0) }
    let name = plain.utf8.count == pattern.utf8.count ? pattern : "\(plain)*"
    if !patterns.contains(where: { $0.name == name && $0.isTag == isTag }) {
      patterns.append((name, isTag))
    }
  }

  private mutating func add(_ name: String, to list: WritableKeyPath<Self, [String]>) {
    if !self[keyPath: list].contains(name) { self[keyPath: list].append(name) }
  }
}

extension ReleaseFacts {
  /// Whether a push to a branch can start the uploads of a job, as far as conditions tell.
  func publishes(_ site: Site, onPushTo branch: String) -> Bool {
    let callers = calls(of: site.file.path)
    // Of several callers one is enough.
    let around =
      ancestors(of: site).compactMap { $0.job.condition }
      + (callers.count == 1 ? callers.compactMap { $0.job.condition } : [])
    return PublishingCondition(pushTo: branch)
      .canHold(around, and: site.published.map { $0.step.condition })
  }
}
