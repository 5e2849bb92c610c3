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
  /// What counts: `continue-on-error` and `if` of step and job, conditions of the upload that hold
  /// after a failure, and what the shell does with the status (GitHub's default is `bash -e` without
  /// `pipefail`; GitHub Docs, "Workflow syntax", `shell`).
  init(
    _ check: RoleSite, in checking: ReleaseFacts.Site, before upload: Upload,
    of site: ReleaseFacts.Site
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
    if check.through == nil, let run = step.run {
      force = force.weaker(Self.script(run.value, step, check, in: checking))
    }
    self = force
  }

  private func weaker(_ other: StoppingForce) -> StoppingForce {
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
    _ script: String, _ step: Step, _ check: RoleSite, in site: ReleaseFacts.Site
  ) -> StoppingForce {
    if script.mentions("||") { return .none }
    let bytes = site.file.file.bytes
    let span = check.span.clamped(to: 0..<bytes.count)
    let newline = UInt8(ascii: "\n")
    let before = bytes[..<span.lowerBound].reversed().prefix { $0 != newline }.reversed()
    let ends = Set(";|&({".utf8)
    let words = (before.split(whereSeparator: { ends.contains($0) }).last ?? [])
      .split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
    let conditions = ["if", "elif", "while", "until", "!"]
    if words.contains(where: { conditions.contains($0) }) { return .unclear }
    let rest = bytes[span.upperBound...].prefix { $0 != newline }
      .drop { $0 == UInt8(ascii: " ") }
    if rest.starts(with: "&&".utf8) || script.mentions("set +e") { return .unclear }
    guard rest.first == UInt8(ascii: "|") else { return .stops }
    if script.mentions("pipefail") { return .stops }
    let shell = step.shell ?? site.job.defaults?.shell ?? site.file.workflow.defaults?.shell
    guard let shell = shell?.value else { return .none }
    return shell == "bash" || shell.mentions("pipefail") ? .stops : .unclear
  }
}
