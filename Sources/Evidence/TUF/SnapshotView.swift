// SPDX-License-Identifier: Apache-2.0

import Encodings

/// A root and a snapshot that was verified by it, against which roles of targets are checked.
struct SnapshotView: Sendable {
  let root: RootMetadata
  let snapshot: SnapshotMetadata
  let timestampExpires: Timestamp
  let now: Timestamp
  let limits: RepositoryLimits

  /// A role of targets as the snapshot lists it.
  func file(_ role: String) throws(MetadataError) -> MetadataFile {
    guard let file = snapshot[role] else { throw .notInSnapshot(role: role) }
    return file
  }

  /// The request for the metadata of a role of targets.
  func request(_ role: String) throws(MetadataError) -> MetadataRequest {
    MetadataRequest(role: role, try file(role), in: root, limit: limits.targets)
  }

  /// Checks the metadata of a role of targets against the snapshot and those who delegated to it.
  func verified(
    _ bytes: [UInt8], role: String, signedBy keys: RoleKeys, of table: KeyTable
  ) throws(MetadataError) -> TargetsMetadata {
    let file = try file(role)
    try file.description.check(bytes, name: "\(role).json")
    let node = try SignedMetadata.verified(bytes, role, keys, table, limit: limits.targets)
    let metadata: TargetsMetadata
    do { metadata = try TargetsMetadata(node) } catch { throw .malformed(role: role, error) }
    guard metadata.header.version == file.version else {
      throw .versionMismatch(
        role: role, expected: file.version, found: metadata.header.version)
    }
    guard !metadata.header.isExpired(at: now) else {
      throw .expired(role: role, at: metadata.header.expires)
    }
    return metadata
  }
}

extension MetadataRequest {
  /// The request for a file as a timestamp or snapshot lists it.
  init(role: String, _ file: MetadataFile, in root: RootMetadata, limit: Int) {
    self.init(
      role: role, version: root.consistentSnapshot ? file.version : nil,
      limit: min(limit, Int(clamping: file.description.length ?? .max)))
  }
}

extension SignedMetadata {
  /// What a threshold of a role's keys signed.
  static func verified(
    _ bytes: [UInt8], _ role: String, _ keys: RoleKeys, _ table: KeyTable, limit: Int
  ) throws(MetadataError) -> JSONNode {
    let metadata: SignedMetadata
    do { metadata = try SignedMetadata(parsing: bytes, limit: limit) } catch {
      throw .malformed(role: role, error)
    }
    try metadata.check(keys, keys: table, name: role)
    return metadata.signed
  }
}
