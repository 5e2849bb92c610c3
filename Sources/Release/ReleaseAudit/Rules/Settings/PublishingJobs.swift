// SPDX-License-Identifier: Apache-2.0

import Workflows

/// A job that publishes to a package index, as rules about settings look at it.
struct PublishingJob: Sendable {
  /// The environment that it runs in.
  enum Environment: Sendable {
    /// None that anybody could be asked in.
    case none
    /// One of this name.
    case named(String, Finding.Place)
    /// One whose name only a run, or somebody, knows; and what would tell.
    case unknown(String)
  }

  /// The name.
  let name: String
  /// The place of its name.
  let place: Finding.Place
  /// The environment.
  let environment: Environment
}

extension AuditedProject {
  /// The jobs that publish at a forge: those of its own pipelines.
  func publishingJobs(_ kind: ForgeKind) -> [PublishingJob] {
    switch kind {
    case .github:
      releases.publishing.map { site in
        PublishingJob(
          name: site.job.id.value, place: site.place, environment: Self.environment(of: site))
      }
    case .gitlab:
      gitLab.publishing.map { site in
        PublishingJob(name: site.name, place: site.place, environment: Self.environment(of: site))
      }
    }
  }

  private static func environment(of site: ReleaseFacts.Site) -> PublishingJob.Environment {
    guard let written = site.job.environment else { return .none }
    guard let name = written.name.resolved() else {
      return .unknown(
        "which environment `\(site.job.id.value)` runs in: `\(written.name.value)`")
    }
    return .named(name, Finding.Place(site.file.path, written.name.span, "publishes in it"))
  }

  private static func environment(of site: GitLabFacts.Site) -> PublishingJob.Environment {
    guard let written = site.job.value(\.environment) else {
      return site.job.isWhole
        ? .none
        : .unknown("what `\(site.name)` extends from elsewhere, which may be its environment")
    }
    let environment = written.value
    // Only a deployment is approved; `prepare`, `verify` and `access` are none.
    if let action = environment.action?.value, action != "start" {
      return action.contains("$")
        ? .unknown("what `\(site.name)` does in its environment: `\(action)`") : .none
    }
    guard !environment.name.value.contains("$") else {
      return .unknown(
        "which environment `\(site.name)` runs in: `\(environment.name.value)`")
    }
    return .named(
      environment.name.value,
      Finding.Place(written.definition.path, environment.name.span, "publishes in it"))
  }
}

/// The environments in which jobs publish, as the forge shows them.
///
/// One that the forge does not have is made by the first run, without any protection; so it counts as
/// one without.
struct ReleaseEnvironments: Sendable {
  /// Those that are known, each with the place of its name.
  private(set) var found: [(environment: ForgeEnvironment, place: Finding.Place)] = []
  /// What would tell about others.
  private(set) var unknown: [String] = []
  /// Why there is none to look at; nil where there is, or may be.
  private(set) var none: RuleOutcome?

  init(_ project: AuditedProject, _ forge: ForgeState) {
    let jobs = project.publishingJobs(forge.kind)
    for job in jobs {
      switch job.environment {
      case .none: continue
      case .unknown(let how): unknown.append(how)
      case .named(let name, let place):
        guard !found.contains(where: { forge.isSame($0.environment.name, name) }) else { continue }
        switch forge.environments {
        case .unknown(let how): unknown.append(how)
        case .known(let list):
          let environment = list.first { forge.isSame($0.name, name) }
          if let how = environment?.unseenReviewers {
            unknown.append(how)
            continue
          }
          found.append((environment ?? ForgeEnvironment(name: name), place))
        }
      }
    }
    guard found.isEmpty, unknown.isEmpty else { return }
    none = .notApplicable(
      jobs.isEmpty
        ? "no job publishes to a package index" : "no job that publishes runs in an environment")
  }
}
