// SPDX-License-Identifier: Apache-2.0

/// How a page is marked up, told by its name.
enum Markup {
  case markdown, restructured

  /// The markup of a file.
  init(of path: String) { self = path.lowercased().hasSuffix(".rst") ? .restructured : .markdown }

  /// A heading.
  func heading(_ text: String) -> String {
    switch self {
    case .markdown: "## \(text)\n"
    case .restructured: "\(text)\n\(String(repeating: "-", count: text.utf8.count))\n"
    }
  }

  /// A paragraph; code between backquotes.
  func text(_ text: String) -> String { marked(text) + "\n" }

  /// Lines of commands.
  func code(_ lines: [String]) -> String {
    switch self {
    case .markdown: "```console\n\(lines.joined(separator: "\n"))\n```\n"
    case .restructured:
      ".. code-block:: console\n\n" + lines.map { "   \($0)\n" }.joined()
    }
  }

  /// A list.
  func list(_ items: [String], isNumbered: Bool) -> String {
    items.enumerated().map { index, item in
      (isNumbered ? "\(index + 1). " : "- ") + marked(item) + "\n"
    }.joined()
  }

  /// The lines around a piece that is written by this program.
  func marks(_ section: String) -> (begin: String, end: String) {
    switch self {
    case .markdown: ("<!-- hallmark: \(section) -->", "<!-- hallmark: end of \(section) -->")
    case .restructured: (".. hallmark: \(section)", ".. hallmark: end of \(section)")
    }
  }

  private func marked(_ text: String) -> String {
    switch self {
    case .markdown: text
    case .restructured:
      text.split(separator: "`", omittingEmptySubsequences: false).joined(separator: "``")
    }
  }
}
