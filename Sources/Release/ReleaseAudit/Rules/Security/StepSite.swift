// SPDX-License-Identifier: Apache-2.0

package import SourceText
package import Workflows

/// A step with everything around it.
///
/// There is one object per step: rules go through thousands of them, and copies of all that a step
/// holds would take longer than the rules.
package final class StepSite: Sendable {
  /// The file's path in the project.
  package let path: String
  /// The file.
  package let document: YAMLDocument
  /// The workflow; nil in an action.
  package let workflow: Workflow?
  /// The job; nil in an action.
  package let job: Job?
  /// The composite action; nil in a workflow.
  package let action: Action?
  /// The step.
  package let step: Step

  private init(
    _ path: String, _ document: YAMLDocument, _ workflow: Workflow?, _ job: Job?,
    _ action: Action?, _ step: Step
  ) {
    self.path = path
    self.document = document
    self.workflow = workflow
    self.job = job
    self.action = action
    self.step = step
  }

  /// Another step of the same file.
  func at(_ step: Step, of job: Job?) -> StepSite {
    StepSite(path, document, workflow, job, action, step)
  }

  /// The steps of workflows and composite actions.
  static func all(_ workflows: [WorkflowFile], _ actions: [ActionFile]) -> [StepSite] {
    var sites: [StepSite] = []
    for file in workflows {
      let workflow = file.workflow
      for job in workflow.jobs {
        for step in job.steps {
          sites.append(StepSite(file.path, workflow.document, workflow, job, nil, step))
        }
      }
    }
    for file in actions {
      for step in file.action.steps {
        sites.append(StepSite(file.path, file.action.document, nil, nil, file.action, step))
      }
    }
    return sites
  }

  /// A place in the step's file.
  package func place(_ span: Range<Int>?, _ label: String = "") -> Finding.Place {
    Finding.Place(path, span, label)
  }

  /// Where the step begins: its `uses`, its `run`, or its first line.
  package var place: Finding.Place {
    place(step.uses?.text.span ?? step.entry("run")?.key.span ?? step.span)
  }

  /// The shell of a `run:` and where it is said.
  ///
  /// It is the step's, a default, or the runner's own; nil where it is only known in a run.
  package var shell: (name: String, span: Range<Int>?)? {
    for text in [step.shell, job?.defaults?.shell, workflow?.defaults?.shell] {
      guard let text else { continue }
      return text.hasExpressions ? nil : (text.value, text.span)
    }
    for label in job?.runsOn?.labels ?? [] {
      guard label.isExpression else {
        if let shell = Self.shell(ofRunner: label.value) { return (shell, nil) }
        continue
      }
      // A matrix of one system's runners has one shell.
      guard let path = label.expressions[0].expression?.path, path.hasPrefix("matrix."),
        let names = job?.strategy?.matrix?.texts(path.split(separator: ".").map(String.init)),
        let first = names.first.flatMap({ Self.shell(ofRunner: $0) }),
        names.allSatisfy({ Self.shell(ofRunner: $0) == first })
      else { return nil }
      return (first, nil)
    }
    return nil
  }

  private static func shell(ofRunner name: String) -> String? {
    if name == "linux" || name == "macOS" || name.holds("ubuntu-") || name.holds("macos") {
      return "bash"
    }
    return name == "windows" || name.holds("windows-") ? "pwsh" : nil
  }

  /// The commands of a `run:` whose shell is known or taken to be `bash`; empty for others.
  package var commands: [ShellCommand] {
    guard let run = step.run, let dialect = ShellScript.Dialect(shell: shell?.name ?? "bash")
    else { return [] }
    switch run.style {
    case .doubleQuoted, .singleQuoted:
      // Spans of an unescaped text are not the file's: the whole text stands for each command.
      return ShellScript(run.value, dialect: dialect).commands.map {
        var command = $0
        command.span = run.span
        return command
      }
    case .plain, .folded, .literal:
      var span = run.span
      if run.style != .plain {
        let header = document.bytes[span].prefix { $0 != UInt8(ascii: "\n") }
        span = header.endIndex..<span.upperBound
      }
      return ShellScript(
        scanning: document.bytes, in: span, dialect: dialect, isFolded: run.style != .literal
      ).commands
    }
  }
}

extension AuditedProject {
  /// Findings of all steps, or that there is nothing to look at.
  package func stepFindings(_ body: (StepSite, inout [Finding]) -> Void) -> RuleOutcome {
    guard !workflows.isEmpty || !actions.isEmpty else { return .noWorkflow }
    var findings: [Finding] = []
    for site in steps { body(site, &findings) }
    return .examined(findings)
  }

  /// Findings of all jobs, or that there is nothing to look at.
  package func jobFindings(_ body: (WorkflowFile, Job, inout [Finding]) -> Void) -> RuleOutcome {
    guard !workflows.isEmpty else { return .noWorkflow }
    var findings: [Finding] = []
    for file in workflows {
      for job in file.workflow.jobs { body(file, job, &findings) }
    }
    return .examined(findings)
  }

  /// Findings at every `uses:`, of steps and of calls, or that there is nothing to look at.
  package func usesFindings(
    _ body: (_ path: String, _ uses: UsesReference, inout [Finding]) -> Void
  ) -> RuleOutcome {
    guard !workflows.isEmpty || !actions.isEmpty else { return .noWorkflow }
    var findings: [Finding] = []
    for file in workflows {
      for job in file.workflow.jobs {
        if let uses = job.uses { body(file.path, uses, &findings) }
      }
    }
    for site in steps { if let uses = site.step.uses { body(site.path, uses, &findings) } }
    return .examined(findings)
  }
}

extension RuleOutcome {
  /// Nothing to look at.
  static let noWorkflow = Self.notApplicable("no workflow or action was given")
}

extension WorkflowMapping {
  /// Whether a name is given.
  func has(_ name: String) -> Bool { entry(name) != nil }
}
