// SPDX-License-Identifier: Apache-2.0

package import PyPIAttestations

/// How the provenance that an index serves for a file compares with what was uploaded (PEP 740).
package enum ServedProvenance: Hashable, Sendable {
  /// The same attestations and no others.
  case same
  /// None at all.
  case none
  /// Others: how many of the uploaded ones are missing, and how many are there in addition.
  case other(missing: Int, additional: Int)

  /// Compares by content, not by text: an index may write the members in another order.
  ///
  /// - Parameters:
  ///   - served: the provenance object of the index; `nil` if it has none.
  ///   - uploaded: the attestations that were uploaded.
  package init(_ served: Provenance?, uploaded: [PyPIAttestation]) {
    let found = Set(served?.attestationBundles.flatMap(\.attestations) ?? [])
    let expected = Set(uploaded)
    if found == expected {
      self = found.isEmpty ? .none : .same
    } else if found.isEmpty {
      self = .none
    } else {
      self = .other(
        missing: expected.subtracting(found).count, additional: found.subtracting(expected).count)
    }
  }
}
