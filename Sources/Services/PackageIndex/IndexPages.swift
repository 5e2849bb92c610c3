// SPDX-License-Identifier: Apache-2.0

import Mustache

/// The pages for people, as compiled templates.
struct IndexPages: Sendable {
  private let library: MustacheLibrary

  /// Compiles the templates.
  ///
  /// - Throws: the template's error.
  init() throws {
    var library = MustacheLibrary()
    for (name, text) in PageTemplates.all { try library.register(text, named: name) }
    self.library = library
  }

  /// The names of pages.
  enum Page: String {
    case overview, project, missing
  }

  /// Writes a page.
  func render(_ page: Page, _ values: [String: Any]) -> String {
    library.render(values, withTemplate: page.rawValue) ?? ""
  }
}
