// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import FoundationEssentials
import PyPIAttestations
import Sigstore
import SwiftASN1
import TUF
import TransparencyLog
import TrustStore
import X509

extension FuzzTarget {
  /// Notes, certificates, timestamps, bundles and trust.
  static let evidence: [FuzzTarget] = [
    FuzzTarget("signed-note") { bytes in
      guard let text = String(validating: bytes, as: UTF8.self) else { return }
      let note = try SignedNote(parsing: text)
      guard let first = note.signatures.first else { return }
      // With a key that agrees with everything, to come to the checkpoint in the text.
      let key = NoteKey(name: first.name, id: first.keyHint) { _, _ in true }
      let verified = try note.verified(by: key)
      require(text.utf8.starts(with: verified.text.utf8), "a text that is not in the note")
      let checkpoint = try Checkpoint(verified)
      require(checkpoint.text == verified.text, "two texts for the same checkpoint")
    },
    FuzzTarget("certificate") { bytes in
      // Two readers of certificates: what both accept, they read alike. The library refuses some
      // that the quick one leaves to the check of the issuer's signature.
      let certificate = try SigningCertificate(der: bytes)
      let other = try Certificate(derEncoded: bytes)
      require(
        certificate.tbsCertificate.elementsEqual(other.tbsCertificateBytes), "another body")
      require(
        certificate.notBefore.seconds == Int64(other.notValidBefore.timeIntervalSince1970)
          && certificate.notAfter.seconds == Int64(other.notValidAfter.timeIntervalSince1970),
        "another validity")
      _ = try SignedCertificateTimestamp.embedded(in: certificate)
      _ = try PrecertificateBody.bytes(tbsCertificate: certificate.tbsCertificate)
    },
    FuzzTarget("authorities") { bytes in
      _ = try? CertificateAuthorityChain(der: [bytes])
      _ = try? TimestampAuthorityChain(der: [bytes, bytes])
    },
    FuzzTarget("public-key") { bytes in
      if let key = try? SignatureKey(subjectPublicKeyInfo: bytes) {
        require(!key.isValidSignature(bytes, for: [1, 2, 3]), "a signature from nowhere")
      }
      _ = try? SignatureKey(rsaPublicKey: bytes)
      _ = try? SignatureKey(pem: String(decoding: bytes, as: UTF8.self))
    },
    FuzzTarget("timestamp-response") { bytes in
      let timestamp = try RFC3161Timestamp(parsing: bytes)
      let message = Array("a message that nobody stamped".utf8)
      for authority in trustedRoot.timestampAuthorities {
        wait {
          let accepted: Void? = try? await authority.chain.check(timestamp, message: message)
          require(accepted == nil, "a timestamp of another message")
        }
      }
    },
    FuzzTarget("bundle") { bytes in
      let bundle = try Bundle(parsing: bytes)
      requireSame(bundle.json) {
        try Bundle(parsing: Array(bundle.json.compactText.utf8)).json
      }
    },
    FuzzTarget("trusted-root") { bytes in
      let root = try TrustedRoot(parsing: bytes)
      requireSame(root) { try TrustedRoot(parsing: Array(root.json.compactText.utf8)) }
    },
    FuzzTarget("signing-config") { bytes in
      let config = try SigningConfig(parsing: bytes)
      requireSame(config) { try SigningConfig(parsing: Array(config.json.compactText.utf8)) }
    },
    FuzzTarget("tuf-root") { bytes in
      let root = try RootMetadata(trusted: bytes)
      require(RootMetadata.version(of: bytes) == root.header.version, "another version")
    },
    FuzzTarget("tuf-update") { bytes in
      // The same bytes as every file: from a root that is real, and from themselves.
      let roots = [BuiltInInstance.publicGood.repositoryRoot, bytes]
      for root in roots.compactMap({ try? RootMetadata(trusted: $0) }) {
        var update = UpdateWorkflow(root: root, now: Timestamp(unixSeconds: 0))
        try? update.run(cache: NoCache()) { _ in bytes }
        require(update.repository == nil, "a repository of one file")
      }
    },
    FuzzTarget("trust-export") { bytes in
      let record = try InstanceRecord(parsing: bytes)
      requireSame(record) { try InstanceRecord(parsing: record.bytes) }
      _ = try? record.instance()
    },
    FuzzTarget("log-entry-body") { bytes in
      _ = try LogEntryBody(parsing: bytes)
    },
    FuzzTarget("npm-keys") { bytes in
      _ = try NpmRegistryKeys(parsing: bytes)
    },
  ]

  /// Envelopes, statements and the forms in which registries and tools wrap them.
  static let attestations: [FuzzTarget] = [
    FuzzTarget("envelope") { bytes in
      _ = try DSSEEnvelope(try JSONNode(parsing: bytes))
    },
    FuzzTarget("statement") { bytes in
      let statement = try Statement(parsing: bytes)
      _ = try statement.payload()
    },
    FuzzTarget("build-provenance") { bytes in
      let statement = try Statement(parsing: bytes)
      let provenance = try BuildProvenance(parsing: bytes)
      require(provenance.subjects == statement.subjects, "subjects of another statement")
    },
    FuzzTarget("cloud-build") { bytes in
      let provenance = try CloudBuildProvenance(parsing: bytes)
      for record in provenance.records {
        guard let payload = try? Base64.decodeURL(record.payload) else { continue }
        _ = try? CloudBuildStatement(parsing: payload, version: .v01)
        _ = try? CloudBuildStatement(parsing: payload, version: .v1)
      }
    },
    FuzzTarget("cloud-build-statement") { bytes in
      _ = try? CloudBuildStatement(parsing: bytes, version: .v01)
      _ = try? CloudBuildStatement(parsing: bytes, version: .v1)
    },
    FuzzTarget("verification-summary") { bytes in
      _ = try VerificationSummary(parsing: bytes)
    },
    FuzzTarget("npm-attestations") { bytes in
      _ = try NpmAttestations(try JSONNode(parsing: bytes))
    },
    FuzzTarget("cosign-annotations") { bytes in
      // The annotations and, in a member of its own, the layer.
      let node = try JSONNode(parsing: bytes)
      let layer = Array(try node.required("layer").string().utf8)
      _ = try CosignAttestation.bundle(layer: layer, annotations: node)
    },
    FuzzTarget("legacy-envelope") { bytes in
      let legacy = try LegacyEnvelope(parsing: bytes)
      require(
        legacy.entryUUIDs.allSatisfy { $0.utf8.count == 64 } && !legacy.entryUUIDs.isEmpty,
        "no place in the log")
    },
    FuzzTarget("pypi-attestation") { bytes in
      let attestation = try PyPIAttestation(parsing: bytes)
      requireSame(attestation) {
        try PyPIAttestation(parsing: Array(attestation.json.compactText.utf8))
      }
    },
    FuzzTarget("pypi-provenance") { bytes in
      let provenance = try PyPIAttestations.Provenance(parsing: bytes)
      requireSame(provenance) {
        try Provenance(parsing: Array(provenance.json.compactText.utf8))
      }
    },
    FuzzTarget("rekor-answer") { bytes in
      _ = try RekorAnswer(parsing: bytes)
    },
  ]
}

/// A cache that holds nothing and keeps nothing.
private struct NoCache: MetadataCache {
  func bytes(ofRole role: String, limit: Int) -> [UInt8]? { nil }
  func apply(_ change: CacheChange) {}
}
