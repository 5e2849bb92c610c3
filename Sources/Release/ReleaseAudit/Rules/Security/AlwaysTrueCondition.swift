// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// A condition can be false.
enum AlwaysTrueCondition: AuditRule {
  static let id = "always-true-condition"

  static let description = RuleDescription(
    id: id, title: "conditions can be false", severity: .high,
    sources: [
      "GitHub Docs, \"Using conditions to control job execution\"", "actions/runner issue 1173",
    ],
    why: """
      Where anything stands around `${{ }}` in an `if:`, also a line break at the end of a block, \
      GitHub puts the result into a text, and a text that is not empty is true. The job or step \
      runs always, however the comparison ends.
      """,
    fix: "leave `${{ }}` out, or end the block without a line break: `|-` in place of `|`",
    samples: [
      RuleSample(
        "a block with a line break at its end", .findings(lines: [5]),
        workflow: """
          on: push
          permissions: {}
          jobs:
            release:
              if: |
                ${{ github.ref == 'refs/heads/main' }}
              runs-on: ubuntu-24.04
              steps:
                - run: make release

          """),
      .steps(
        "two expressions with `&&` between them", .findings(lines: [9]),
        """
        - run: make release
          if: ${{ github.ref_name == 'main' }} && ${{ github.event_name == 'push' }}
        """),
      RuleSample(
        "a block without the line break, and one without braces", .good,
        workflow: """
          on: push
          permissions: {}
          jobs:
            release:
              if: |-
                ${{ github.ref == 'refs/heads/main' }}
              runs-on: ubuntu-24.04
              steps:
                - run: make release
                  if: |
                    github.event_name == 'push'

          """),
      .steps(
        "one expression", .good,
        """
        - run: make release
          if: ${{ github.ref_name == 'main' }}
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.conditionFindings { site, findings in
      guard site.condition.isAlwaysTrue else { return }
      findings.append(
        Finding(
          rule: id, severity: .high,
          "the condition always holds, because text stands around `${{ }}`",
          at: Finding.Place(site.path, site.condition.text.span), fix: fix(site)))
    }
  }

  private static func fix(_ site: ConditionSite) -> ProposedFix? {
    let text = site.condition.text
    let bytes = Array(text.value.utf8)
    // What stands between the expressions must be an expression's own signs.
    var plain: [UInt8] = []
    var end = 0
    for embedded in text.expressions {
      plain += bytes[end..<embedded.range.lowerBound]
      let source = embedded.source.trimmed
      plain += Array((text.expressions.count > 1 ? "(\(source))" : source).utf8)
      end = embedded.range.upperBound
    }
    plain += bytes[end...]
    let expression = String(decoding: plain, as: UTF8.self).trimmed
    guard (try? Expression(parsing: expression)) != nil,
      !expression.hasPrefix("!"), !expression.contains(": "), !expression.contains(" #")
    else { return nil }
    // The key stays; the whole value gives way to one plain line.
    var span = text.span
    while span.upperBound > span.lowerBound, site.document.bytes[span.upperBound - 1] <= 0x20 {
      span = span.lowerBound..<(span.upperBound - 1)
    }
    guard !site.document.comments.contains(where: { span.contains($0.span.lowerBound) }),
      text.style == .literal || text.style == .folded || text.style == .plain,
      let first = expression.utf8.first, !"'\"[{&*!|>%@`".utf8.contains(first)
    else { return nil }
    return ProposedFix(
      "write the condition without `${{ }}`", .needsReview,
      edits: [site.path: [SourceEdit(span, expression)]])
  }
}
