// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// What a workflow runs can be read from it.
enum Obfuscation: AuditRule {
  static let id = "obfuscation"

  static let description = RuleDescription(
    id: id, title: "references and expressions are written plainly", severity: .low,
    sources: ["GitHub Docs, \"Workflow syntax\" (uses)", "GitHub Docs, \"Evaluate expressions\""],
    why: """
      GitHub accepts `owner/repository/./path//@ref` and expressions that are always the same. A \
      reader, and a tool that looks for names, does not see what is meant.
      """,
    fix:
      "write the path without `.`, `..` and empty parts, and the value in place of the expression",
    samples: [
      .steps(
        "parts of a path without meaning", .findings(lines: [8, 9]),
        """
        - uses: docker/login-action/@74a5d142397b4f367a81961eba4e8cd7edddf772 # v3.4.0
        - uses: actions/cache/save/../restore@0057852bfaa89a56745cba8c7296529d2fc39830 # v4.3.0
        """),
      .steps(
        "an expression that is always the same", .findings(lines: [8, 9]),
        """
        - run: echo ${{ 'hello' }}
        - run: echo ${{ github.ref_name == format('{0}', 'main') }}
        """),
      .steps(
        "inputs that only a run knows", .findings(lines: [9]),
        """
        - uses: octo-org/tool@8e8c483db84b4bee98b60c0593521ed34d9990e8
          with: ${{ fromJSON(vars.INPUTS) }}
        """),
      .steps(
        "a subfolder", .good,
        """
        - uses: actions/cache/restore@0057852bfaa89a56745cba8c7296529d2fc39830 # v4.3.0
        """),
      .steps(
        "an expression that depends on the run", .good,
        """
        - run: make
          env:
            BRANCH: ${{ github.ref_name || 'main' }}
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard
      case .examined(var findings) = project.stepFindings({ site, findings in
        if let uses = site.step.uses { path(uses, site, &findings) }
      })
    else { return .noWorkflow }
    let other = project.expressionFindings { path, embedded, findings in
      guard let expression = embedded.expression else { return }
      let problem: String
      if expression.isConstant {
        problem = "the value of `\(embedded.source.trimmed)` is always the same"
      } else if expression.hasConstantPart {
        problem = "a part of `\(embedded.source.trimmed)` is always the same"
      } else {
        return
      }
      findings.append(
        Finding(rule: id, severity: .low, problem, at: Finding.Place(path, embedded.span)))
    }
    if case .examined(let more) = other { findings += more }
    return .examined(findings)
  }

  private static func plain(_ text: String, _ site: StepSite) -> ProposedFix? {
    let halves = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.count == 2, let node = site.step.node["uses"] else { return nil }
    var parts: [Substring] = []
    for part in halves[0].split(separator: "/") where part != "." {
      if part == ".." {
        guard parts.count > 2 else { return nil }
        parts.removeLast()
      } else {
        parts.append(part)
      }
    }
    let path = parts.joined(separator: "/")
    return site.document.fix("write the path plainly", .safe, in: site.path) {
      () throws(YAMLEditRefusal) in
      try site.document.replacing(node, with: "\(path)@\(halves[1])")
    }
  }

  private static func path(
    _ uses: UsesReference, _ site: StepSite, _ findings: inout [Finding]
  ) {
    let text = uses.text.value
    if !text.hasPrefix("."), !text.hasPrefix("docker:"), !text.hasPrefix("$/") {
      let path = text.prefix { $0 != "@" }.split(separator: "/", omittingEmptySubsequences: false)
      if path.dropFirst(2).contains(where: { ["", ".", ".."].contains($0) }) {
        findings.append(
          Finding(
            rule: id, severity: .low, "the path of the action has parts without meaning",
            at: site.place(uses.text.span), fix: plain(text, site)))
      }
    }
    if let expression = site.step.with?.expression {
      findings.append(
        Finding(
          rule: id, severity: .info, "only a run tells the inputs of the action",
          at: site.place(expression.span)))
    }
  }
}

extension Expression {
  /// Whether something in it that is no literal is always the same.
  fileprivate var hasConstantPart: Bool {
    var found = false
    visit { part in
      if !part.isLiteral, part.isConstant { found = true }
      return !found
    }
    return found
  }
}
