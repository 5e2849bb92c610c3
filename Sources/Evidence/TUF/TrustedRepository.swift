// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// A repository whose top-level metadata was verified at one time and belongs together.
package struct TrustedRepository: Sendable {
  let view: SnapshotView
  let targets: TargetsMetadata

  /// The root.
  package var root: RootMetadata { view.root }
  /// The version of the metadata of `targets`.
  package var targetsVersion: Int64 { targets.header.version }
  /// When the first of the top-level roles expires.
  package var expires: Timestamp {
    min(
      view.root.header.expires, view.timestampExpires, view.snapshot.header.expires,
      targets.header.expires)
  }

  /// Asks for a target and checks it.
  ///
  /// - Throws: ``MetadataError``, also for a path that could lead elsewhere; what the source throws.
  package func bytes(
    of target: TargetFile, from source: some RepositorySource
  ) async throws -> [UInt8] {
    guard target.length <= Int64(view.limits.target) else {
      throw MetadataError.limit("a target of more than \(view.limits.target) bytes")
    }
    let path = try target.requestPath(consistentSnapshot: view.root.consistentSnapshot)
    let bytes = try await source.target(path, limit: Int(target.length))
    guard let bytes else { throw MetadataError.missing(role: target.path) }
    try target.check(bytes)
    return bytes
  }

  /// Finds the entry of a target.
  ///
  /// - Throws: ``MetadataError``, and what source and cache throw.
  package func find(
    _ path: String, from source: some RepositorySource, cache: some MetadataCache
  ) async throws -> TargetFile {
    var search = try TargetSearch(in: self, for: path)
    try await search.run(from: source, cache: cache)
    guard let target = search.target else { throw MetadataError.unknownTarget(path) }
    return target
  }
}
