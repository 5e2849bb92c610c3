// SPDX-License-Identifier: Apache-2.0

/// What kind of file a path names.
enum ProjectFiles {
  /// Whether it is YAML, by its name.
  static func isYAML(_ path: String) -> Bool {
    path.utf8.suffix(4).elementsEqual(".yml".utf8)
      || path.utf8.suffix(5).elementsEqual(".yaml".utf8)
  }

  /// Whether it is TOML, by its name.
  static func isTOML(_ path: String) -> Bool { path.utf8.suffix(5).elementsEqual(".toml".utf8) }
}
