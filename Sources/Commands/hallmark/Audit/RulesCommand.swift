// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import ReleaseAudit

/// `hallmark rules`: what an audit looks for.
struct RulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules",
    abstract: "List what an audit looks for.",
    discussion: """
      Examples:
        hallmark rules
        hallmark rules --json

      `hallmark explain RULE-ID` tells about one of them. Exit status: 0.
      """)

  @OptionGroup var global: GlobalOptions

  @Flag(help: "Print the page Documentation/rules.md.")
  var markdown = false

  func run() throws {
    let console = global.console
    let rules = AuditRules.all.map { $0.description }
    if markdown {
      console.output(String(RulesPage.text(rules).dropLast()))
      return
    }
    guard !global.json else {
      console.output(Self.json(rules).indentedText)
      return
    }
    let width = rules.map(\.id.utf8.count).max() ?? 0
    for rule in rules {
      let padding = String(repeating: " ", count: width - rule.id.utf8.count)
      let severity = rule.severity.rawValue
      console.output(
        console.styled(rule.id, .strong, on: .output) + padding + "  "
          + console.styled(severity, rule.severity.style, on: .output)
          + String(repeating: " ", count: 8 - severity.utf8.count) + rule.title)
    }
  }

  /// The document, by Documentation/schemas/rules-v1.json.
  static func json(_ rules: [RuleDescription]) -> JSONValue {
    [
      "schema": "hallmark.rules/v1",
      "rules": .array(
        rules.map { rule in
          var object = JSONObject([
            ("id", .string(rule.id)), ("title", .string(rule.title)),
            ("severity", .string(rule.severity.rawValue)),
            ("checklist", .array(rule.checklist.map { .integer(Int64($0)) })),
            ("sources", .array(rule.sources.map { .string($0) })),
            ("why", .string(rule.why)), ("fix", .string(rule.fix)),
          ])
          object["incident"] = rule.incident.map { .string($0) }
          return .object(object)
        }),
    ]
  }
}
