// SPDX-License-Identifier: Apache-2.0

package import PythonPackaging

/// Project and version that a distribution's file name says, to compare with the tag it was built
/// from.
package struct ReleaseName: Hashable, Sendable {
  /// The project.
  package let project: ProjectName
  /// The version.
  package let version: Version

  /// Names a release.
  package init(project: ProjectName, version: Version) {
    self.project = project
    self.version = version
  }

  /// Reads a wheel's or sdist's file name; `nil` for any other file.
  package init?(filename: String) {
    guard let name = try? DistributionFilename(filename) else { return nil }
    self.init(project: name.project, version: name.version)
  }

  /// Whether a tag is of this version: equal by PEP 440, with or without `v`, and in repositories of
  /// several projects after the project's name and one of `-`, `_`, `/` or `@`.
  package func isTag(_ tag: String) -> Bool {
    var candidates = [Array(tag.utf8)]
    // The name may hold the separators too, so every place is tried.
    let bytes = Array(tag.utf8)
    for (position, byte) in bytes.enumerated() where "-_/@".utf8.contains(byte) {
      let name = String(decoding: bytes[..<position], as: UTF8.self)
      if (try? ProjectName(name)) == project {
        candidates.append(Array(bytes[(position + 1)...]))
      }
    }
    // A version may start with `v` by PEP 440 itself.
    return candidates.contains { candidate in
      (try? Version(String(decoding: candidate, as: UTF8.self))) == version
    }
  }
}
