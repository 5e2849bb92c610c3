// SPDX-License-Identifier: Apache-2.0

package import Certificates
package import Encodings

/// What npm's registry says about a package version: `GET /-/npm/v1/attestations/NAME@VERSION`,
/// `{attestations: [{predicateType, bundle}]}`, parsed and not verified.
///
/// There are two kinds: the build's provenance, signed by the workflow's certificate, and the
/// registry's own publish attestation, signed by one of the registry's keys.
package struct NpmAttestations: Hashable, Sendable {
  /// What the types of publish attestations start with; the version follows.
  package static let publishTypePrefix =
    "https://github.com/npm/attestation/tree/main/specs/publish/"

  /// One attestation.
  package struct Attestation: Hashable, Sendable {
    /// The predicate type as the registry says it; the signed statement decides.
    package let predicateType: String
    /// The bundle.
    package let bundle: Bundle
  }

  /// All attestations.
  package let attestations: [Attestation]

  /// Reads the registry's answer.
  ///
  /// - Throws: `DocumentError`.
  package init(_ node: JSONNode) throws(DocumentError) {
    var attestations: [Attestation] = []
    for item in try node.required("attestations").array(limit: 32) {
      attestations.append(
        Attestation(
          predicateType: try item.required("predicateType").string(),
          bundle: try Bundle(try item.required("bundle"))))
    }
    self.attestations = attestations
  }
}

/// The keys by which a registry signs publish attestations (`registry.npmjs.org/keys.json` of
/// Sigstore's TUF repository): `{keys: [{keyId, keyUsage, publicKey}]}`.
package struct NpmRegistryKeys: Hashable, Sendable {
  /// One key.
  package struct Key: Hashable, Sendable {
    /// Its name, which a bundle's hint repeats.
    package let id: String
    /// What it is for, such as `npm:attestations`.
    package let usage: String
    /// The key.
    package let key: SignatureKey
    /// When it counts.
    package let validity: ValidityPeriod
  }

  /// The usage of keys that sign attestations.
  package static let attestationUsage = "npm:attestations"

  /// All keys.
  package let keys: [Key]

  /// Reads the keys.
  ///
  /// - Throws: `DocumentError`, also for keys of kinds that are not supported.
  package init(parsing bytes: [UInt8]) throws(DocumentError) {
    var keys: [Key] = []
    for item in try JSONNode(parsing: bytes).required("keys").array(limit: 256) {
      let keyNode = try item.required("publicKey")
      let raw = try keyNode.required("rawBytes")
      guard let key = try? SignatureKey(subjectPublicKeyInfo: try raw.bytes()) else {
        throw raw.error("not a public key of a supported kind")
      }
      keys.append(
        Key(
          id: try item.required("keyId").string(), usage: try item.required("keyUsage").string(),
          key: key, validity: try ValidityPeriod(try keyNode.required("validFor"))))
    }
    self.keys = keys
  }

  /// The key that a hint names, for signing attestations.
  package func attestationKey(_ hint: String) -> Key? {
    keys.first {
      $0.id.utf8.elementsEqual(hint.utf8) && $0.usage.utf8.elementsEqual(Self.attestationUsage.utf8)
    }
  }
}
