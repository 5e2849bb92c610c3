// SPDX-License-Identifier: Apache-2.0

/// A piece of HTML that can only be made of escaped text and elements.
///
/// Text from outside becomes text: no scalar of it can open an element, leave an attribute, or turn
/// the reading direction.
struct HTML: Sendable {
  /// The markup.
  let markup: String

  private init(markup: String) { self.markup = markup }

  /// Text, escaped and cut.
  static func text(_ text: String, limit: Int = 4_000) -> HTML {
    HTML(markup: escaped(UntrustedText.printable(text, limit: limit)))
  }

  /// An element; its name and the names of its attributes are part of the program.
  static func element(
    _ name: StaticString, _ attributes: [(StaticString, String)] = [], _ children: [HTML] = []
  ) -> HTML {
    var markup = "<\(name)"
    for (name, value) in attributes {
      markup += " \(name)=\"\(escaped(UntrustedText.printable(value)))\""
    }
    markup += ">"
    for child in children { markup += child.markup }
    // Elements without an end tag.
    let isVoid = "\(name)" == "meta" || "\(name)" == "br"
    return HTML(markup: isVoid ? markup : markup + "</\(name)>")
  }

  /// An element of a class that holds one text.
  static func element(_ name: StaticString, class: StaticString, _ text: String) -> HTML {
    element(name, [("class", "\(`class`)")], [.text(text)])
  }

  /// Pieces one after another.
  static func group(_ children: [HTML]) -> HTML {
    HTML(markup: children.map(\.markup).joined())
  }

  /// A style sheet that is part of the program.
  static func style(_ sheet: StaticString) -> HTML {
    HTML(markup: "<style>\(sheet)</style>")
  }

  /// A whole report: no script, nothing loaded from elsewhere, light and dark.
  static func report(title: String, body: [HTML]) -> String {
    let head: [HTML] = [
      .element("meta", [("charset", "utf-8")]),
      .element(
        "meta", [("name", "viewport"), ("content", "width=device-width, initial-scale=1")]),
      // Even if something had got past the escapes, it could load and run nothing.
      .element(
        "meta",
        [
          ("http-equiv", "Content-Security-Policy"),
          ("content", "default-src 'none'; style-src 'unsafe-inline'"),
        ]),
      .element("meta", [("name", "color-scheme"), ("content", "light dark")]),
      .element("title", [], [.text(title, limit: 200)]),
      .style(ReportStyle.sheet),
    ]
    return "<!DOCTYPE html>\n<html lang=\"en\"><head>" + group(head).markup + "</head><body>"
      + group(body).markup + "</body></html>\n"
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
