// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import Sigstore
package import TUF
import Verification

/// The instances that this user trusts: those built in, updated or not, and those that were added.
package struct InstanceStore: Sendable {
  /// The folder with a folder per instance; `nil` where the user has none.
  package let folder: String?

  /// Opens a store in a folder, which need not exist.
  package init(folder: String?) {
    self.folder = folder
  }

  /// Finds the user's folder: `$XDG_DATA_HOME/hallmark/trust`, by default
  /// `~/.local/share/hallmark/trust`.
  package init(environment: (String) -> String?) {
    let base =
      environment("XDG_DATA_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? environment("HOME").flatMap { $0.isEmpty ? nil : "\($0)/.local/share" }
    folder = base.map { "\($0)/hallmark/trust" }
  }

  /// The file of an instance.
  package func file(of name: InstanceName) -> String? {
    folder.map { "\($0)/\(name)/instance.json" }
  }

  /// The names of all instances, in order.
  package var names: [InstanceName] {
    var names = Set(BuiltInInstance.allCases.map { InstanceName($0) })
    for text in folder.map(Platform.names) ?? [] {
      guard let name = try? InstanceName(text), let file = file(of: name),
        FileReading.exists(file)
      else { continue }
      names.insert(name)
    }
    return names.sorted { $0.text < $1.text }
  }

  /// Whether anything is kept of an instance.
  package func hasRecord(of name: InstanceName) -> Bool {
    file(of: name).map(FileReading.exists) ?? false
  }

  /// What is kept of an instance; `nil` when nothing is.
  ///
  /// - Throws: ``TrustStoreError``.
  package func record(of name: InstanceName) throws(TrustStoreError) -> InstanceRecord? {
    guard let file = file(of: name), FileReading.exists(file) else { return nil }
    return try Self.read(file).named(name, file)
  }

  /// Reads a record from any file.
  ///
  /// - Throws: ``TrustStoreError``.
  package static func read(_ path: String) throws(TrustStoreError) -> InstanceRecord {
    let bytes: [UInt8]
    do { bytes = try FileReading.bytes(of: path, limit: InstanceRecord.sizeLimit) } catch {
      throw .unreadable(error)
    }
    do { return try InstanceRecord(parsing: bytes) } catch { throw .malformed(path, error) }
  }

  /// Keeps a record in the place of what was there.
  ///
  /// - Throws: ``TrustStoreError/noFolder``, ``StoreFileError``.
  package func keep(_ record: InstanceRecord) throws {
    guard let folder, let file = file(of: record.name) else { throw TrustStoreError.noFolder }
    try Platform.makeFolder("\(folder)/\(record.name)")
    try Platform.write(record.bytes, to: file)
  }

  /// What the program itself knows of an instance.
  ///
  /// - Throws: ``TrustStoreError``, which only a broken build could cause.
  package static func builtIn(_ instance: BuiltInInstance) throws(TrustStoreError) -> Instance {
    let name = InstanceName(instance)
    let root: RootMetadata
    do { root = try RootMetadata(trusted: instance.repositoryRoot) } catch {
      throw .metadata(name, error)
    }
    return try Instance(
      name: name, repository: instance.repository, origin: .builtIn,
      rootVersion: root.header.version, expires: nil, trustedRoot: instance.trustedRoot,
      signingConfig: instance.signingConfig)
  }

  /// An instance by name, verified again from what is kept, without the network.
  ///
  /// A built-in one is what the store has, if that verifies from the built-in root and is not older
  /// than it; else what is built in, and `problem` says why.
  ///
  /// - Returns: the instance, and what kept the store's from being used.
  /// - Throws: ``TrustStoreError`` for an instance that is unknown, or does not verify.
  package func instance(
    _ name: InstanceName
  ) throws(TrustStoreError) -> (instance: Instance, problem: TrustStoreError?) {
    guard let builtIn = name.builtIn else {
      guard let record = try record(of: name) else { throw .unknown(name) }
      return (try record.instance(), nil)
    }
    let own = try Self.builtIn(builtIn)
    do {
      guard let record = try record(of: name), record.updated != nil,
        try record.newestRoot().header.version >= own.rootVersion
      else { return (own, nil) }
      return (try record.instance(trusting: builtIn.repositoryRoot), nil)
    } catch {
      return (own, error)
    }
  }

  /// What an update of an instance starts from: what is kept, or what is built in if that is newer.
  ///
  /// - Throws: ``TrustStoreError``.
  package func start(of name: InstanceName) throws(TrustStoreError) -> InstanceRecord {
    guard let builtIn = name.builtIn else {
      guard let record = try record(of: name) else { throw .unknown(name) }
      return record
    }
    let own = InstanceRecord(
      name: name, repository: builtIn.repository, root: builtIn.repositoryRoot)
    // A file that cannot be read holds nothing that the built-in root does not bring back.
    guard let record = try? record(of: name) else { return own }
    if let newest = try? record.newestRoot(), let first = try? own.newestRoot(),
      newest.header.version >= first.header.version,
      (try? record.instance(trusting: builtIn.repositoryRoot)) != nil
    {
      return record
    }
    // What was accepted before still bounds what may be accepted, where the newer root's keys signed
    // it: an update verifies it again before it counts.
    return InstanceRecord(
      name: name, repository: own.repository, updated: nil, roots: own.roots,
      metadata: record.metadata, targets: JSONFiles())
  }
}

extension InstanceStore {
  /// Roots that are looked at for one of a digest.
  static let rootLimit: Int64 = 1024

  /// A new instance with the root that the user vouches for; its repository has not been asked.
  ///
  /// - Throws: ``TrustStoreError`` for a name that is taken, and for what is no root.
  package func added(
    _ name: InstanceName, repository: String, root: [UInt8]
  ) throws(TrustStoreError) -> InstanceRecord {
    guard !names.contains(name) else { throw .exists(name) }
    let record = InstanceRecord(name: name, repository: repository, root: root)
    _ = try record.newestRoot()
    return record
  }

  /// The root of a digest, asked for from the first version on.
  ///
  /// - Throws: ``TrustStoreError/noSuchRoot(_:)``, and what the source throws.
  package static func root(
    withDigest digest: SHA256Hash, from source: some RepositorySource
  ) async throws -> [UInt8] {
    for version in 1...rootLimit {
      let request = MetadataRequest(
        role: "root", version: version, limit: RepositoryLimits().root)
      guard let bytes = try await source.metadata(request) else { break }
      if SHA256Hash(hashing: bytes) == digest { return bytes }
    }
    throw TrustStoreError.noSuchRoot(digest)
  }

  /// The record that an exported one becomes here: verified at a time from the root that this machine
  /// trusts, or that the user vouches for.
  ///
  /// - Parameters:
  ///   - exported: the file's record.
  ///   - name: its name here.
  ///   - root: the root that the user vouches for; of a known instance it is not needed, but if it is
  ///     given it must be one that is trusted.
  ///   - digest: the SHA-256 of that root, which the record must have, in its place.
  ///   - now: the time.
  /// - Returns: the record to keep.
  /// - Throws: ``TrustStoreError``; without either for a new name, ``TrustStoreError/firstSight(_:)``.
  package func imported(
    _ exported: InstanceRecord, as name: InstanceName, root: [UInt8]?, digest: SHA256Hash?,
    at now: Timestamp
  ) async throws -> InstanceRecord {
    var vouched = root
    if let digest {
      vouched = exported.roots.first { SHA256Hash(hashing: $0) == digest }
      guard vouched != nil else { throw TrustStoreError.noSuchRoot(digest) }
    }
    let start: InstanceRecord
    if names.contains(name) {
      start = try self.start(of: name)
    } else {
      guard let vouched else { throw TrustStoreError.firstSight(name) }
      start = try added(name, repository: exported.repository, root: vouched)
    }
    let record = try await start.updated(from: RepositoryCopy(of: exported), at: now)
    // Who names a root wants to hear that this machine trusts another one.
    if let vouched, !record.roots.contains(vouched) {
      throw TrustStoreError.noSuchRoot(SHA256Hash(hashing: vouched))
    }
    return record
  }
}

extension InstanceRecord {
  /// Refuses a record that lies in another instance's folder.
  fileprivate func named(
    _ name: InstanceName, _ path: String
  ) throws(TrustStoreError) -> InstanceRecord {
    guard name == self.name else {
      throw .malformed(path, DocumentError(path: "name", problem: "expected `\(name)`"))
    }
    return self
  }
}
