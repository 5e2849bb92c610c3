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
  /// - Parameter required: what the project asks for; nil where it asks for nothing.
  /// - Throws: ``AdoptionRefusal`` where no known version is allowed.
  init(required: RequiredPython?) throws(AdoptionRefusal) {
    let allowed = Self.known.filter { required?.allows($0) ?? true }
    guard let first = allowed.first else {
      throw AdoptionRefusal(problems: [
        .init(
          "`\(required?.text ?? "")` allows no version of Python that workflows are written for",
          help: "allow the newest of one of 3.9 to 3.14 there, such as `>=3.10`")
      ])
    }
    ofReleases = first
    let oldest = Self.known.reversed().first { $0 != "3.9" && allowed.contains($0) } ?? first
    tested = oldest == first ? [first] : [oldest, first]
  }

  /// Reads what the project asks for, and chooses.
  ///
  /// - Throws: ``AdoptionRefusal`` where it cannot be read, or allows no known version.
  static func of(_ outline: ReleaseOutline) throws(AdoptionRefusal) -> PythonVersion {
    try PythonVersion(required: try RequiredPython.of(outline))
  }
}
