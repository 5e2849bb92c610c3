// SPDX-License-Identifier: Apache-2.0

package import Encodings
import Sigstore
package import TUF

extension InstanceRecord {
  /// Metadata that an update collects, and that is kept only when all of it succeeded.
  final class Staged: MetadataCache, @unchecked Sendable {
    // Touched by one workflow at a time.
    private(set) var roots: [[UInt8]]
    private(set) var files: JSONFiles

    init(roots: [[UInt8]], files: JSONFiles) {
      self.roots = roots
      self.files = files
    }

    func bytes(ofRole role: String, limit: Int) -> [UInt8]? {
      files[role].flatMap { $0.count <= limit ? $0 : nil }
    }

    func apply(_ change: CacheChange) {
      switch change {
      case .store("root", let bytes): roots.append(bytes)
      case .store(let role, let bytes): files[role] = bytes
      case .remove(let role): files[role] = nil
      }
    }
  }

  /// The newest root that is kept.
  ///
  /// - Throws: ``TrustStoreError``.
  func newestRoot() throws(TrustStoreError) -> RootMetadata {
    do { return try RootMetadata(trusted: roots.last ?? []) } catch {
      throw .metadata(name, error)
    }
  }

  /// Verifies everything again, without the network, and makes the instance of it.
  ///
  /// - Parameters:
  ///   - root: the root to start from; `nil` for the first one that is kept.
  ///   - time: the time for which expiry is judged; `nil` for the time of the last update.
  /// - Returns: the instance.
  /// - Throws: ``TrustStoreError``.
  package func instance(
    trusting root: [UInt8]? = nil, at time: Timestamp? = nil
  ) throws(TrustStoreError) -> Instance {
    guard let updated else { throw .neverUpdated(name) }
    let copy = RepositoryCopy(of: self)
    let cache = Staged(roots: [], files: metadata)
    func failure(_ error: any Error) -> TrustStoreError {
      (error as? MetadataError).map { .metadata(name, $0) }
        ?? .metadata(name, .missing(role: "targets"))
    }
    do {
      var update = UpdateWorkflow(
        root: try RootMetadata(trusted: root ?? roots.first ?? []), now: time ?? updated)
      try update.run(cache: cache) { copy.metadata($0) }
      guard let repository = update.repository else {
        throw MetadataError.missing(role: "targets")
      }
      func target(_ name: String) throws -> [UInt8]? {
        var search = try TargetSearch(in: repository, for: name)
        try search.run(cache: cache) { copy.metadata($0) }
        guard let target = search.target else { return nil }
        guard let bytes = targets[name] else { throw MetadataError.missing(role: name) }
        try target.check(bytes)
        return bytes
      }
      guard let trustedRoot = try target(Instance.trustedRootName) else {
        throw MetadataError.unknownTarget(Instance.trustedRootName)
      }
      return try Instance(
        name: name, repository: self.repository, origin: .store(updated: updated),
        rootVersion: repository.root.header.version, expires: repository.expires,
        trustedRoot: trustedRoot, signingConfig: try target(Instance.signingConfigName))
    } catch let error as TrustStoreError {
      throw error
    } catch {
      throw failure(error)
    }
  }

  /// Updates from a repository, from the newest root that is kept.
  ///
  /// - Parameters:
  ///   - source: the repository, or a copy of it.
  ///   - now: the time.
  /// - Returns: the record to keep; this one is as it was, whatever happens.
  /// - Throws: ``TrustStoreError``, and what the source throws.
  package func updated(
    from source: some RepositorySource, at now: Timestamp
  ) async throws -> InstanceRecord {
    let cache = Staged(roots: roots, files: metadata)
    do {
      var update = UpdateWorkflow(root: try newestRoot(), now: now)
      try await update.run(from: source, cache: cache)
      guard let repository = update.repository else {
        throw MetadataError.missing(role: "targets")
      }
      var targets = JSONFiles()
      for name in [Instance.trustedRootName, Instance.signingConfigName] {
        do {
          let target = try await repository.find(name, from: source, cache: cache)
          targets[name] = try await repository.bytes(of: target, from: source)
        } catch MetadataError.unknownTarget where name == Instance.signingConfigName {
          // An instance that nobody signs with has none.
        }
      }
      let record = InstanceRecord(
        name: name, repository: self.repository, updated: now, roots: cache.roots,
        metadata: cache.files, targets: targets)
      _ = try record.instance()
      // A file that nobody could read again must not take the place of one that can be.
      do {
        _ = try InstanceRecord(parsing: record.bytes)
      } catch {
        throw TrustStoreError.malformed(self.repository, error)
      }
      return record
    } catch let error as MetadataError {
      throw TrustStoreError.metadata(name, error)
    }
  }
}
