// SPDX-License-Identifier: Apache-2.0

import SourceText

/// What kind of file a path names.
enum ProjectFiles {
  /// Whether it is YAML, by its name.
  static func isYAML(_ path: String) -> Bool {
    path.utf8.suffix(4).elementsEqual(".yml".utf8)
      || path.utf8.suffix(5).elementsEqual(".yaml".utf8)
  }

  /// Reads a file of values as an audit does, whose edits can be compared: YAML, JSON, JSON5.
  ///
  /// - Returns: The document; nil for files of another kind.
  /// - Throws: ``YAMLError``.
  static func document(_ path: String, _ bytes: [UInt8]) throws(YAMLError) -> YAMLDocument? {
    let name = path.lowercased().split(separator: "/").last ?? ""
    if ProjectPlaces.isRenovate(name) { return try YAMLDocument(parsingRelaxedJSON: bytes) }
    guard isYAML(path) || name.hasSuffix(".json") else { return nil }
    return try YAMLDocument(parsing: bytes)
  }

  /// Whether it is TOML, by its name.
  static func isTOML(_ path: String) -> Bool { path.utf8.suffix(5).elementsEqual(".toml".utf8) }
}
