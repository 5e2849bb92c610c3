// SPDX-License-Identifier: Apache-2.0

/// The service whose provenance a builder makes (slsa-verifier `verifiers/verifier.go`).
package enum BuildService: Hashable, Sendable {
  /// Workflows on GitHub.
  case gitHub
  /// Google Cloud Build.
  case cloudBuild

  /// The service of an expected builder; GitHub if none is expected.
  ///
  /// - Throws: ``ProvenanceReason/verifierNotSupported``, ``ProvenanceReason/invalidFormat``.
  package init(builder: String?) throws(ProvenanceFailure) {
    guard let builder else {
      self = .gitHub
      return
    }
    let name = try BuilderIdentifier(builder).name
    if name.utf8.starts(with: "https://github.com/".utf8) {
      self = .gitHub
    } else if name.utf8.elementsEqual(TrustedBuilders.cloudBuild.utf8) {
      self = .cloudBuild
    } else {
      throw ProvenanceReason.verifierNotSupported.failure(
        "builds of `\(name)` cannot be judged here")
    }
  }
}
