// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// What an index says about one file: attestations grouped by publisher (PEP 740 provenance
/// object, version 1).
///
/// The publisher named here is the index's claim. Verification compares the certificate with the
/// reader's own expectation, never with this field.
package struct Provenance: Hashable, Sendable {
  /// The attestations of one publisher.
  package struct AttestationBundle: Hashable, Sendable {
    /// Who published, as the index says.
    package let publisher: Publisher
    /// The attestations; may be empty, which verifiers must treat as none.
    package let attestations: [PyPIAttestation]

    /// Groups attestations.
    package init(publisher: Publisher, attestations: [PyPIAttestation]) {
      self.publisher = publisher
      self.attestations = attestations
    }
  }

  /// The groups; may be empty.
  package let attestationBundles: [AttestationBundle]

  /// Makes a provenance object.
  package init(_ attestationBundles: [AttestationBundle]) {
    self.attestationBundles = attestationBundles
  }

  /// Reads the JSON text of a provenance object.
  ///
  /// - Throws: `DocumentError`.
  package init(parsing bytes: [UInt8]) throws(DocumentError) {
    try self.init(JSONNode(parsing: bytes))
  }

  /// Reads a provenance object.
  ///
  /// - Throws: `DocumentError`.
  package init(_ node: JSONNode) throws(DocumentError) {
    // Files from the time of the first implementations have no version member.
    if let version = try node.optional("version"), try version.integer() != 1 {
      throw version.error("expected version 1")
    }
    var bundles: [AttestationBundle] = []
    for item in try node.required("attestation_bundles").array(limit: 64) {
      var attestations: [PyPIAttestation] = []
      for attestation in try item.required("attestations").array(limit: 64) {
        attestations.append(try PyPIAttestation(attestation))
      }
      bundles.append(
        AttestationBundle(
          publisher: try Publisher(try item.required("publisher")), attestations: attestations))
    }
    attestationBundles = bundles
  }

  /// The JSON form.
  package var json: JSONValue {
    [
      "version": 1,
      "attestation_bundles": .array(
        attestationBundles.map { bundle in
          [
            "publisher": bundle.publisher.json,
            "attestations": .array(bundle.attestations.map(\.json)),
          ]
        }),
    ]
  }
}
