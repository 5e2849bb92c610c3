// SPDX-License-Identifier: Apache-2.0

package import Attestations
import Certificates
import Crypto
package import Encodings
package import Sigstore
import TransparencyLog
import X509

/// A whole Sigstore instance in memory that signs truthfully, or tells one lie at a time.
package struct TrustSimulator: Sendable {
  /// The moment of signing.
  package static let time = Timestamp(unixSeconds: 1_767_225_600)
  /// The present for verifiers, a day later.
  package static let now = time.adding(seconds: 86_400)
  /// The signer's name.
  package static let name = "https://stack.example/workspace/greeting"
  /// The signer's issuer.
  package static let issuer = "https://stack.example"

  private static let start = time.adding(seconds: -86_400)
  private static let host = "log.example"

  private let authority: SimulatedAuthority
  private let logKey = P256.Signing.PrivateKey()
  private let otherEntries = (0..<6).map { MerkleHash.leaf([UInt8($0)]) }

  /// Makes an instance with fresh keys.
  package init() throws {
    authority = try SimulatedAuthority(start: Self.start)
  }

  /// Whom a verifier of this instance trusts.
  package func trustedRoot() throws -> TrustedRoot {
    let validity = ValidityPeriod(start: Self.start, end: nil)
    func key(_ key: P256.Signing.PrivateKey) throws -> SignatureKey {
      try SignatureKey(subjectPublicKeyInfo: Array(key.publicKey.derRepresentation))
    }
    return TrustedRoot(
      transparencyLogs: [
        TrustedRoot.Log(
          baseURL: "https://\(Self.host):8443/", key: try key(logKey), validity: validity)
      ],
      certificateAuthorities: [
        try TrustedRoot.Authority(
          organization: "simulated", commonName: "simulated", uri: "https://ca.example",
          certificates: [
            try SimulatedAuthority.der(authority.intermediate),
            try SimulatedAuthority.der(authority.root),
          ], validity: validity)
      ],
      certificateLogs: [
        TrustedRoot.Log(
          baseURL: "https://ct.example", key: try key(authority.logKey), validity: validity)
      ])
  }

  /// Signs a statement.
  package func sign(_ statement: Statement, lie: Lie? = nil) throws -> Bundle {
    let key = P256.Signing.PrivateKey()
    let certificate = try authority.issue(
      for: key.publicKey, name: Self.name, issuer: Self.issuer, at: Self.time, lie: lie)
    var statement = statement
    if lie == .statementOfOtherFile {
      statement = Statement(
        subjects: [Subject(name: "other", sha256: SHA256Hash(hashing: [9]))],
        predicateType: statement.predicateType, predicate: statement.predicate)
    }
    let payload =
      lie == .payloadNotStatement ? Array("[]".utf8) : try statement.payload()
    let type = lie == .payloadTypeOther ? "text/plain" : DSSEEnvelope.inTotoPayloadType
    let signed = DSSEEnvelope.preAuthenticationEncoding(payloadType: type, payload: payload)
    let signer = lie == .signatureByOtherKey ? P256.Signing.PrivateKey() : key
    let envelope = DSSEEnvelope(
      payloadType: type, payload: payload,
      signature: Array(try signer.signature(for: signed).derRepresentation))
    let entries =
      lie == .noLogEntry ? [] : [try log(envelope, certificate: certificate, lie: lie)]
    return Bundle(
      certificate: certificate, content: .envelope(envelope), logEntries: entries)
  }

  private func body(
    _ envelope: DSSEEnvelope, certificate: [UInt8], lie: Lie?
  ) throws -> [UInt8] {
    var envelope = envelope
    var pem = PEM.encode(certificate, label: "CERTIFICATE")
    switch lie {
    case .bodyOfOtherSignature:
      envelope = DSSEEnvelope(
        payloadType: envelope.payloadType, payload: envelope.payload, signature: [1, 2, 3])
    case .bodyOfOtherPayload:
      envelope = DSSEEnvelope(
        payloadType: envelope.payloadType, payload: [7], signature: envelope.signature)
    case .bodyOfOtherCertificate:
      pem = PEM.encode(
        try SimulatedAuthority.der(authority.intermediate), label: "CERTIFICATE")
    case .bodyOfOtherKind:
      return try LogEntryBody.hashedrekord(
        digest: SHA256Hash(hashing: envelope.preAuthenticationEncoding),
        signature: envelope.signature, verifierPEM: pem)
    default: break
    }
    return try LogEntryBody.dsse(
      envelope, envelopeText: Array(envelope.json.compactText.utf8), verifierPEM: pem)
  }

  private func log(
    _ envelope: DSSEEnvelope, certificate: [UInt8], lie: Lie?
  ) throws -> TransparencyLogEntry {
    let body = try body(envelope, certificate: certificate, lie: lie)
    let logKey = lie == .unknownLog ? P256.Signing.PrivateKey() : self.logKey
    let logID = SHA256Hash(hashing: Array(logKey.publicKey.derRepresentation)).bytes

    var time = Self.time.seconds + 5
    switch lie {
    case .timeBeforeCertificate: time = Self.time.seconds - 1
    case .timeAfterCertificate: time = Self.time.seconds + 601
    case .timeInFuture: time = Self.now.seconds + 1
    case .timeBeforeLogKey: time = Self.start.seconds - 1
    default: break
    }
    let index: UInt64 = 1_000_003
    var promise = try SignedEntryTimestamp.payload(
      body: body, integratedTime: time, logID: logID, logIndex: index)
    if lie == .entryTimestampForged { promise.append(0x20) }
    let timestamp =
      lie == .noEntryTimestamp
      ? nil : Array(try logKey.signature(for: promise).derRepresentation)

    return TransparencyLogEntry(
      logIndex: index, logID: logID,
      kind: lie == .kindMisannounced ? "hashedrekord" : bodyKind(lie),
      version: "0.0.1", integratedTime: time, signedEntryTimestamp: timestamp,
      inclusion: lie == .noInclusionProof
        ? nil : try inclusion(MerkleHash.leaf(body), logKey: logKey, logID: logID, lie: lie),
      canonicalizedBody: body)
  }

  private func bodyKind(_ lie: Lie?) -> String {
    lie == .bodyOfOtherKind ? "hashedrekord" : "dsse"
  }

  private func inclusion(
    _ leaf: SHA256Hash, logKey: P256.Signing.PrivateKey, logID: [UInt8], lie: Lie?
  ) throws -> TransparencyLogEntry.Inclusion {
    let tree = NaiveTree(leaves: otherEntries[..<3] + [leaf] + otherEntries[3...])
    let size = UInt64(tree.leaves.count)
    var hashes = try MerkleTree.inclusionProof(index: 3, size: size, reading: tree)
    if lie == .inclusionHash { hashes[0] = MerkleHash.emptyRoot }
    if lie == .inclusionExtraHash { hashes.append(MerkleHash.emptyRoot) }
    let root = try MerkleTree.root(size: size, reading: tree)
    let otherTree = lie == .checkpointOfOtherTree
    let checkpoint = Checkpoint(
      origin: lie == .checkpointOfOtherOrigin ? "evil.example" : "\(Self.host) - 12345",
      size: otherTree ? 3 : size,
      rootHash: otherTree ? try MerkleTree.root(size: 3, reading: tree) : root)
    var signed = Array(checkpoint.text.utf8)
    if lie == .checkpointForged { signed[0] ^= 1 }
    let note = SignedNote.format(
      text: checkpoint.text, name: Self.host,
      keyHint: lie == .checkpointKeyHint ? [1, 2, 3, 4] : Array(logID.prefix(4)),
      signature: Array(try logKey.signature(for: signed).derRepresentation))
    return TransparencyLogEntry.Inclusion(
      logIndex: lie == .inclusionIndex ? 2 : 3, rootHash: root, treeSize: size, hashes: hashes,
      checkpoint: lie == .noCheckpoint ? nil : note)
  }
}

/// A tree that computes every node from its leaves; the oracle for stored ones.
package struct NaiveTree: MerkleNodeReader {
  /// The leaf hashes.
  package let leaves: [SHA256Hash]

  /// Makes a tree.
  package init(leaves: some Sequence<SHA256Hash>) {
    self.leaves = Array(leaves)
  }

  package func node(level: Int, index: UInt64) throws -> SHA256Hash {
    let width = 1 << level
    return root(leaves[Int(index) * width..<(Int(index) + 1) * width])
  }

  /// RFC 6962 §2.1, word by word.
  package func root(_ range: ArraySlice<SHA256Hash>) -> SHA256Hash {
    guard let first = range.first else { return MerkleHash.emptyRoot }
    guard range.count > 1 else { return first }
    var split = 1
    while split * 2 < range.count { split *= 2 }
    let middle = range.startIndex + split
    return MerkleHash.node(root(range[..<middle]), root(range[middle...]))
  }
}
