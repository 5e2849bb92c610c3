// SPDX-License-Identifier: Apache-2.0

import Workflows

/// The jobs that decide what a release contains: those that publish, those whose artifacts they
/// take, and those before them that build or attest.
struct ReleaseScope: Sendable {
  /// The spans of those jobs, by the path of their file.
  private var jobs: [String: [Range<Int>]] = [:]
  /// The spans of all jobs of files that hold such a job.
  private var others: [String: [Range<Int>]] = [:]
  /// The actions of the same repository that those jobs use.
  private var actions: Set<String> = []

  // So many jobs publish nowhere; further ones are not followed to their artifacts.
  private static let most = 1_000

  init(_ facts: ReleaseFacts) {
    var seen: Set<FlowJob.Reference> = []
    var open = facts.jobs.filter { site in
      !site.published.isEmpty
        || site.flow.sites.contains { upload in
          upload.target == .forgeRelease
            && upload.files.contains {
              ($0.contains("/") || $0.contains("*")) && !$0.hasSuffix(".md")
            }
        }
    }
    for site in open.prefix(Self.most) {
      open += facts.ancestors(of: site).filter { !$0.role.isDisjoint(with: [.builds, .attests]) }
    }
    while let site = open.popLast() {
      guard seen.insert(site.flow.reference).inserted else { continue }
      jobs[site.file.path, default: []].append(site.job.span)
      if seen.count < Self.most { open += facts.suppliers(of: site) }
      for step in site.job.steps {
        guard case .local(let place)? = step.uses?.target else { continue }
        let folder = LocalPath.root(of: site.file.path) + LocalPath.normal(place)
        for name in ["action.yml", "action.yaml"] {
          actions.insert(folder.isEmpty ? name : "\(folder)/\(name)")
        }
      }
    }
    for site in facts.jobs where jobs[site.file.path] != nil {
      others[site.file.path, default: []].append(site.job.span)
    }
  }

  /// Whether a job is one of them.
  func contains(_ job: Job, of path: String) -> Bool { jobs[path]?.contains(job.span) ?? false }

  /// Whether a workflow holds one of them.
  func holds(_ path: String) -> Bool { jobs[path] != nil }

  /// Whether a place is in such a job, in an action that one uses, or in what holds for all jobs of
  /// their workflow.
  func contains(_ place: Finding.Place) -> Bool {
    if actions.contains(place.path) { return true }
    guard let own = jobs[place.path] else { return false }
    guard let start = place.span?.lowerBound else { return true }
    if own.contains(where: { $0.contains(start) }) { return true }
    return !(others[place.path] ?? []).contains { $0.contains(start) }
  }
}
