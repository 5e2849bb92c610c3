// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// The keys that may sign for a role, and how many of them must (TUF specification §4.3).
package struct RoleKeys: Hashable, Sendable {
  /// The ids of the keys; each is there once.
  package let keyIDs: [String]
  /// How many distinct keys must sign.
  package let threshold: Int

  static let keyLimit = 256

  init(_ node: JSONNode) throws(DocumentError) {
    var ids: [String] = []
    let idNodes = try node.required("keyids").array(limit: Self.keyLimit)
    for id in idNodes { ids.append(try id.string()) }
    guard Set(ids.map { Array($0.utf8) }).count == ids.count else {
      throw node.error("a key is listed twice")
    }
    keyIDs = ids
    let threshold = try node.required("threshold").integer()
    guard threshold >= 1, threshold <= Int64(Self.keyLimit) else {
      throw node.error("the threshold is not from 1 to \(Self.keyLimit)")
    }
    self.threshold = Int(threshold)
  }

  /// Whether a key that counted for this role no longer counts for it in a newer root.
  func hasLostKey(in newer: RoleKeys) -> Bool {
    !Set(keyIDs).isSubset(of: newer.keyIDs)
  }
}

/// The keys of a root or of delegations by their ids.
struct KeyTable: Hashable, Sendable {
  private let keys: [[UInt8]: MetadataKey]

  static let limit = 1024

  init(_ node: JSONNode) throws(DocumentError) {
    var keys: [[UInt8]: MetadataKey] = [:]
    let members = try node.object().members
    guard members.count <= Self.limit else { throw node.error("more than \(Self.limit) keys") }
    for member in members {
      keys[Array(member.key.utf8)] = try MetadataKey(try node.required(member.key))
    }
    self.keys = keys
  }

  subscript(id: String) -> MetadataKey? { keys[Array(id.utf8)] }
}

/// A metadata file whose signatures have not been checked.
struct SignedMetadata: Sendable {
  private struct Signature: Sendable {
    let keyID: String
    /// `nil` when the text is no hexadecimal; such a signature does not count.
    let bytes: [UInt8]?
  }

  /// What is signed; nothing in it counts before ``check(_:keys:role:)``.
  let signed: JSONNode
  private let signatures: [Signature]
  private let message: [UInt8]

  static let signatureLimit = 256

  init(parsing bytes: [UInt8], limit: Int) throws(DocumentError) {
    let node = try JSONNode(parsing: bytes, limits: JSONLimits(size: limit))
    signed = try node.required("signed")
    message = try SignedForm.encode(signed.value)
    let list = try node.required("signatures")
    var signatures: [Signature] = []
    var ids: Set<[UInt8]> = []
    for item in try list.array(limit: Self.signatureLimit) {
      let id = try item.required("keyid").string()
      guard ids.insert(Array(id.utf8)).inserted else { throw list.error("a key signed twice") }
      let text = try item.required("sig").string()
      signatures.append(Signature(keyID: id, bytes: try? Hexadecimal.decode(text)))
    }
    self.signatures = signatures
  }

  /// Checks that enough distinct keys of a role signed.
  func check(_ role: RoleKeys, keys: KeyTable, name: String) throws(MetadataError) {
    var signers: Set<[UInt8]> = []
    for id in role.keyIDs {
      guard let key = keys[id]?.verification,
        let signature = signatures.first(where: { $0.keyID.utf8.elementsEqual(id.utf8) })?.bytes,
        key.isValidSignature(signature, for: message)
      else { continue }
      signers.insert(key.material)
    }
    guard signers.count >= role.threshold else {
      throw .unsigned(role: name, signatures: signers.count, threshold: role.threshold)
    }
  }
}

/// What all metadata begins with (TUF specification §4.3).
package struct MetadataHeader: Hashable, Sendable {
  /// The version, at least 1.
  package let version: Int64
  /// When the metadata ceases to count.
  package let expires: Timestamp

  init(_ node: JSONNode, type: String) throws(DocumentError) {
    let typeNode = try node.required("_type")
    guard try typeNode.string() == type else { throw typeNode.error("expected `\(type)`") }
    let specification = try node.required("spec_version")
    guard try specification.string().utf8.prefix(while: { $0 != 0x2e }).elementsEqual("1".utf8)
    else { throw specification.error("expected version 1 of the specification") }
    let version = try node.required("version")
    self.version = try version.integer()
    // The version that follows must be a number too.
    guard self.version >= 1, self.version < .max else {
      throw version.error("expected at least 1 and less than 2^63 - 1")
    }
    expires = try node.required("expires").timestamp()
  }

  /// Whether the metadata no longer counts at a time.
  func isExpired(at time: Timestamp) -> Bool { expires <= time }
}
