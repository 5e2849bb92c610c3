// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ReleaseAudit
import SourceText

/// An audit as one page: no script, nothing loaded from elsewhere, light and dark.
struct AuditHTML {
  /// The name and version of the program, for the foot of the page.
  let program: String
  /// The rules by name.
  let rules: [String: RuleDescription]

  private static let findingLimit = 1_000

  /// The page.
  func page(_ results: [AuditResult]) -> String {
    let title =
      results.count != 1
      ? "\(results.count) projects"
      : results[0].root == "." ? Self.folder : results[0].root
    return HTML.report(
      title: "\(title): audit",
      body: [header(title, results)] + results.map { project($0, isOnly: results.count == 1) } + [
        .element(
          "footer", [],
          [
            .element(
              "p", [],
              [
                .text(
                  "There is no score: an item passes, fails, does not apply, or is unknown, and "
                    + "then the page says what would tell.")
              ]),
            .element("p", [], [.text(program)]),
          ])
      ])
  }

  private func header(_ title: String, _ results: [AuditResult]) -> HTML {
    let findings = results.flatMap(\.report.findings)
    let worst = findings.map(\.severity).max()
    let safe = findings.count { $0.fix?.safety == .safe }
    let unsafe = findings.count { $0.fix?.safety == .needsReview }
    let counts = AuditSeverity.allCases.reversed().compactMap { severity -> String? in
      let count = findings.count { $0.severity == severity }
      return count > 0 ? "\(count) \(severity.rawValue)" : nil
    }
    return .element(
      "header", [],
      [
        .element("p", class: "kicker", "Audit of a release process"),
        .element("h1", [], [.text(title, limit: 300)]),
        .element(
          "div", [("class", "banner \(worst.map(Self.tone) ?? "good")")],
          [
            .element(
              "strong", [],
              [.text(findings.isEmpty ? "Nothing found" : counts.joined(separator: ", "))]),
            .element(
              "p", [],
              [
                .text(
                  "\(results.reduce(0) { $0 + $1.project.files.count }) files were read. "
                    + (safe > 0 ? "`hallmark audit --fix` repairs \(safe) findings. " : "")
                    + (unsafe > 0
                      ? "`--fix --unsafe` repairs \(unsafe)\(safe > 0 ? " more" : ""), "
                        + "after which something may work differently." : ""))
              ]),
          ]),
      ])
  }

  private func project(_ result: AuditResult, isOnly: Bool) -> HTML {
    var parts: [HTML] = []
    if !isOnly { parts.append(.element("h2", [], [.text(result.root, limit: 300)])) }
    for problem in result.project.problems {
      parts.append(
        .element(
          "p", class: "more", "\(result.location(problem.path)): \(problem.problem)"))
    }
    let groups = FindingOrder(result.project).grouped(result.report.findings)
    var rest = Self.findingLimit
    for group in groups where rest > 0 {
      let shown = group.prefix(rest)
      rest -= shown.count
      parts += shown.prefix(1).map { article($0, in: result, isFirst: true) }
      guard shown.count > 1 else { continue }
      parts.append(
        .element(
          "details", [],
          [
            .element(
              "summary", [], [.text("\(shown.count - 1) more of \(group[0].rule)", limit: 200)])
          ] + shown.dropFirst().map { article($0, in: result, isFirst: false) }))
    }
    if result.report.findings.count > Self.findingLimit {
      parts.append(
        .element(
          "p", class: "more", "and \(result.report.findings.count - Self.findingLimit) more"))
    }
    let verdicts = result.verdicts
    if !verdicts.isEmpty { parts.append(checklist(verdicts)) }
    return .element("section", [], parts)
  }

  // What a rule is about stands at its first finding.
  private func article(_ finding: Finding, in result: AuditResult, isFirst: Bool) -> HTML {
    let tone = Self.tone(finding.severity)
    var place = result.location(finding.place.path)
    if let start = result.region(finding.place)?.start { place += ":\(start.line):\(start.column)" }
    var parts: [HTML] = [
      .element(
        "div", [("class", "head")],
        [
          .element("span", [("class", "pill \(tone)")], [.text(finding.severity.rawValue)]),
          .element("h4", [], [.text(ReportHTML.sentence(finding.message))]),
          .element("code", [], [.text(finding.rule)]),
        ]),
      .element("figcaption", [], [.text(place)]),
    ]
    if let span = finding.place.span, let lines = result.lines(finding.place) {
      let marks =
        [SourceExcerpt.Mark(span: span, label: finding.place.label, isMain: true)]
        + finding.related.compactMap { related in
          related.path == finding.place.path
            ? related.span.map { .init(span: $0, label: related.label, isMain: false) } : nil
        }
      parts.append(
        .element(
          "pre", [("class", "excerpt")],
          SourceExcerpt(lines: lines, marks: marks).rendered { text, _ in text }.map {
            .element("span", [], [.text($0)])
          }))
    }
    let rule = rules[finding.rule]
    if isFirst, let rule {
      parts.append(.element("p", [], [.text(ReportHTML.sentence(rule.why))]))
      if let incident = rule.incident {
        parts.append(.element("p", class: "more", ReportHTML.sentence(incident)))
      }
    }
    if let help = finding.help ?? rule?.fix {
      parts.append(
        .element(
          "div", [("class", "fix")],
          [.element("b", [], [.text("Fix")]), .text(ReportHTML.sentence(help))]))
    }
    if let fix = finding.fix {
      parts.append(
        .element(
          "p", [("class", "more")],
          [
            .element(
              "code", [],
              [.text("hallmark audit \(fix.safety == .safe ? "--fix" : "--fix --unsafe")")]),
            .text(" does it: " + fix.title),
          ]))
    }
    return .element("article", [("class", "\(tone)")], parts)
  }

  private func checklist(_ verdicts: [(item: ChecklistItem, verdict: ChecklistVerdict)]) -> HTML {
    let rows = verdicts.map { item, verdict -> HTML in
      let (tone, reason): (String, String) =
        switch verdict {
        case .pass: ("good", "")
        case .fail(let findings): ("bad", findings.map(\.rule).uniqued.joined(separator: ", "))
        case .notApplicable(let reason): ("middle", reason)
        case .unknown(let wouldTell): ("middle", "would tell: " + wouldTell)
        }
      return .element(
        "tr", [],
        [
          .element("td", [], [.text(String(item.number))]),
          .element(
            "td", [], [.element("span", [("class", "pill \(tone)")], [.text(verdict.name)])]),
          .element("td", [], [.text(item.recommendation)]),
          .element("td", [], [.text(reason)]),
        ])
    }
    return .element(
      "details", [("open", "")],
      [
        .element("summary", [], [.text("Checklist")]),
        .element(
          "div", [("class", "scroll")], [.element("table", [], [.element("tbody", [], rows)])]),
      ])
  }

  // The name of the working folder.
  private static var folder: String {
    let name = FileManager.default.currentDirectoryPath.split(separator: "/").last
    return name.map(String.init) ?? "this repository"
  }

  private static func tone(_ severity: AuditSeverity) -> String {
    switch severity {
    case .high: "bad"
    case .medium: "middle"
    case .low, .info: "plain"
    }
  }
}
