// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Follows `./` references to actions and workflows of the same repository.
struct RoleResolver {
  private let workflows: [String: WorkflowFile]
  private let actions: [String: ActionFile]
  private var ofWorkflow: [String: [RoleSite]] = [:]
  private var ofAction: [String: ActionParts] = [:]

  // GitHub allows as many levels of workflows, and ten of actions.
  private static let deepest = 10

  /// What is in an action's steps.
  private struct ActionParts {
    var sites: [RoleSite] = []
    var transfers: [ArtifactTransfer] = []
  }

  init(workflows: [WorkflowFile], actions: [ActionFile]) {
    self.workflows = Dictionary(workflows.map { ($0.path, $0) }) { first, _ in first }
    self.actions = Dictionary(actions.map { ($0.path, $0) }) { first, _ in first }
  }

  mutating func flowJob(_ job: Job, in file: WorkflowFile) -> FlowJob {
    let parts = parts(of: job, in: file, level: 0)
    return FlowJob(
      path: file.path, job: job, workflow: file.workflow, sites: parts.sites,
      uploads: parts.transfers.filter { $0.direction == .upload },
      downloads: parts.transfers.filter { $0.direction == .download },
      called: job.uses.flatMap { workflow($0, from: file.path) }?.path)
  }

  private mutating func parts(of job: Job, in file: WorkflowFile, level: Int) -> ActionParts {
    let document = file.workflow.document
    let finder = RoleFinder(
      document: document, env: [file.workflow.env, job.env].compactMap { $0 })
    if let uses = job.uses {
      if let called = workflow(uses, from: file.path) {
        let sites = sites(ofWorkflow: called, level: level + 1)
        return ActionParts(
          sites: sites.map { $0.moved(calling: called.path, at: uses.text.span) })
      }
      return ActionParts(sites: finder.sites(calling: uses))
    }
    return parts(of: job.steps, finder, from: file.path, level: level)
  }

  private mutating func parts(
    of steps: [Step], _ finder: RoleFinder, from path: String, level: Int
  ) -> ActionParts {
    var result = ActionParts()
    for step in steps {
      result.sites += finder.sites(of: step)
      if let transfer = ArtifactTransfer(step) { result.transfers.append(transfer) }
      guard let uses = step.uses, case .local(let place) = uses.target,
        let action = action(place, from: path)
      else { continue }
      let parts = parts(ofAction: action, level: level + 1)
      let span = uses.text.span
      result.sites += parts.sites.map {
        $0.moved(using: action.path, in: step.index, at: span)
      }
      result.transfers += parts.transfers.map { $0.moved(step: step.index, span: span) }
    }
    return result
  }

  private mutating func sites(ofWorkflow file: WorkflowFile, level: Int) -> [RoleSite] {
    if let known = ofWorkflow[file.path] { return known }
    guard level <= Self.deepest else { return [] }
    // Workflows that call each other in a circle have nothing more in them.
    ofWorkflow[file.path] = []
    var sites: [RoleSite] = []
    for job in file.workflow.jobs { sites += parts(of: job, in: file, level: level).sites }
    ofWorkflow[file.path] = sites
    return sites
  }

  private mutating func parts(ofAction file: ActionFile, level: Int) -> ActionParts {
    if let known = ofAction[file.path] { return known }
    guard level <= Self.deepest else { return ActionParts() }
    ofAction[file.path] = ActionParts()
    let parts = parts(
      of: file.action.steps, RoleFinder(document: file.action.document), from: file.path,
      level: level)
    ofAction[file.path] = parts
    return parts
  }

  private func workflow(_ uses: UsesReference, from path: String) -> WorkflowFile? {
    guard case .local(let place) = uses.target else { return nil }
    return workflows[LocalPath.root(of: path) + LocalPath.normal(place)]
  }

  private func action(_ place: String, from path: String) -> ActionFile? {
    let folder = LocalPath.root(of: path) + LocalPath.normal(place)
    let prefix = folder.isEmpty || folder.hasSuffix("/") ? folder : folder + "/"
    return actions[prefix + "action.yml"] ?? actions[prefix + "action.yaml"]
  }
}

/// Paths in `uses: ./…` and `uses: $/…`, which begin at the root of the repository.
enum LocalPath {
  /// The part of a project's path before the root of its repository: empty for a whole repository,
  /// `name/` for one of several in a folder.
  static func root(of path: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard let forge = parts.lastIndex(of: ".github"), forge > 0 else { return "" }
    return parts[..<forge].joined(separator: "/") + "/"
  }

  /// A path without `./` or `$/` and a slash at its end.
  static func normal(_ place: String) -> String {
    place.split(separator: "/").filter { $0 != "." && $0 != "$" }.joined(separator: "/")
  }
}
