// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import ReleaseAudit
import Sigstore
import Verification

/// `hallmark explain`: what a rule of an audit, or a code of a verification, is about.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain a rule of an audit, or a code of a verification.",
    discussion: """
      Examples:
        hallmark explain unpinned-action
        hallmark explain HM0213

      Exit status: 0, or 2 for a name that nothing has.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("The name of a rule, or a code.", valueName: "rule-id"))
  var name: String

  func run() throws {
    let console = global.console
    if let rule = AuditRules.all.map({ $0.description }).first(where: { $0.id == name }) {
      if global.json {
        console.output(RulesCommand.json([rule]).indentedText)
      } else {
        Self.show(rule, on: console)
      }
      return
    }
    if let code = VerificationRule(rawValue: name) {
      if global.json {
        let document: JSONValue = [
          "schema": "hallmark.code/v1", "code": .string(name), "title": .string(code.title),
        ]
        console.output(document.indentedText)
      } else {
        console.output(console.styled(name, .strong, on: .output) + ": " + code.title)
        console.output("A verification fails with this code where that does not hold.")
      }
      return
    }
    throw CommandFailure(
      status: ExitStatus.usage.rawValue,
      Diagnostic(
        "there is no rule or code `\(name)`",
        help: Self.near(name).map { ["did you mean `\($0)`?"] } ?? ["`hallmark rules` lists them"]))
  }

  private static func show(_ rule: RuleDescription, on console: Console) {
    let strong = { (text: String) in console.styled(text, .strong, on: .output) }
    console.output(strong(rule.id) + ": " + rule.title)
    console.output(
      "severity: " + console.styled(rule.severity.rawValue, rule.severity.style, on: .output))
    if !rule.checklist.isEmpty {
      console.output("checklist: " + rule.checklist.map(String.init).joined(separator: ", "))
    }
    if !rule.sources.isEmpty { console.output("sources: " + rule.sources.joined(separator: "; ")) }
    console.output()
    console.output(strong("Why") + "  " + rule.why)
    if let incident = rule.incident {
      console.output()
      console.output(strong("Incident") + "  " + incident)
    }
    console.output()
    console.output(strong("Fix") + "  " + rule.fix)
    for sample in rule.samples {
      let verdict: (String, Console.Style) =
        switch sample.expectation {
        case .findings: ("found", .bad)
        case .good: ("good", .good)
        case .notApplicable: ("does not apply", .faint)
        case .unknown: ("unknown", .warning)
        }
      console.output()
      console.output(console.styled(verdict.0, verdict.1, on: .output) + ": " + sample.name)
      var marked: Set<Int> = []
      if case .findings(let lines) = sample.expectation { marked = Set(lines) }
      for (index, file) in sample.files.enumerated() {
        console.output("  " + console.styled(file.path, .accent, on: .output))
        for (line, text) in file.text.split(separator: "\n", omittingEmptySubsequences: false)
          .enumerated() where !(text.isEmpty && line == file.text.utf8.count)
        {
          let isMarked = index == 0 && marked.contains(line + 1)
          console.output((isMarked ? "  > " : "    ") + UntrustedText.printable(String(text)))
        }
      }
      for (path, answer) in sample.settings ?? [] {
        let request = path.isEmpty ? "the repository itself" : path
        console.output("  the forge answers for " + console.styled(request, .accent, on: .output))
        console.output("    " + UntrustedText.printable(answer.isEmpty ? "(404)" : answer))
      }
    }
  }

  // The rule whose name shares the most words.
  private static func near(_ name: String) -> String? {
    let words = Set(name.split(separator: "-"))
    let scored = AuditRules.all.map { rule -> (String, Int) in
      let id = rule.description.id
      return (id, id.split(separator: "-").count { words.contains($0) })
    }
    return scored.max { $0.1 < $1.1 }.flatMap { $0.1 > 0 ? $0.0 : nil }
  }
}
