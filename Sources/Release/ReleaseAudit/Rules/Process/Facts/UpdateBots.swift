// SPDX-License-Identifier: Apache-2.0

import SourceText

/// An entry of a Dependabot configuration.
struct UpdateEntry: Sendable {
  /// The file.
  let file: DependabotFile
  /// The ecosystem: `github-actions`, `pip`, `uv`.
  let ecosystem: String
  /// What is written of it.
  let node: YAMLNode

  /// The place of its ecosystem.
  var place: Finding.Place {
    Finding.Place(file.path, node["package-ecosystem"]?.resolved.span ?? node.resolved.span)
  }
}

extension AuditedProject {
  /// The entries of Dependabot's configuration.
  var updateEntries: [UpdateEntry] {
    dependabot.flatMap { file in
      (file.document.root["updates"]?.items ?? []).compactMap { item in
        item["package-ecosystem"]?.string.map {
          UpdateEntry(file: file, ecosystem: $0, node: item)
        }
      }
    }
  }

  /// The configuration of Renovate.
  var renovate: AuditedFile? {
    first(of: [
      "renovate.json", "renovate.json5", ".github/renovate.json", ".github/renovate.json5",
      ".renovaterc", ".renovaterc.json", ".gitlab/renovate.json",
    ])
  }

  /// Whether it is a Python project.
  var isPython: Bool {
    files["pyproject.toml"] != nil || files["setup.py"] != nil
      || files.keys.contains { $0.mentions("requirements") && $0.hasSuffix(".txt") }
  }
}
