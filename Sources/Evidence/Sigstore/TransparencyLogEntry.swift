// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// A log entry as a bundle or PEP 740 attestation carries it (`TransparencyLogEntry` of
/// sigstore's protobuf-specs), with what the log promised about it.
///
/// Nothing here is verified. ``logIndex`` counts over all shards of a log; the proof's own index
/// counts within the shard.
package struct TransparencyLogEntry: Hashable, Sendable {
  /// `inclusionProof`.
  package struct Inclusion: Hashable, Sendable {
    /// Index of the entry within its tree.
    package let logIndex: UInt64
    /// The root that the proof claims.
    package let rootHash: SHA256Hash
    /// The size of the tree that the proof is for.
    package let treeSize: UInt64
    /// The sibling hashes, leaf to root.
    package let hashes: [SHA256Hash]
    /// The checkpoint, a signed note, as text; absent in some old bundles.
    package let checkpoint: String?

    /// Puts a proof together.
    package init(
      logIndex: UInt64, rootHash: SHA256Hash, treeSize: UInt64, hashes: [SHA256Hash],
      checkpoint: String?
    ) {
      self.logIndex = logIndex
      self.rootHash = rootHash
      self.treeSize = treeSize
      self.hashes = hashes
      self.checkpoint = checkpoint
    }
  }

  /// Index over all shards.
  package let logIndex: UInt64
  /// The log's identifier, SHA-256 of its public key for Rekor v1.
  package let logID: [UInt8]
  /// `kindVersion.kind`, such as `dsse`.
  package let kind: String
  /// `kindVersion.version`, such as `0.0.1`.
  package let version: String
  /// Unix time at which the log says it took the entry; `nil` when absent or 0 (Rekor v2).
  ///
  /// Authentic only with a verified signed entry timestamp.
  package let integratedTime: Int64?
  /// The signed entry timestamp (`inclusionPromise`), if any.
  package let signedEntryTimestamp: [UInt8]?
  /// The inclusion proof, if any.
  package let inclusion: Inclusion?
  /// The entry's body exactly as it was hashed into the tree.
  package let canonicalizedBody: [UInt8]

  /// Puts an entry together.
  package init(
    logIndex: UInt64, logID: [UInt8], kind: String, version: String, integratedTime: Int64?,
    signedEntryTimestamp: [UInt8]?, inclusion: Inclusion?, canonicalizedBody: [UInt8]
  ) {
    self.logIndex = logIndex
    self.logID = logID
    self.kind = kind
    self.version = version
    self.integratedTime = integratedTime
    self.signedEntryTimestamp = signedEntryTimestamp
    self.inclusion = inclusion
    self.canonicalizedBody = canonicalizedBody
  }

  /// Reads the protobuf JSON form; absent scalar fields have protobuf's default.
  ///
  /// - Throws: `DocumentError`.
  package init(_ node: JSONNode) throws(DocumentError) {
    logIndex = try node.optional("logIndex")?.unsigned64() ?? 0
    logID = try node.required("logId").required("keyId").bytes()
    let kindVersion = try node.required("kindVersion")
    kind = try kindVersion.required("kind").string()
    version = try kindVersion.required("version").string()
    let time = try node.optional("integratedTime")?.unsigned64() ?? 0
    integratedTime = time == 0 ? nil : Int64(time)
    signedEntryTimestamp = try node.optional("inclusionPromise")?
      .optional("signedEntryTimestamp")?.bytes()
    inclusion = try node.optional("inclusionProof").map { proof throws(DocumentError) in
      var hashes: [SHA256Hash] = []
      // A tree of 2^63 leaves needs 63 hashes.
      let list = try proof.optional("hashes")?.array(limit: 64) ?? []
      hashes.reserveCapacity(list.count)
      for hash in list {
        hashes.append(try hash.digest())
      }
      return Inclusion(
        logIndex: try proof.optional("logIndex")?.unsigned64() ?? 0,
        rootHash: try proof.required("rootHash").digest(),
        treeSize: try proof.optional("treeSize")?.unsigned64() ?? 0,
        hashes: hashes,
        checkpoint: try proof.optional("checkpoint")?.optional("envelope")?.string())
    }
    canonicalizedBody = try node.required("canonicalizedBody").bytes()
    guard canonicalizedBody.count <= 4 << 20 else {
      throw node.error("the body is larger than 4 MiB")
    }
  }

  /// The protobuf JSON form, 64-bit integers as strings.
  package var json: JSONValue {
    var object = JSONObject([
      ("logIndex", .string(String(logIndex))),
      ("logId", ["keyId": .string(Base64.encode(logID))]),
      ("kindVersion", ["kind": .string(kind), "version": .string(version)]),
      ("integratedTime", .string(String(integratedTime ?? 0))),
    ])
    if let signedEntryTimestamp {
      object["inclusionPromise"] = [
        "signedEntryTimestamp": .string(Base64.encode(signedEntryTimestamp))
      ]
    }
    if let inclusion {
      var proof = JSONObject([
        ("logIndex", .string(String(inclusion.logIndex))),
        ("rootHash", .string(inclusion.rootHash.base64)),
        ("treeSize", .string(String(inclusion.treeSize))),
        ("hashes", .array(inclusion.hashes.map { .string($0.base64) })),
      ])
      if let checkpoint = inclusion.checkpoint {
        proof["checkpoint"] = ["envelope": .string(checkpoint)]
      }
      object["inclusionProof"] = .object(proof)
    }
    object["canonicalizedBody"] = .string(Base64.encode(canonicalizedBody))
    return .object(object)
  }
}
