// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

extension AuditedProject {
  /// Findings of all `${{ }}` in workflows and actions, or that there is nothing to look at.
  func expressionFindings(
    _ body: (_ path: String, EmbeddedExpression, inout [Finding]) -> Void
  ) -> RuleOutcome {
    guard !workflows.isEmpty || !actions.isEmpty else { return .noWorkflow }
    var findings: [Finding] = []
    for file in workflows {
      for expression in file.expressions { body(file.path, expression, &findings) }
    }
    for file in actions {
      for expression in file.expressions { body(file.path, expression, &findings) }
    }
    return .examined(findings)
  }
}
