// SPDX-License-Identifier: Apache-2.0

import Encodings
import RepositorySimulator
import TUF

/// A client of a simulated repository.
struct SimulatedClient {
  let cache = MemoryCache()
  var root: [UInt8]
  var limits = RepositoryLimits()

  init(_ repository: RepositorySimulator) {
    root = repository.rootBytes
  }

  /// Updates from what the repository has now.
  func update(
    _ repository: RepositorySimulator, at time: Timestamp = RepositorySimulator.now
  ) async throws -> TrustedRepository {
    var update = UpdateWorkflow(
      root: try RootMetadata(trusted: cache.files["root"] ?? root, limits: limits), now: time,
      limits: limits)
    try await update.run(from: repository, cache: cache)
    guard let result = update.repository else { throw MetadataError.missing(role: "nothing") }
    return result
  }

  /// Updates and reads a target.
  func read(_ path: String, _ repository: RepositorySimulator) async throws -> [UInt8] {
    let trusted = try await update(repository)
    let target = try await trusted.find(path, from: repository, cache: cache)
    return try await trusted.bytes(of: target, from: repository)
  }
}

/// Changes a member deep in an object.
func edited(_ object: inout JSONObject, _ path: [String], _ value: JSONValue?) {
  guard let first = path.first else { return }
  if path.count == 1 {
    object[first] = value
    return
  }
  guard case .object(var inner) = object[first] else { return }
  edited(&inner, Array(path.dropFirst()), value)
  object[first] = .object(inner)
}

/// What an error says; empty when there is none.
func problem(_ work: () async throws -> Void) async -> String {
  do {
    try await work()
    return ""
  } catch {
    return "\(error)"
  }
}

let top = ["root", "targets", "snapshot", "timestamp"]
let online = ["targets", "snapshot", "timestamp"]
