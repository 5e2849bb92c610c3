// SPDX-License-Identifier: Apache-2.0

/// A request for a metadata file of the repository.
package struct MetadataRequest: Hashable, Sendable {
  /// The role's name; whoever makes a URL or file name of it must encode it.
  package let role: String
  /// The version in the file's name; `nil` where the name has none.
  package let version: Int64?
  /// Bytes that are accepted at most.
  package let limit: Int

  /// Asks for a file.
  package init(role: String, version: Int64?, limit: Int) {
    self.role = role
    self.version = version
    self.limit = limit
  }
}

/// What a workflow needs before it can go on.
package enum MetadataNeed: Hashable, Sendable {
  /// The metadata of a role in the cache, of at most `limit` bytes; it is verified like any other.
  case cached(role: String, limit: Int)
  /// A file of the repository.
  case served(MetadataRequest)
}

/// What is to be changed in the cache, in this order and before the workflow goes on.
package enum CacheChange: Hashable, Sendable {
  /// Verified metadata takes the place of what the role had.
  case store(role: String, [UInt8])
  /// What the role had no longer counts.
  case remove(role: String)
}

/// A part of the client workflow as a state machine: it says what it needs and is given it.
package protocol MetadataWorkflow: Sendable {
  /// What comes next; `nil` at the end.
  var need: MetadataNeed? { get }
  /// Goes on with what was needed; `nil` when it is not there.
  ///
  /// - Throws: ``MetadataError``; the workflow then cannot go on.
  mutating func provide(_ bytes: [UInt8]?) throws(MetadataError)
  /// The changes that have come up since the last call.
  mutating func takeChanges() -> [CacheChange]
}

/// Where metadata is kept between updates.
package protocol MetadataCache: Sendable {
  /// The bytes of a role; `nil` when there are none, or more than the limit.
  func bytes(ofRole role: String, limit: Int) -> [UInt8]?
  /// Makes a change durable.
  func apply(_ change: CacheChange) throws
}

/// Where a repository's files come from.
package protocol RepositorySource: Sendable {
  /// A metadata file; `nil` when the repository does not have it.
  func metadata(_ request: MetadataRequest) async throws -> [UInt8]?
  /// A target by the parts of its path, of at most `limit` bytes; `nil` when it is not there.
  func target(_ path: [String], limit: Int) async throws -> [UInt8]?
}

extension MetadataWorkflow {
  /// Runs to the end.
  ///
  /// - Throws: ``MetadataError``, and what source and cache throw.
  package mutating func run(from source: some RepositorySource, cache: some MetadataCache)
    async throws
  {
    while let need {
      let bytes =
        switch need {
        case .cached(let role, let limit): cache.bytes(ofRole: role, limit: limit)
        case .served(let request): try await source.metadata(request)
        }
      try goOn(with: bytes, cache)
    }
  }

  /// Runs to the end with what is at hand.
  ///
  /// - Throws: ``MetadataError``, and what the cache throws.
  package mutating func run(
    cache: some MetadataCache, serving: (MetadataRequest) -> [UInt8]?
  ) throws {
    while let need {
      let bytes =
        switch need {
        case .cached(let role, let limit): cache.bytes(ofRole: role, limit: limit)
        case .served(let request): serving(request)
        }
      try goOn(with: bytes, cache)
    }
  }

  private mutating func goOn(with bytes: [UInt8]?, _ cache: some MetadataCache) throws {
    let result = Result { () throws(MetadataError) in try provide(bytes) }
    // What was verified before something else failed is kept.
    for change in takeChanges() { try cache.apply(change) }
    try result.get()
  }
}
