// SPDX-License-Identifier: Apache-2.0

/// A builder's name and, where it has one, its version: `name@version`
/// (slsa-verifier `verifiers/utils/builder.go`).
package struct BuilderIdentifier: Hashable, Sendable, CustomStringConvertible {
  /// The name, a URI.
  package let name: String
  /// What follows the `@`, such as `refs/tags/v1.2.3`; `nil` without one.
  package let version: String?

  /// Reads a builder; where `needsVersion`, a version must be there.
  ///
  /// - Throws: ``ProvenanceReason/invalidFormat``.
  init(_ text: String, needsVersion: Bool = false) throws(ProvenanceFailure) {
    let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    switch parts.count {
    case 1 where !needsVersion:
      name = text
      version = nil
    case 2 where !parts[1].isEmpty:
      name = String(parts[0]) ?? ""
      version = String(parts[1])
    default:
      throw ProvenanceReason.invalidFormat.failure(
        "the builder `\(text)` is not of the form name@version")
    }
  }

  /// How versions are compared.
  enum Match {
    /// Only if an expected version is given.
    case loose
    /// Always.
    case exact
  }

  /// Compares with the builder that is expected; an expected `v1.2.3` also means the tag of that
  /// name where `allowsTag`.
  ///
  /// - Throws: ``ProvenanceReason/mismatchBuilderID``, ``ProvenanceReason/invalidFormat``.
  func check(
    expected text: String, _ match: Match, allowsTag: Bool = true
  ) throws(ProvenanceFailure) {
    let expected = try BuilderIdentifier(text)
    guard expected.name.utf8.elementsEqual(name.utf8) else {
      throw ProvenanceReason.mismatchBuilderID.failure(
        "expected the builder `\(expected.name)`, found `\(name)`")
    }
    if match == .loose, expected.version == nil { return }
    let found = version ?? ""
    let wanted = expected.version ?? ""
    guard
      found.utf8.elementsEqual(wanted.utf8)
        || allowsTag && found.utf8.elementsEqual("refs/tags/\(wanted)".utf8)
    else {
      throw ProvenanceReason.mismatchBuilderID.failure(
        "expected version `\(wanted)` of the builder, found `\(found)`")
    }
  }

  /// `name@version`.
  package var description: String { version.map { "\(name)@\($0)" } ?? name }
}
