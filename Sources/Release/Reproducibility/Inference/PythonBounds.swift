// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import PythonPackaging

/// Which interpreters a build may be repeated with: minor versions of Python 3.
package struct PythonBounds: Hashable, Sendable {
  /// The newest minor version; `nil` for any.
  package private(set) var newest: Int?
  /// What the project asks for (`Requires-Python`).
  package let required: VersionSpecifiers
  /// Why there is a newest one.
  package private(set) var reason: String?

  // The days on which minor versions appeared: an older file cannot have been built by them.
  private static let releases = [
    (9, "2020-10-05"), (10, "2021-10-04"), (11, "2022-10-24"), (12, "2023-10-02"),
    (13, "2024-10-07"), (14, "2025-10-07"),
  ]

  /// Any interpreter that the project wants.
  package init(required: VersionSpecifiers) { self.required = required }

  /// Makes the bounds of a build: what the project wants, and what there was at a time.
  package init(metadata: CoreMetadata, uploadedAt time: Timestamp?) {
    self.init(
      required: metadata.value(of: "Requires-Python").flatMap { try? VersionSpecifiers($0) }
        ?? .any)
    guard let time else { return }
    for (minor, day) in Self.releases {
      guard let appeared = try? Timestamp(rfc3339: "\(day)T00:00:00Z"), time < appeared else {
        continue
      }
      restrict(to: minor - 1, because: "the file was uploaded before Python 3.\(minor) appeared")
      break
    }
  }

  /// Allows no minor version above one.
  package mutating func restrict(to minor: Int, because reason: String) {
    guard newest.map({ minor < $0 }) ?? true else { return }
    newest = minor
    self.reason = reason
  }

  /// Whether a version of Python, such as 3.12.1, is within the bounds.
  package func allows(_ version: Version, minor: Int) -> Bool {
    (newest.map { minor <= $0 } ?? true) && required.contains(version)
  }

  /// The bounds in words, such as `3.8 or older, >=3.7`.
  package var text: String {
    let parts = [newest.map { "3.\($0) or older" }, required == .any ? nil : required.text]
    let present = parts.compactMap { $0 }
    return present.isEmpty ? "any Python 3" : present.joined(separator: ", ")
  }
}
