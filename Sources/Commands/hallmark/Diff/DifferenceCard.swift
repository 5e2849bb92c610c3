// SPDX-License-Identifier: Apache-2.0

import Reproducibility

/// One cause on the page of a report: what it is, the fix, and what shows it.
struct DifferenceCard {
  let report: ReportHTML

  /// The card.
  func card(_ difference: Difference) -> HTML {
    let tone = ReportHTML.tone(difference.weight)
    let weight =
      switch difference.weight {
      case .container: "container field"
      case .metadata: "metadata"
      case .different: "does not pass"
      }
    var parts: [HTML] = [
      .element(
        "div", [("class", "head")],
        [
          .element(
            "h4", [], [.text(ReportHTML.sentence(difference.cause.title, stop: false))]),
          report.pill(weight, tone),
          .element("code", [], [.text(difference.cause.rawValue)]),
          .element(
            "span", class: "count",
            difference.count == 1 ? "once" : "\(difference.count) members"),
        ]),
      .element("p", [], [.text(ReportHTML.sentence(difference.cause.explanation))]),
      .element(
        "p", [("class", "fix")],
        [
          .element("b", [], [.text("Fix")]),
          .group(Self.code(ReportHTML.sentence(difference.fix))),
        ]),
    ]
    let examples = difference.examples.filter { $0.published != nil || $0.rebuilt != nil }
    if !examples.isEmpty { parts.append(table(examples, of: difference)) }
    parts += difference.examples.compactMap { example in
      example.excerpt.map { excerpt($0, of: example.member) }
    }
    let shown = difference.examples.count
    if difference.count > shown {
      parts.append(
        .element("p", [("class", "more")], [.text("and \(difference.count - shown) more")]))
    }
    return .element("article", [("class", "\(tone)")], parts)
  }

  private func table(_ examples: [Difference.Example], of difference: Difference) -> HTML {
    let hasMembers = examples.contains { $0.member != nil }
    let names = (hasMembers ? ["member"] : []) + ["published", "rebuilt"]
    let rows = examples.map { example in
      HTML.element(
        "tr", [],
        (hasMembers
          ? [.element("td", [("class", "path")], [.text(example.member ?? "–", limit: 400)])] : [])
          + [example.published, example.rebuilt].map {
            .element("td", [], [.text($0 ?? "–", limit: 400)])
          })
    }
    return .element(
      "div", [("class", "scroll")],
      [
        .element(
          "table", [],
          [
            .element(
              "thead", [],
              [
                .element(
                  "tr", [], names.map { .element("th", [("scope", "col")], [.text($0)]) })
              ]),
            .element("tbody", [], rows),
          ])
      ])
  }

  private func excerpt(_ excerpt: Excerpt, of member: String?) -> HTML {
    let lines = excerpt.lines.map { line -> HTML in
      let (mark, name): (String, String) =
        switch line.origin {
        case .both: (" ", "both")
        case .published: ("−", "old")
        case .rebuilt: ("+", "new")
        case .omitted: ("⋯", "gap")
        }
      return .element(
        "span", [("class", "\(name)")],
        [
          .element("i", [("aria-hidden", "true")], [.text(mark)]),
          .text(ReportText.withVisibleTabs(line.text), limit: 400),
        ])
    }
    var parts: [HTML] = []
    if let member {
      parts.append(.element("figcaption", [], [.text(member, limit: 400)]))
    }
    parts.append(.element("pre", [("class", "excerpt")], lines))
    return .element("figure", [], parts)
  }

  // Texts of this program mark code by backticks.
  private static func code(_ text: String) -> [HTML] {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    return parts.enumerated().map { index, part in
      index.isMultiple(of: 2)
        ? .text(String(part)) : .element("code", [], [.text(String(part))])
    }
  }
}
