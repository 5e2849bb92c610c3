// SPDX-License-Identifier: Apache-2.0

/// Git sources as provenance writes them (slsa-verifier `verifiers/utils/git.go`).
enum GitReference {
  /// The kinds of refs.
  enum Kind: String {
    /// `refs/heads/…`.
    case branch = "heads"
    /// `refs/tags/…`.
    case tag = "tags"
  }

  /// A source as the user writes it, in the form of provenance: `git+https://host/path`.
  static func normalized(_ source: String) -> String {
    let bytes = source.utf8
    if bytes.starts(with: "git+".utf8) { return source }
    return source.contains("://") ? "git+\(source)" : "git+https://\(source)"
  }

  /// Splits `git+URI@ref` at the first `@`.
  ///
  /// - Throws: ``ProvenanceReason/malformedURI``.
  static func split(_ uri: String) throws(ProvenanceFailure) -> (uri: String, ref: String?) {
    guard uri.utf8.starts(with: "git+".utf8) else {
      throw ProvenanceReason.malformedURI.failure("`\(uri)` is not a git URI")
    }
    let parts = uri.utf8.split(
      separator: UInt8(ascii: "@"), maxSplits: 1, omittingEmptySubsequences: false)
    let ref = parts.count == 2 ? String(parts[1]) : nil
    return (String(parts[0]) ?? "", ref.flatMap { $0.isEmpty ? nil : $0 })
  }

  /// The kind of a full ref, `nil` for other texts.
  static func kind(of ref: String) -> Kind? {
    parts(of: ref).flatMap { Kind(rawValue: $0.kind) }
  }

  /// The name in a full ref of a kind.
  ///
  /// - Throws: ``ProvenanceReason/invalidRef``.
  static func name(_ kind: Kind, in ref: String) throws(ProvenanceFailure) -> String {
    guard let parts = parts(of: ref), parts.kind == kind.rawValue, !parts.name.isEmpty else {
      throw ProvenanceReason.invalidRef.failure(
        "`\(ref)` is not of the form refs/\(kind.rawValue)/NAME")
    }
    return parts.name
  }

  /// Kind and name of `refs/KIND/NAME`, whatever the kind; `nil` for other texts.
  static func parts(of ref: String) -> (kind: String, name: String)? {
    let parts = ref.utf8.split(
      separator: UInt8(ascii: "/"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].elementsEqual("refs".utf8) else { return nil }
    return (String(parts[1]) ?? "", String(parts[2]) ?? "")
  }
}
