// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Whether a check that fails keeps a job from publishing.
enum StoppingForce: Hashable, Sendable {
  /// It does.
  case stops
  /// The release goes on all the same.
  case none
  /// Only who reads the script or the conditions can tell.
  case unclear

  /// Judges a check in a job before an upload, which may be in another job.
  ///
  /// What counts: `continue-on-error` and `if` of step and job, and of the steps of the actions of
  /// this repository through which the check is done, conditions of the upload that hold after a
  /// failure, and what the shell does with the status (``StatusInScript``).
  init(
    _ check: RoleSite, in checking: ReleaseFacts.Site, before upload: Upload,
    of site: ReleaseFacts.Site, _ project: AuditedProject
  ) {
    guard let index = check.step, index < checking.job.steps.count else {
      self = .none
      return
    }
    let step = checking.job.steps[index]
    var force = Self.goesOn(step.continueOnError).weaker(Self.goesOn(checking.job.continueOnError))
    let isOneJob = checking.flow.reference == site.flow.reference
    let after = isOneJob ? upload.step.condition : site.job.condition
    force = force.weaker(Self.condition(step.condition, beside: upload.step.condition))
    if !isOneJob {
      force = force.weaker(Self.condition(checking.job.condition, beside: site.job.condition))
    }
    let outlasts = ["always(", "failure(", "cancelled("]
    if let text = after?.text.value, outlasts.contains(where: { text.mentions($0) }) {
      force = force.weaker(isOneJob && text.mentions("always(") ? .none : .unclear)
    }
    guard check.through != nil else {
      self = force.weaker(Self.script(of: step, check, shell: Self.shell(of: step, in: checking)))
      return
    }
    guard let inner = project.steps(inside: check), let last = inner.last else {
      self = force.weaker(.unclear)
      return
    }
    for step in inner {
      force = force.weaker(Self.goesOn(step.continueOnError))
        .weaker(Self.condition(step.condition, beside: nil))
    }
    // Steps of actions have no shell but their own.
    self = force.weaker(Self.script(of: last, check, shell: last.shell.map { .named($0) } ?? .open))
  }

  func weaker(_ other: StoppingForce) -> StoppingForce {
    if self == .none || other == .none { return .none }
    return self == .unclear ? self : other
  }

  private static func goesOn(_ text: WorkflowText?) -> StoppingForce {
    switch text?.value {
    case nil, "false": .stops
    case "true": .none
    default: .unclear
    }
  }

  private static func condition(_ own: Condition?, beside other: Condition?) -> StoppingForce {
    guard let text = own?.text.value else { return .stops }
    if ["false", "${{ false }}"].contains(text) { return .none }
    let holds = ["true", "${{ true }}", "always()", "success()", "${{ always() }}"]
    return holds.contains(text) || text == other?.text.value ? .stops : .unclear
  }

  private static func script(
    of step: Step, _ check: RoleSite, shell: StatusInScript.Shell
  ) -> StoppingForce {
    // An action fails where what it checks does not hold.
    guard let run = step.run else { return step.uses == nil ? .unclear : .stops }
    guard let command = check.command else { return .unclear }
    return StatusInScript(run.value, shell).force(ofCommandAt: command)
  }

  private static func shell(
    of step: Step, in site: ReleaseFacts.Site
  ) -> StatusInScript.Shell {
    let written = step.shell ?? site.job.defaults?.shell ?? site.file.workflow.defaults?.shell
    if let written { return .named(written) }
    // PowerShell is what runs scripts there.
    let isWindows = (site.job.runsOn?.labels ?? []).contains {
      $0.value.lowercased().mentions("windows")
    }
    return isWindows ? .open : .standard
  }
}

extension AuditedProject {
  /// The steps of actions of this repository through which something is done, from outside to
  /// inside; nil where one of them cannot be seen.
  func steps(inside site: RoleSite) -> [Step]? {
    var steps: [Step] = []
    for inner in site.inside {
      guard let action = action(at: inner.path)?.action, action.isComposite,
        inner.step < action.steps.count
      else { return nil }
      steps.append(action.steps[inner.step])
    }
    return steps.isEmpty ? nil : steps
  }
}
