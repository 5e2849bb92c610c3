// SPDX-License-Identifier: Apache-2.0

import Workflows

/// A choice by `&&` and `||` can choose its first value.
enum UnsoundTernary: AuditRule {
  static let id = "unsound-ternary"

  static let description = RuleDescription(
    id: id, title: "`a && b || c` is only used where b is not empty, 0 or false", severity: .low,
    sources: ["GitHub Docs, \"Evaluate expressions\" (operators)"],
    why: """
      `a && '' || c` gives c whatever a is, because the empty text counts as false. A switch that \
      is written so is always on.
      """,
    fix: "turn the condition around, so that the value after `&&` is not empty: `!a && c || ''`",
    samples: [
      .steps(
        "an empty text", .findings(lines: [10]),
        """
        - run: make $FLAGS
          env:
            FLAGS: ${{ github.ref_name == 'main' && '' || '--draft' }}
        """),
      .steps(
        "false", .findings(lines: [10]),
        """
        - run: make
          env:
            DRAFT: ${{ inputs.release && false || inputs.draft }}
        """),
      .steps(
        "turned around", .good,
        """
        - run: make $FLAGS
          env:
            FLAGS: ${{ github.ref_name != 'main' && '--draft' || '' }}
        """),
      .steps(
        "a comparison", .good,
        """
        - run: make
          if: github.ref_name == '' || inputs.draft
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.expressionFindings { path, embedded, findings in
      guard let expression = embedded.expression else { return }
      expression.visit { part in
        guard case .binary(.or, let left, _) = part, !part.isConstant else { return true }
        for operand in left.alternatives {
          guard case .binary(.and, _, let value) = operand, value.isFalsy == true else { continue }
          findings.append(
            Finding(
              rule: id, severity: .low,
              "the value after `&&` counts as false, so that the one after `||` is always taken",
              at: Finding.Place(path, embedded.span)))
        }
        return true
      }
    }
  }
}

extension Expression {
  /// The rightmost part of what stands between `||`.
  fileprivate var alternatives: [Expression] {
    if case .binary(.or, _, let right) = self { [right] } else { [self] }
  }
}
