// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// An `if:` of a job or step, with its place.
struct ConditionSite {
  let path: String
  let document: YAMLDocument
  let workflow: Workflow?
  let condition: Condition

  /// The place of a text in the condition; the whole condition's where it is not found.
  func place(of text: String) -> Finding.Place {
    let value = Array(condition.text.value.lowercased().utf8)
    let wanted = Array(text.lowercased().utf8)
    guard !wanted.isEmpty, value.count == condition.text.value.utf8.count,
      let start = value.indices.first(where: { value[$0...].starts(with: wanted) })
    else { return Finding.Place(path, condition.text.span) }
    return Finding.Place(
      path, condition.text.span(of: start..<(start + wanted.count), in: document))
  }
}

extension AuditedProject {
  /// Findings of all conditions of jobs and steps, or that there is nothing to look at.
  func conditionFindings(_ body: (ConditionSite, inout [Finding]) -> Void) -> RuleOutcome {
    guard !workflows.isEmpty || !actions.isEmpty else { return .noWorkflow }
    var findings: [Finding] = []
    for file in workflows {
      let workflow = file.workflow
      func look(_ condition: Condition?) {
        guard let condition else { return }
        body(
          ConditionSite(
            path: file.path, document: workflow.document, workflow: workflow, condition: condition),
          &findings)
      }
      for job in workflow.jobs {
        look(job.condition)
        for step in job.steps { look(step.condition) }
      }
    }
    for file in actions {
      for step in file.action.steps {
        guard let condition = step.condition else { continue }
        body(
          ConditionSite(
            path: file.path, document: file.action.document, workflow: nil, condition: condition),
          &findings)
      }
    }
    return .examined(findings)
  }
}

extension Expression {
  /// Whether it is the same in every run: made of literals and of functions that only compute.
  var isConstant: Bool {
    switch self {
    case .null, .boolean, .number, .string: true
    case .not(let part): part.isConstant
    case .binary(_, let left, let right): left.isConstant && right.isConstant
    case .call(let name, let arguments):
      ["contains", "startswith", "endswith", "format", "tojson", "join"].contains(
        name.lowercased()) && arguments.allSatisfy(\.isConstant)
    case .context, .property, .index, .star: false
    }
  }

  /// Whether it is a literal.
  var isLiteral: Bool {
    switch self {
    case .null, .boolean, .number, .string: true
    default: false
    }
  }

  /// Whether a literal counts as false; nil for others.
  var isFalsy: Bool? {
    switch self {
    case .null: true
    case .boolean(let value): !value
    case .number(let value): value == 0 || value.isNaN
    case .string(let text): text.isEmpty
    default: nil
    }
  }
}
