// SPDX-License-Identifier: Apache-2.0

import Encodings

/// The root of trust of a repository (TUF specification §4.3), whose own threshold has signed it.
package struct RootMetadata: Hashable, Sendable {
  /// Version and expiry.
  package let header: MetadataHeader
  /// Whether files are asked for by version and digest (TUF specification §6.2).
  package let consistentSnapshot: Bool
  let keys: KeyTable
  let root: RoleKeys
  let timestamp: RoleKeys
  let snapshot: RoleKeys
  let targets: RoleKeys
  /// The file's bytes.
  package let bytes: [UInt8]

  /// Reads a root that is trusted for other reasons, such as being built in.
  ///
  /// - Throws: ``MetadataError``, also when its own threshold of keys did not sign it.
  package init(trusted bytes: [UInt8], limits: RepositoryLimits = RepositoryLimits())
    throws(MetadataError)
  {
    let (root, signed) = try Self.parse(bytes, limits)
    try signed.check(root.root, keys: root.keys, name: "root")
    self = root
  }

  /// Reads the root that follows this one: signed by the thresholds of both, one version later.
  func successor(_ bytes: [UInt8], _ limits: RepositoryLimits) throws(MetadataError) -> Self {
    let (next, signed) = try Self.parse(bytes, limits)
    try signed.check(root, keys: keys, name: "root")
    try signed.check(next.root, keys: next.keys, name: "root")
    guard next.header.version == header.version + 1 else {
      throw .versionMismatch(
        role: "root", expected: header.version + 1, found: next.header.version)
    }
    return next
  }

  /// The version that a file says it has, without any check.
  package static func version(of bytes: [UInt8]) -> Int64? {
    let node = try? JSONNode(parsing: bytes, limits: JSONLimits(size: RepositoryLimits().root))
    return try? node?.required("signed").required("version").integer()
  }

  private static func parse(
    _ bytes: [UInt8], _ limits: RepositoryLimits
  ) throws(MetadataError) -> (RootMetadata, SignedMetadata) {
    do {
      let signed = try SignedMetadata(parsing: bytes, limit: limits.root)
      return (try RootMetadata(signed.signed, bytes: bytes), signed)
    } catch {
      throw .malformed(role: "root", error)
    }
  }

  private init(_ node: JSONNode, bytes: [UInt8]) throws(DocumentError) {
    header = try MetadataHeader(node, type: "root")
    consistentSnapshot = try node.optional("consistent_snapshot")?.boolean() ?? false
    keys = try KeyTable(try node.required("keys"))
    let roles = try node.required("roles")
    root = try RoleKeys(try roles.required("root"))
    timestamp = try RoleKeys(try roles.required("timestamp"))
    snapshot = try RoleKeys(try roles.required("snapshot"))
    targets = try RoleKeys(try roles.required("targets"))
    self.bytes = bytes
  }
}

/// What the newest snapshot is (TUF specification §4.6).
struct TimestampMetadata: Hashable, Sendable {
  let header: MetadataHeader
  let snapshot: MetadataFile

  init(_ node: JSONNode) throws(DocumentError) {
    header = try MetadataHeader(node, type: "timestamp")
    snapshot = try MetadataFile(try node.required("meta").required("snapshot.json"))
  }
}

/// Which version of each role's metadata belongs together (TUF specification §4.4).
struct SnapshotMetadata: Hashable, Sendable {
  let header: MetadataHeader
  /// The files by the names of their roles, in UTF-8.
  let files: [[UInt8]: MetadataFile]

  static let fileLimit = 100_000
  private static let suffix = Array(".json".utf8)

  init(_ node: JSONNode) throws(DocumentError) {
    header = try MetadataHeader(node, type: "snapshot")
    let meta = try node.required("meta")
    let members = try meta.object().members
    guard members.count <= Self.fileLimit else {
      throw meta.error("more than \(Self.fileLimit) files")
    }
    var files: [[UInt8]: MetadataFile] = [:]
    for member in members {
      let name = Array(member.key.utf8)
      guard name.suffix(5).elementsEqual(Self.suffix) else {
        throw meta.error("`\(member.key)` is not the name of a metadata file")
      }
      files[Array(name.dropLast(5))] = try MetadataFile(JSONNode(member.value, path: meta.path))
    }
    self.files = files
  }

  subscript(role: String) -> MetadataFile? { files[Array(role.utf8)] }
}
