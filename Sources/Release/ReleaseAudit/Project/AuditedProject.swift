// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// What an audit knows of a project; rules look at nothing else.
package struct AuditedProject: Sendable {
  /// The files that an audit reads, by their paths in the project, with `/`.
  package let files: [String: AuditedFile]
  /// Whether the whole repository was looked at, so that what is not there is missing.
  package let isWhole: Bool
  /// Which side is taken where recommendations contradict each other.
  package let profile: AuditProfile

  /// Makes a project of files.
  package init(
    files: [AuditedFile], isWhole: Bool, profile: AuditProfile = .spec8
  ) {
    self.files = Dictionary(files.map { ($0.path, $0) }) { first, _ in first }
    self.isWhole = isWhole
    self.profile = profile
  }
}

/// A file of a project.
package struct AuditedFile: Sendable {
  /// Its path in the project, with `/`.
  package let path: String
  /// Its text.
  package let lines: SourceLines

  /// The bytes.
  package var bytes: [UInt8] { lines.bytes }

  /// Makes a file.
  package init(path: String, bytes: [UInt8]) {
    self.path = path
    lines = SourceLines(bytes)
  }
}

/// Which side is taken where recommendations contradict each other.
package enum AuditProfile: String, Hashable, Sendable, CaseIterable {
  /// SPEC 8 of the Scientific Python projects: a release is started by hand.
  case spec8
  /// The strictest of all sides.
  case strict
  /// The secure package template: a release is started by a tag.
  case template
}
