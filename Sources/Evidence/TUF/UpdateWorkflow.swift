// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// The client workflow of the TUF specification (§5) up to the metadata of `targets`, without I/O.
///
/// The time is fixed for the whole update (§5.1). What is cached is verified like what is served; if
/// it does not hold it counts as absent.
package struct UpdateWorkflow: MetadataWorkflow {
  /// What comes next; `nil` at the end.
  package private(set) var need: MetadataNeed?
  private var phase = Phase.root
  private var changes: [CacheChange] = []
  private var root: RootMetadata
  private var rotations = 0
  private var timestamp: TimestampMetadata?
  private var snapshot: SnapshotMetadata?
  private let now: Timestamp
  private let limits: RepositoryLimits
  /// The repository; there at the end.
  package private(set) var repository: TrustedRepository?

  private enum Phase: Sendable {
    case root
    case cachedTimestamp
    case timestamp
    case cachedSnapshot(TimestampMetadata)
    case snapshot(TimestampMetadata)
    case cachedTargets(SnapshotView)
    case targets(SnapshotView)
    case complete
  }

  /// Starts from a root that is trusted, at a time.
  package init(
    root: RootMetadata, now: Timestamp, limits: RepositoryLimits = RepositoryLimits()
  ) {
    self.root = root
    self.now = now
    self.limits = limits
    askForNextRoot()
  }

  /// The changes that have come up since the last call.
  package mutating func takeChanges() -> [CacheChange] {
    defer { changes = [] }
    return changes
  }

  /// Goes on with what was needed.
  ///
  /// - Throws: ``MetadataError``.
  package mutating func provide(_ bytes: [UInt8]?) throws(MetadataError) {
    switch phase {
    case .root: try provideRoot(bytes)
    case .cachedTimestamp:
      timestamp = bytes.flatMap { try? verifiedTimestamp($0) }
      phase = .timestamp
      need = .served(MetadataRequest(role: "timestamp", version: nil, limit: limits.timestamp))
    case .timestamp: try provideTimestamp(try Self.present(bytes, "timestamp"))
    case .cachedSnapshot(let current):
      snapshot = bytes.flatMap { try? verifiedSnapshot($0) }
      if let bytes, let snapshot, (try? checkCurrent(snapshot, bytes, current.snapshot)) != nil {
        finish(snapshot, expires: current.header.expires)
      } else {
        phase = .snapshot(current)
        need = .served(
          MetadataRequest(role: "snapshot", current.snapshot, in: root, limit: limits.snapshot))
      }
    case .snapshot(let current):
      try provideSnapshot(try Self.present(bytes, "snapshot"), current)
    case .cachedTargets(let view):
      if let bytes, (try? finish(view, targets: bytes)) != nil { return }
      phase = .targets(view)
      need = .served(try view.request("targets"))
    case .targets(let view):
      let bytes = try Self.present(bytes, "targets")
      try finish(view, targets: bytes)
      changes.append(.store(role: "targets", bytes))
    case .complete: break
    }
  }

  static func present(_ bytes: [UInt8]?, _ role: String) throws(MetadataError) -> [UInt8] {
    guard let bytes else { throw .missing(role: role) }
    return bytes
  }

  // §5.3: one version after the other, until there is no next one.
  private mutating func askForNextRoot() {
    need = .served(
      MetadataRequest(role: "root", version: root.header.version + 1, limit: limits.root))
  }

  private mutating func provideRoot(_ bytes: [UInt8]?) throws(MetadataError) {
    guard let bytes else {
      guard !root.header.isExpired(at: now) else {
        throw .expired(role: "root", at: root.header.expires)
      }
      phase = .cachedTimestamp
      need = .cached(role: "timestamp", limit: limits.timestamp)
      return
    }
    guard rotations < limits.rootRotations else {
      throw .limit("more than \(limits.rootRotations) new versions of the root")
    }
    let next = try root.successor(bytes, limits)
    rotations += 1
    // §5.3.11: a repository that recovers from a compromise starts its versions anew. Forgotten
    // before the root is kept, so that an interruption cannot lose it.
    if root.timestamp.hasLostKey(in: next.timestamp) || root.snapshot.hasLostKey(in: next.snapshot)
    {
      changes += [.remove(role: "timestamp"), .remove(role: "snapshot")]
    }
    changes.append(.store(role: "root", bytes))
    root = next
    askForNextRoot()
  }

  private func signed(
    _ bytes: [UInt8], _ role: String, _ keys: RoleKeys, limit: Int
  ) throws(MetadataError) -> JSONNode {
    try SignedMetadata.verified(bytes, role, keys, root.keys, limit: limit)
  }

  private func verifiedTimestamp(_ bytes: [UInt8]) throws(MetadataError) -> TimestampMetadata {
    let node = try signed(bytes, "timestamp", root.timestamp, limit: limits.timestamp)
    do { return try TimestampMetadata(node) } catch {
      throw .malformed(role: "timestamp", error)
    }
  }

  private func verifiedSnapshot(_ bytes: [UInt8]) throws(MetadataError) -> SnapshotMetadata {
    let node = try signed(bytes, "snapshot", root.snapshot, limit: limits.snapshot)
    do { return try SnapshotMetadata(node) } catch { throw .malformed(role: "snapshot", error) }
  }

  // §5.4
  private mutating func provideTimestamp(_ bytes: [UInt8]) throws(MetadataError) {
    var current = try verifiedTimestamp(bytes)
    var isNew = true
    if let trusted = timestamp {
      guard current.header.version >= trusted.header.version else {
        throw .rollback(
          role: "timestamp", trusted: trusted.header.version, found: current.header.version)
      }
      if current.header.version == trusted.header.version {
        // The same version is what is there already, whatever else was served.
        current = trusted
        isNew = false
      }
      guard current.snapshot.version >= trusted.snapshot.version else {
        throw .rollback(
          role: "snapshot", trusted: trusted.snapshot.version, found: current.snapshot.version)
      }
    }
    guard !current.header.isExpired(at: now) else {
      throw .expired(role: "timestamp", at: current.header.expires)
    }
    if isNew { changes.append(.store(role: "timestamp", bytes)) }
    timestamp = current
    phase = .cachedSnapshot(current)
    need = .cached(role: "snapshot", limit: limits.snapshot)
  }

  /// Checks that a snapshot is the one that the timestamp lists, and has not expired.
  private func checkCurrent(
    _ snapshot: SnapshotMetadata, _ bytes: [UInt8], _ file: MetadataFile
  ) throws(MetadataError) {
    try file.description.check(bytes, name: "snapshot.json")
    guard snapshot.header.version == file.version else {
      throw .versionMismatch(
        role: "snapshot", expected: file.version, found: snapshot.header.version)
    }
    guard !snapshot.header.isExpired(at: now) else {
      throw .expired(role: "snapshot", at: snapshot.header.expires)
    }
  }

  // §5.5
  private mutating func provideSnapshot(
    _ bytes: [UInt8], _ timestamp: TimestampMetadata
  ) throws(MetadataError) {
    let current = try verifiedSnapshot(bytes)
    try checkCurrent(current, bytes, timestamp.snapshot)
    for (name, trusted) in snapshot?.files ?? [:] {
      let role = String(decoding: name, as: UTF8.self)
      guard let listed = current.files[name] else { throw .removedFromSnapshot(role: role) }
      guard listed.version >= trusted.version else {
        throw .rollback(role: role, trusted: trusted.version, found: listed.version)
      }
    }
    finish(current, expires: timestamp.header.expires)
    changes.append(.store(role: "snapshot", bytes))
  }

  private mutating func finish(_ snapshot: SnapshotMetadata, expires: Timestamp) {
    phase = .cachedTargets(
      SnapshotView(
        root: root, snapshot: snapshot, timestampExpires: expires, now: now, limits: limits))
    need = .cached(role: "targets", limit: limits.targets)
  }

  // §5.6
  private mutating func finish(
    _ view: SnapshotView, targets bytes: [UInt8]
  ) throws(MetadataError) {
    let targets = try view.verified(
      bytes, role: "targets", signedBy: root.targets, of: root.keys)
    repository = TrustedRepository(view: view, targets: targets)
    phase = .complete
    need = nil
  }
}
