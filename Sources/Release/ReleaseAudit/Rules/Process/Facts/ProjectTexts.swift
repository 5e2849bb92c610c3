// SPDX-License-Identifier: Apache-2.0

import SourceText

extension AuditedProject {
  /// What a rule says of a project of which only a part was given and in which it found nothing.
  static let isPart = RuleOutcome.notApplicable("only a part of the project was given")

  /// The first of some files that is there, whatever the case of its name.
  func first(of paths: [String]) -> AuditedFile? {
    for path in paths {
      if let file = files[path] { return file }
      let wanted = path.lowercased()
      // Most names have another length, and need not be changed for it.
      let length = wanted.utf8.count
      let found = files.keys.filter { $0.utf8.count == length && $0.lowercased() == wanted }.min()
      if let found { return files[found] }
    }
    return nil
  }

  /// The page that describes releasing.
  var releasePage: AuditedFile? {
    let names = ["releasing", "release", "release_process", "release-process", "releases"]
    let candidates = files.values.filter { file in
      let parts = file.path.lowercased().split(separator: "/").map(String.init)
      guard let last = parts.last, let dot = last.firstIndex(of: ".") else { return false }
      let name = String(last[..<dot])
      guard ["md", "rst", "txt", "adoc"].contains(String(last[dot...].dropFirst())) else {
        return false
      }
      return names.contains(name)
        && (parts.count == 1 || parts[0] == "docs" || parts[0] == "doc" || parts[0] == ".github"
          || parts[0] == "dev")
    }
    if let page = candidates.min(by: {
      ($0.path.utf8.count, $0.path) < ($1.path.utf8.count, $1.path)
    }) {
      return page
    }
    // A chapter of the page for contributors.
    let guides = [
      "CONTRIBUTING.md", ".github/CONTRIBUTING.md", "CONTRIBUTING.rst", "docs/contributing.md",
      "DEVELOPMENT.md", "MAINTAINERS.md", "README.md",
    ]
    return guides.lazy.compactMap { files[$0] }.first { file in
      file.textLines.contains { line in
        line.text.hasPrefix("#") && line.text.lowercased().mentions("releas")
          && !line.text.lowercased().mentions("release notes")
      }
    }
  }

  /// The file that introduces the project.
  var readme: AuditedFile? {
    first(of: ["README.md", "README.rst", "README.txt", "README", "docs/README.md"])
  }

  /// The page on security.
  var securityPage: AuditedFile? {
    first(of: ["SECURITY.md", ".github/SECURITY.md", "docs/SECURITY.md", "SECURITY.rst"])
  }

  /// What `pyproject.toml` says; nil without one that can be read.
  var pyproject: TOMLNode? {
    files["pyproject.toml"].flatMap { try? TOMLDocument(parsing: $0.bytes).root }
  }

  /// The project's name in `pyproject.toml`, also in Poetry's table; nil without one.
  package var metadataName: String? {
    let project = try? pyproject?.optional("project")?.optional("name")?.string()
    let poetry = try? pyproject?.optional("tool")?.optional("poetry")?.optional("name")?.string()
    return project ?? poetry
  }

  /// Pages in which users look for how to verify.
  var userPages: [AuditedFile] {
    files.values.filter { file in
      let path = file.path.lowercased()
      guard path.hasSuffix(".md") || path.hasSuffix(".rst") || path.hasSuffix(".txt") else {
        return false
      }
      return !path.mentions("changelog") && !path.hasPrefix(".github/workflows")
        && !path.mentions("requirements") && !path.mentions("license")
    }.sorted { $0.path < $1.path }
  }
}

/// A line of a file.
struct TextLine: Sendable {
  /// The text; what is not UTF-8 is repaired.
  let text: String
  /// Its bytes, without the line break.
  let span: Range<Int>
}

extension AuditedFile {
  /// Its lines.
  var textLines: [TextLine] {
    (1...lines.count).map { number in
      let bytes = lines.contents(ofLine: number)
      return TextLine(
        text: String(decoding: bytes, as: UTF8.self), span: bytes.startIndex..<bytes.endIndex)
    }
  }

  /// The text; what is not UTF-8 is repaired.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The place of a text's first occurrence.
  func place(of text: String) -> Finding.Place? {
    self.text.firstPlace(of: text).map {
      Finding.Place(path, $0..<($0 + text.utf8.count))
    }
  }
}
