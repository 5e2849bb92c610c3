// SPDX-License-Identifier: Apache-2.0

import ReleaseAudit
import SourceText

/// Shows an audit on a terminal.
struct AuditText {
  let console: Console
  /// The rules by name.
  let rules: [String: RuleDescription]
  /// Whether all findings are shown, and not only the first of each rule.
  let showsAll: Bool
  /// Whether every item of the checklist is shown.
  let showsChecklist: Bool

  private static let perRule = 4

  /// Shows what was found.
  func show(_ results: [AuditResult]) {
    if results.count == 1, let result = results.first, !showsAll {
      for group in FindingOrder(result.project).grouped(result.report.findings) {
        show(group, of: result)
      }
    } else {
      showEach(results)
    }
    for result in results { showRest(of: result) }
    console.output(summary(results))
    for result in results where result.project.isWhole {
      showChecklist(of: result, among: results.count)
    }
  }

  /// Shows the first of a rule's findings in full, and where the others are.
  private func show(_ group: [Finding], of result: AuditResult) {
    guard let first = group.first else { return }
    show(first, of: result, isFirst: true, isLast: group.count == 1)
    let others = group.dropFirst()
    for finding in others.prefix(Self.perRule - 1) {
      var location = UntrustedText.printable(result.location(finding.place.path))
      if let start = result.region(finding.place)?.start {
        location += ":\(start.line):\(start.column)"
      }
      console.output("also: \(location): \(UntrustedText.printable(finding.message))")
    }
    if others.count >= Self.perRule {
      console.output("\(others.count - Self.perRule + 1) more of `\(first.rule)`; --all shows them")
    }
    if !others.isEmpty { console.output() }
  }

  /// Shows findings in full: the worst of all projects first.
  private func showEach(_ results: [AuditResult]) {
    var explained: Set<String> = []
    var shown: [String: Int] = [:]
    let ordered = results.map { ($0, FindingOrder($0.project).sorted($0.report.findings)) }
    for severity in AuditSeverity.allCases.reversed() {
      for (result, findings) in ordered {
        for finding in findings where finding.severity == severity {
          shown[finding.rule, default: 0] += 1
          guard showsAll || shown[finding.rule, default: 0] <= Self.perRule else { continue }
          show(finding, of: result, isFirst: explained.insert(finding.rule).inserted)
        }
      }
    }
    for (rule, count) in shown.sorted(by: { $0.key < $1.key })
    where !showsAll && count > Self.perRule {
      console.output("\(count - Self.perRule) more of `\(rule)`; --all shows them")
    }
  }

  private func show(
    _ finding: Finding, of result: AuditResult, isFirst: Bool, isLast: Bool = true
  ) {
    let paint = { (text: String, style: Console.Style) in
      console.styled(text, style, on: .output)
    }
    let print = { (text: String) in UntrustedText.printable(text) }
    console.output(
      paint("\(finding.severity.label)[\(finding.rule)]", finding.severity.style) + ": "
        + paint(print(finding.message), .strong))
    let place = finding.place
    var location = print(result.location(place.path))
    if let start = result.region(place)?.start { location += ":\(start.line):\(start.column)" }
    if place.isPage, !place.label.isEmpty { location += " (\(print(place.label)))" }
    let here = finding.related.filter { $0.path == place.path }
    var gutter = 2
    if let span = place.span, let lines = result.lines(place) {
      var marks = [SourceExcerpt.Mark(span: span, label: place.label, isMain: true)]
      for related in here {
        if let span = related.span {
          marks.append(SourceExcerpt.Mark(span: span, label: related.label, isMain: false))
        }
      }
      let excerpt = SourceExcerpt(lines: lines, marks: marks)
      gutter = excerpt.gutter
      console.output(String(repeating: " ", count: gutter) + paint("-->", .accent) + " " + location)
      for line in excerpt.rendered(paint) { console.output(line) }
    } else {
      console.output(String(repeating: " ", count: gutter) + paint("-->", .accent) + " " + location)
    }
    let indent = String(repeating: " ", count: gutter + 1) + paint("=", .accent) + " "
    for related in finding.related where related.path != place.path || related.span == nil {
      var location = print(result.location(related.path))
      if let start = result.region(related)?.start { location += ":\(start.line):\(start.column)" }
      console.output(
        indent + "see: " + location + (related.label.isEmpty ? "" : ": " + print(related.label)))
    }
    let rule = rules[finding.rule]
    if isFirst, let rule {
      console.output(indent + "note: " + print(rule.why))
      if let incident = rule.incident { console.output(indent + "note: " + print(incident)) }
    }
    if let help = finding.help ?? rule?.fix {
      console.output(paint("help", .accent) + ": " + print(help))
    }
    if let fix = finding.fix {
      let flag = fix.safety == .safe ? "--fix" : "--fix --unsafe"
      console.output(
        paint("help", .accent) + ": `hallmark audit \(flag)` does it: " + print(fix.title))
    }
    if isLast { console.output() }
  }

  private func showRest(of result: AuditResult) {
    for entry in result.stale {
      console.output(
        "the baseline has `\(UntrustedText.printable(entry.rule))` in "
          + "\(UntrustedText.printable(result.location(entry.path))) \(Self.times(entry.count)), "
          + "which is not found any more; --write-baseline brings it up to date")
    }
  }

  private func summary(_ results: [AuditResult]) -> String {
    let findings = results.flatMap(\.report.findings)
    let files = results.reduce(0) { $0 + $1.project.files.count }
    var parts: [String] = []
    for severity in AuditSeverity.allCases.reversed() {
      let count = findings.count { $0.severity == severity }
      if count > 0 {
        parts.append(console.styled("\(count) \(severity.rawValue)", severity.style, on: .output))
      }
    }
    var text =
      "\(findings.count) finding\(findings.count == 1 ? "" : "s") in "
      + "\(files) file\(files == 1 ? "" : "s")"
    if !parts.isEmpty { text += ": " + parts.joined(separator: ", ") }
    let ignored = results.reduce(0) { $0 + $1.report.ignored.count }
    let known = results.reduce(0) { $0 + $1.known }
    if ignored > 0 { text += "; \(ignored) ignored by comments" }
    if known > 0 { text += "; \(known) in the baseline" }
    let fixable = findings.count { $0.fix?.safety == .safe }
    let unsafe = findings.count { $0.fix?.safety == .needsReview }
    if fixable > 0 { text += "; --fix repairs \(fixable)" }
    if unsafe > 0 {
      text +=
        "; --fix --unsafe \(fixable > 0 ? "" : "repairs ")\(unsafe)\(fixable > 0 ? " more" : "")"
    }
    return text
  }

  private func showChecklist(of result: AuditResult, among count: Int) {
    let verdicts = result.verdicts
    let names = ["pass", "fail", "not-applicable", "unknown"]
    let counts = names.map { name in
      "\(verdicts.count { $0.verdict.name == name }) "
        + (name == "not-applicable" ? "not applicable" : name)
    }
    let place = count > 1 ? " of " + UntrustedText.printable(result.root) : ""
    console.output(
      "checklist\(place): " + counts.joined(separator: ", ")
        + (showsChecklist ? "" : "; --checklist shows each"))
    guard showsChecklist else { return }
    for (item, verdict) in verdicts {
      let number = String(item.number)
      let head = String(repeating: " ", count: max(0, 4 - number.utf8.count)) + number + "  "
      let word: (String, Console.Style, String?) =
        switch verdict {
        case .pass: ("pass   ", .good, nil)
        case .fail(let findings):
          ("fail   ", .bad, findings.map(\.rule).uniqued.joined(separator: ", "))
        case .notApplicable(let reason): ("n/a    ", .faint, reason)
        case .unknown(let wouldTell): ("unknown", .warning, "would tell: " + wouldTell)
        }
      console.output(
        head + console.styled(word.0, word.1, on: .output) + "  " + item.recommendation)
      if let reason = word.2 {
        console.output(
          String(repeating: " ", count: 15)
            + console.styled(UntrustedText.printable(reason), .faint, on: .output))
      }
    }
  }

  private static func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }
}

extension [String] {
  /// Each text once, in the order in which it comes first.
  var uniqued: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
