// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import ReleaseAudit
import SourceText

/// The versions of Python that workflows use: those that the project's `requires-python` allows.
struct PythonVersion: Hashable, Sendable {
  /// What releases are built with.
  let ofReleases: String
  /// What changes are tested with: the oldest and that of releases.
  let tested: [String]

  /// The oldest version that a new project is tested with.
  static let oldestTested = "3.10"

  // What the runners have, in the order in which one is taken for releases.
  private static let known = ["3.13", "3.14", "3.12", "3.11", "3.10", "3.9"]

  /// Chooses versions.
  ///
  /// - Parameter required: what `requires-python` says; nil where it says nothing.
  /// - Throws: ``AdoptionRefusal`` where no known version is allowed.
  init(required: VersionSpecifiers?) throws(AdoptionRefusal) {
    let allowed = Self.known.filter { required.allows($0) }
    guard let first = allowed.first else {
      throw AdoptionRefusal(problems: [
        .init(
          "`requires-python = \"\(required?.text ?? "")\"` allows no version of Python that "
            + "workflows are written for",
          help: "allow the newest of one of 3.9 to 3.14 there, such as `>=3.10`")
      ])
    }
    ofReleases = first
    let oldest = Self.known.reversed().first { $0 != "3.9" && allowed.contains($0) } ?? first
    tested = oldest == first ? [first] : [oldest, first]
  }

  /// Reads `requires-python` of pyproject.toml, and chooses.
  ///
  /// - Throws: ``AdoptionRefusal`` where it cannot be read, or allows no known version.
  static func of(_ outline: ReleaseOutline) throws(AdoptionRefusal) -> PythonVersion {
    guard let project = try? outline.pyproject?.optional("project"),
      let node = try? project.optional("requires-python")
    else { return try PythonVersion(required: nil) }
    guard let text = try? node.string(), let required = try? VersionSpecifiers(text) else {
      throw AdoptionRefusal(problems: [
        .init(
          "`requires-python` in `pyproject.toml` cannot be read",
          help: "write it as versions with comparisons, such as `>=3.10`")
      ])
    }
    return try PythonVersion(required: required)
  }
}

extension VersionSpecifiers? {
  // A workflow gets the newest of a minor version, so a late one must be allowed.
  fileprivate func allows(_ minor: String) -> Bool {
    guard let self else { return true }
    return (try? Version(minor + ".99")).map { self.contains($0) } ?? false
  }
}
