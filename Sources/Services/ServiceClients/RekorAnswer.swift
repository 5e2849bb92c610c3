// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import Sigstore

/// The answer of a Rekor v1 log about one entry.
///
/// ```
/// {"<UUID>": {"body": "<base64>", "integratedTime": 1690000000, "logID": "<hex>", "logIndex": 42,
///   "verification": {"signedEntryTimestamp": "<base64>", "inclusionProof": {
///     "checkpoint": "<note>", "hashes": ["<hex>"], "logIndex": 7, "rootHash": "<hex>",
///     "treeSize": 8}}}}
/// ```
///
/// The UUID is 64 digits, the entry's leaf hash, or 80, with the tree's id before it. Digests are
/// hexadecimal here, and base64 in bundles.
package struct RekorAnswer: Hashable, Sendable {
  /// The entry's UUID in the log.
  package let uuid: String
  /// The entry in the form that bundles have.
  package let entry: TransparencyLogEntry

  /// Reads an answer that must be about exactly one entry, with timestamp and inclusion proof.
  ///
  /// - Throws: `DocumentError`.
  package init(parsing answer: [UInt8]) throws(DocumentError) {
    let root = try JSONNode(
      parsing: answer, limits: JSONLimits(size: 8 << 20, depth: 16, values: 10_000))
    let members = try root.object().members
    guard members.count == 1, let member = members.first else {
      throw root.error("expected exactly one entry, found \(members.count)")
    }
    guard Self.isUUID(member.key) else {
      throw root.error("the entry's key is not 64 or 80 hexadecimal digits")
    }
    uuid = member.key
    let node = JSONNode(member.value, path: "entry")
    let body = try node.required("body").bytes()
    let content = try JSONNode(parsing: body)
    let verification = try node.required("verification")
    let proof = try verification.required("inclusionProof")
    var hashes: [SHA256Hash] = []
    for hash in try proof.optional("hashes")?.array(limit: 64) ?? [] {
      hashes.append(try Self.digest(hash))
    }
    let time = try node.required("integratedTime").integer()
    guard time > 0 else { throw node.error("`integratedTime` is not a time") }
    entry = TransparencyLogEntry(
      logIndex: try Self.index(node.required("logIndex")),
      logID: try Self.digest(node.required("logID")).bytes,
      kind: try content.required("kind").string(),
      version: try content.required("apiVersion").string(),
      integratedTime: time,
      signedEntryTimestamp: try verification.required("signedEntryTimestamp").bytes(),
      inclusion: TransparencyLogEntry.Inclusion(
        logIndex: try Self.index(proof.required("logIndex")),
        rootHash: try Self.digest(proof.required("rootHash")),
        treeSize: try Self.index(proof.required("treeSize")), hashes: hashes,
        checkpoint: try proof.required("checkpoint").string()),
      canonicalizedBody: body)
  }

  /// Whether a text is the UUID of an entry.
  static func isUUID(_ text: some StringProtocol) -> Bool {
    let count = text.utf8.count
    return (count == 64 || count == 80) && (try? Hexadecimal.decode(text)) != nil
  }

  private static func digest(_ node: JSONNode) throws(DocumentError) -> SHA256Hash {
    guard let digest = SHA256Hash(hexadecimal: try node.string()) else {
      throw node.error("expected 64 lower-case hexadecimal digits")
    }
    return digest
  }

  private static func index(_ node: JSONNode) throws(DocumentError) -> UInt64 {
    let number = try node.integer()
    guard number >= 0 else { throw node.error("expected an integer of at least 0") }
    return UInt64(number)
  }
}
