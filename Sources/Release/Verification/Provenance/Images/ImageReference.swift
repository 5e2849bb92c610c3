// SPDX-License-Identifier: Apache-2.0

package import Attestations

/// An image by digest, `name@sha256:HEX`.
///
/// A tag can be moved after it was verified, so it is refused (slsa-verifier
/// `verifiers/utils/container`).
package struct ImageReference: Hashable, Sendable {
  /// The name, with registry and perhaps tag.
  package let name: String
  /// The digest.
  package let digest: ArtifactDigest

  /// Reads a reference.
  ///
  /// - Throws: ``ProvenanceReason/mutableImage``.
  package init(_ text: String) throws(ProvenanceFailure) {
    guard let at = text.utf8.lastIndex(of: UInt8(ascii: "@")),
      let digest = ArtifactDigest(text.utf8[text.utf8.index(after: at)...].text),
      digest.algorithm == .sha256
    else {
      throw ProvenanceReason.mutableImage.failure("`\(text)` is not of the form name@sha256:HEX")
    }
    name = text.utf8[..<at].text
    self.digest = digest
  }
}
