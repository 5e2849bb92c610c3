// SPDX-License-Identifier: Apache-2.0

import Encodings
import Reproducibility

/// A rebuild's report as one page: no script, nothing loaded from elsewhere, light and dark.
struct ReportHTML {
  /// The name and version of the program, for the foot of the page.
  let program: String

  private static let rowLimit = 500

  /// The page.
  func page(_ report: RebuildReport) -> String {
    HTML.report(
      title: "\(report.title): rebuild",
      body: [
        header(report),
        .element(
          "main", report.files.count == 1 ? [] : [("class", "many")],
          report.files.enumerated().map { index, file in
            self.file(
              file, at: index, isTitle: report.files.count == 1 && file.name == report.title)
          }),
        footer,
      ])
  }

  private func header(_ report: RebuildReport) -> HTML {
    let verdict = report.worst
    let tone = verdict.map(Self.tone) ?? "bad"
    var parts: [HTML] = [
      .element("p", class: "kicker", "Rebuild report"),
      .element("h1", [], [.text(report.title, limit: 300)]),
    ]
    if report.files.count == 1, let verdict {
      parts.append(verdictBanner(verdict, tone: tone))
    } else {
      let passing = report.files.filter(\.verdict.passes).count
      parts.append(
        .element(
          "div", [("class", "banner \(tone)")],
          [
            .element("strong", [], [.text("\(passing) of \(report.files.count) files pass")]),
            .element(
              "p", [],
              [
                .text(
                  report.passes
                    ? "Each published file is what its source makes."
                    : "Files that do not pass are explained below, each cause with its fix.")
              ]),
          ]))
      parts.append(
        .element(
          "ul", [("class", "files")],
          report.files.enumerated().map { index, file in
            .element(
              "li", [],
              [
                .element("a", [("href", "#file-\(index)")], [.text(file.name, limit: 300)]),
                pill(file.verdict.phrase, Self.tone(file.verdict)),
              ])
          }))
    }
    if !report.facts.isEmpty { parts.append(facts(report.facts)) }
    return .element("header", [], parts)
  }

  private func verdictBanner(_ verdict: RebuildVerdict, tone: String) -> HTML {
    .element(
      "div", [("class", "banner \(tone)")],
      [
        .element("strong", [], [.text(Self.sentence(verdict.phrase, stop: false))]),
        .element("p", [], [.text(Self.sentence(verdict.meaning))]),
        ladder(verdict),
      ])
  }

  // The five rungs, with the one that was reached.
  private func ladder(_ verdict: RebuildVerdict) -> HTML {
    let rungs: [RebuildVerdict] = [
      .identical, .identicalGiven([:]), .equivalentMetadata, .different, .cannotRebuild,
    ]
    return .element(
      "ol", [("class", "ladder"), ("aria-label", "ladder of verdicts")],
      rungs.map { rung in
        let isHere = rung.rung == verdict.rung
        let attributes: [(StaticString, String)] =
          isHere ? [("class", "here"), ("aria-current", "step")] : []
        return .element("li", attributes, [.text(rung.name)])
      })
  }

  private func file(_ file: RebuildReport.File, at index: Int, isTitle: Bool) -> HTML {
    // Where the page is about one file, its name and verdict stand at the top.
    let head: [HTML] = [
      .element(
        "div", [("class", "head")],
        [
          .element("h2", [], [.text(file.name, limit: 300)]),
          pill(file.verdict.phrase, Self.tone(file.verdict)),
        ])
    ]
    var parts = isTitle ? [] : head
    switch file.outcome {
    case .cannotRebuild(let reason, let log):
      parts.append(.element("p", class: "lead", Self.sentence(reason)))
      if !file.facts.isEmpty { parts.append(facts(file.facts)) }
      if !log.isEmpty {
        let lines = log.suffix(40).map { HTML.element("span", [], [.text($0, limit: 400)]) }
        parts.append(.element("pre", [("class", "excerpt")], lines))
      }
    case .compared(let comparison):
      parts += compared(file, comparison)
    }
    return .element("section", [("id", "file-\(index)")], parts)
  }

  private func compared(_ file: RebuildReport.File, _ report: ComparisonReport) -> [HTML] {
    var parts: [HTML] = []
    if let reason = report.reason {
      parts.append(
        .element(
          "p", [("class", "lead")],
          [
            .element("b", [], [.text(report.verdict.passes ? "What differs: " : "Why: ")]),
            .text(Self.sentence(reason)),
          ]))
    }
    if case .identicalGiven(let fields) = report.verdict {
      let counted = fields.sorted { $0.key.rawValue < $1.key.rawValue }
      parts.append(
        .element(
          "ul", [("class", "given")],
          counted.map { field, count in
            .element(
              "li", [],
              [.element("b", [], [.text("\(count)")]), .text(" \(field.phrase)")])
          }))
    }
    var lines = file.facts
    lines.append(
      RebuildReport.Fact(
        "members", report.memberCount == 1 ? "1" : "\(report.memberCount)"))
    lines.append(RebuildReport.Fact("published", "sha256:\(report.published.hexadecimal)"))
    lines.append(RebuildReport.Fact("rebuilt", "sha256:\(report.rebuilt.hexadecimal)"))
    parts.append(facts(lines))
    if report.differences.isEmpty {
      parts.append(.element("p", class: "lead", "Nothing differs."))
      return parts
    }
    parts.append(
      .element(
        "h3", [],
        [.text(report.differences.count == 1 ? "The cause" : "The causes, weightiest first")]))
    parts += report.differences.map(DifferenceCard(report: self).card)
    if !report.changes.isEmpty { parts.append(members(report)) }
    return parts
  }

  private func members(_ report: ComparisonReport) -> HTML {
    let rows = report.changes.prefix(Self.rowLimit).map { change in
      HTML.element(
        "tr", [],
        [
          .element("td", [("class", "path")], [.text(change.path, limit: 400)]),
          .element("td", class: "sizes", Self.sizes(change)),
          .element(
            "td", [],
            change.causes.map { cause in
              // The weight is the same for both kinds of archives, but for the field's name.
              pill(cause.rawValue, Self.tone(cause.weight(isWheel: true)))
            }),
        ])
    }
    let rest =
      report.changes.count - rows.count + report.furtherChanges
    var parts: [HTML] = [
      .element(
        "summary", [],
        [
          .text(
            "Members that differ: \(report.changes.count + report.furtherChanges), of "
              + "\(report.memberCount) published")
        ]),
      .element(
        "div", [("class", "scroll")],
        [
          .element(
            "table", [],
            [
              .element(
                "thead", [],
                [
                  .element(
                    "tr", [],
                    ["member", "bytes", "causes"].map {
                      .element("th", [("scope", "col")], [.text($0)])
                    })
                ]),
              .element("tbody", [], Array(rows)),
            ])
        ]),
    ]
    if rest > 0 { parts.append(.element("p", class: "more", "and \(rest) more")) }
    let isShort = report.changes.count <= 12
    return .element("details", isShort ? [("open", "")] : [], parts)
  }

  private static func sizes(_ change: ComparisonReport.Change) -> String {
    switch (change.publishedSize, change.rebuiltSize) {
    case (let published?, let rebuilt?):
      published == rebuilt ? "\(published)" : "\(published) → \(rebuilt)"
    case (let published?, nil): "\(published) → absent"
    case (nil, let rebuilt?): "absent → \(rebuilt)"
    case (nil, nil): "–"
    }
  }

  private func facts(_ facts: [RebuildReport.Fact]) -> HTML {
    .element(
      "dl", [],
      facts.map { fact in
        .element(
          "div", [],
          [
            .element("dt", [], [.text(fact.label, limit: 60)]),
            .element("dd", [], [.text(fact.value, limit: 1_000)]),
          ])
      })
  }

  private var footer: HTML {
    .element(
      "footer", [],
      [
        .element(
          "p", [],
          [
            .text(
              "Only identical and identical-given pass: there every path, byte of contents, "
                + "permission to execute and link is the same. Lines with − are the published "
                + "file's, lines with + the rebuilt one's.")
          ]),
        .element("p", [], [.text(program)]),
      ])
  }

  /// A small label in the colour of a tone.
  func pill(_ text: String, _ tone: String) -> HTML {
    .element("span", [("class", "pill \(tone)")], [.text(text, limit: 100)])
  }

  /// The first letter large, and a full stop: the page has sentences where a terminal has phrases.
  static func sentence(_ text: String, stop: Bool = true) -> String {
    guard let first = text.first else { return text }
    let ending = stop && text.utf8.last != UInt8(ascii: ".") ? "." : ""
    // Names such as actions/checkout are written as they are.
    let word = text.utf8.prefix { $0 != UInt8(ascii: " ") }
    if word.contains(where: { "/@._".utf8.contains($0) }) { return text + ending }
    return first.uppercased() + text.dropFirst() + ending
  }

  private static func tone(_ verdict: RebuildVerdict) -> String {
    switch verdict {
    case .identical, .identicalGiven: "good"
    case .equivalentMetadata: "middle"
    case .different, .cannotRebuild: "bad"
    }
  }

  /// The tone of a weight.
  static func tone(_ weight: DifferenceCause.Weight) -> String {
    switch weight {
    case .container: "good"
    case .metadata: "middle"
    case .different: "bad"
    }
  }
}
