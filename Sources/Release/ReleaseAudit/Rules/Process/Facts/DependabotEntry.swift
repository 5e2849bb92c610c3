// SPDX-License-Identifier: Apache-2.0

import SourceText

/// Entries of Dependabot's configuration as repairs write them: monthly, grouped, after a week.
enum DependabotEntry {
  /// Adds an ecosystem; nil where the file cannot be edited there.
  static func fix(
    _ title: String, _ ecosystem: String, in file: DependabotFile
  ) -> ProposedFix? {
    guard let list = file.document.root["updates"], list.items != nil else { return nil }
    let item: YAMLFragment = [
      "package-ecosystem": .scalar(ecosystem), "directory": "/",
      "schedule": ["interval": "monthly"],
      "groups": [name(ecosystem): ["patterns": ["*"]]], "cooldown": ["default-days": "7"],
    ]
    return file.document.fix(title, .needsReview, in: file.path) { () throws(YAMLEditRefusal) in
      try file.document.inserting(item, intoList: list)
    }
  }

  /// Writes a configuration for actions and, where requirements have fixed versions, for those.
  static func newFile(for project: AuditedProject) -> ProposedFix {
    let ecosystems = ["github-actions"] + [project.pinnedRequirements?.ecosystem].compactMap { $0 }
    var text = "version: 2\nupdates:\n"
    for ecosystem in ecosystems {
      text += """
          - package-ecosystem: \(ecosystem)
            directory: /
            schedule:
              interval: monthly
            groups:
              \(name(ecosystem)):
                patterns: ["*"]
            cooldown:
              default-days: 7

        """
    }
    return ProposedFix(
      "write a configuration for Dependabot", .needsReview,
      edits: [".github/dependabot.yml": [SourceEdit(0..<0, text)]])
  }

  private static func name(_ ecosystem: String) -> String {
    ecosystem == "github-actions" ? "actions" : "requirements"
  }
}

extension AuditedProject {
  /// The first file whose requirements have fixed versions, and its ecosystem for Dependabot.
  var pinnedRequirements: (path: String, ecosystem: String)? {
    let path = files.keys.sorted().first { path in
      path.hasSuffix("uv.lock") || path.hasSuffix("poetry.lock") || path.hasSuffix("pylock.toml")
        || (path.mentions("requirements") && path.hasSuffix(".txt")
          && (files[path]?.text.mentions("==") ?? false))
    }
    return path.map { ($0, $0.hasSuffix("uv.lock") ? "uv" : "pip") }
  }
}
