// SPDX-License-Identifier: Apache-2.0

import Reproducibility

/// A rebuild's report for a terminal: for each file the verdict first, then causes with their
/// fixes, then what shows them.
struct ReportText {
  let console: Console

  /// How many examples of a cause are shown.
  private static let examples = 3

  /// Writes the whole report to standard output.
  func show(_ report: RebuildReport) {
    if report.files.count > 1 || !report.facts.isEmpty {
      console.output(paint(safe(report.title), .strong))
      show(report.facts, indent: "  ")
      console.output()
    }
    for (index, file) in report.files.enumerated() {
      if index > 0 { console.output() }
      show(file)
    }
    if report.files.count > 1 {
      let passing = report.files.filter(\.verdict.passes).count
      console.output()
      console.output(
        paint("\(passing) of \(report.files.count) files pass", report.passes ? .good : .bad))
    }
  }

  /// Writes one file's verdict, causes and excerpts.
  func show(_ file: RebuildReport.File) {
    let verdict = file.verdict
    // The name that JSON and statements have, where it is another.
    let name = verdict.name == verdict.phrase ? "" : paint(" (\(verdict.name))", .faint)
    console.output(
      "\(safe(file.name))  \(paint(verdict.phrase, Self.style(verdict)))\(name)")
    console.output("  " + verdict.meaning)
    switch file.outcome {
    case .cannotRebuild(let reason, let log):
      console.output("  " + paint("why", .accent) + "  " + safe(reason))
      show(file.facts, indent: "  ")
      for line in log.suffix(20) { console.output("    " + paint(safe(line), .faint)) }
    case .compared(let comparison):
      if let reason = comparison.reason {
        let label = verdict.passes ? "differs" : "why"
        console.output("  " + paint(label, .accent) + "  " + safe(reason))
      }
      show(file.facts, indent: "  ")
      for difference in comparison.differences {
        console.output()
        show(difference)
      }
    }
  }

  private func show(_ facts: [RebuildReport.Fact], indent: String) {
    let width = min(24, facts.map(\.label.count).max() ?? 0)
    for fact in facts {
      let label = safe(fact.label, 40)
      let padding = String(repeating: " ", count: max(0, width - label.count))
      console.output("\(indent)\(paint(label, .faint))\(padding)  \(safe(fact.value))")
    }
  }

  private func show(_ difference: Difference) {
    let cause = difference.cause
    let count = difference.count > 1 ? ", \(difference.count) members" : ""
    let style: Console.Style =
      switch difference.weight {
      case .container: .good
      case .metadata: .warning
      case .different: .bad
      }
    console.output("  \(paint(cause.rawValue, style))  \(paint(cause.title, .strong))\(count)")
    console.output("    " + cause.explanation)
    console.output("    " + paint("fix", .accent) + "  " + safe(difference.fix))
    for example in difference.examples.prefix(Self.examples) { show(example) }
    let more = difference.count - min(Self.examples, difference.examples.count)
    if more > 0 { console.output("    " + paint("and \(more) more", .faint)) }
  }

  private func show(_ example: Difference.Example) {
    var line = "    "
    if let member = example.member { line += paint(safe(member, 200), .accent) + "  " }
    switch (example.published, example.rebuilt) {
    case (let published?, let rebuilt?):
      line += "published \(safe(published, 160)), rebuilt \(safe(rebuilt, 160))"
    case (let published?, nil): line += "published \(safe(published, 200))"
    case (nil, let rebuilt?): line += "rebuilt \(safe(rebuilt, 200))"
    case (nil, nil): break
    }
    if line != "    " { console.output(line) }
    for line in example.excerpt?.lines.prefix(16) ?? [] {
      let text = safe(Self.withVisibleTabs(line.text), 160)
      switch line.origin {
      case .both: console.output("        " + paint(text, .faint))
      case .published: console.output("      " + paint("- " + text, .bad))
      case .rebuilt: console.output("      " + paint("+ " + text, .good))
      case .omitted: console.output("      " + paint("… " + text, .faint))
      }
    }
  }

  /// A text in which a tab is told from blanks.
  static func withVisibleTabs(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if scalar == "\t" { result += "⇥   " } else { result.unicodeScalars.append(scalar) }
    }
    return result
  }

  /// The colour of a verdict.
  static func style(_ verdict: RebuildVerdict) -> Console.Style {
    switch verdict {
    case .identical, .identicalGiven: .good
    case .equivalentMetadata: .warning
    case .different, .cannotRebuild: .bad
    }
  }

  private func paint(_ text: String, _ style: Console.Style) -> String {
    console.styled(text, style, on: .output)
  }

  private func safe(_ text: String, _ limit: Int = UntrustedText.defaultLimit) -> String {
    UntrustedText.printable(text, limit: limit)
  }
}
