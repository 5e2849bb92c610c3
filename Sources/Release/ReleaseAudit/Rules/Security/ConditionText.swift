// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// An `if:` of a job or step, with its place.
struct ConditionSite {
  let path: String
  let document: YAMLDocument
  let workflow: Workflow?
  let job: Job?
  let condition: Condition
  /// What is written of the condition.
  let node: YAMLNode

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
      for job in file.workflow.jobs {
        guard let condition = job.condition, let node = job.node["if"] else { continue }
        body(
          ConditionSite(
            path: file.path, document: file.workflow.document, workflow: file.workflow,
            job: job, condition: condition, node: node), &findings)
      }
    }
    for site in steps {
      guard let condition = site.step.condition, let node = site.step.node["if"] else { continue }
      body(
        ConditionSite(
          path: site.path, document: site.document, workflow: site.workflow, job: site.job,
          condition: condition, node: node), &findings)
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

extension String {
  /// Whether some bytes stand in the text.
  func holds(_ part: StaticString) -> Bool {
    let count = part.utf8CodeUnitCount
    return part.withUTF8Buffer { wanted in
      var copy = self
      return copy.withUTF8 { bytes in
        guard count > 0, bytes.count >= count else { return false }
        for start in 0...(bytes.count - count) where bytes[start] == wanted[0] {
          var length = 1
          while length < count, bytes[start + length] == wanted[length] { length += 1 }
          if length == count { return true }
        }
        return false
      }
    }
  }
}
