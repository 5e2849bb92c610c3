// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import TUF

/// A TUF repository in memory that can tell any lie, one at a time.
///
/// What a role says is made of its settings, changed by `edit`, signed, and then changed by
/// `tamper`. ``publish(_:)`` makes the files of roles anew.
package struct RepositorySimulator: RepositorySource {
  /// A role's settings.
  package struct Role: Sendable {
    /// The keys that count.
    package var keys: [SimulatedKey]
    /// The keys that sign.
    package var signers: [SimulatedKey]
    /// How many must.
    package var threshold: Int64 = 1
    /// The version of the next file.
    package var version: Int64 = 1
    /// When it expires.
    package var expires = RepositorySimulator.now.adding(seconds: 30 * 86_400)
    /// Targets by path.
    package var targets: [String: [UInt8]] = [:]
    /// Delegations, in order.
    package var delegations: [(name: String, scope: [(String, JSONValue)], terminating: Bool)] = []
    /// Changes what is signed.
    package var edit: @Sendable (inout JSONObject) -> Void = { _ in }
    /// Changes the file after that.
    package var tamper: @Sendable (inout JSONObject) -> Void = { _ in }

    /// Makes a role with a key.
    package init(_ kind: SimulatedKey.Kind = .ed25519) throws {
      keys = [try SimulatedKey(kind)]
      signers = keys
    }
  }

  /// The time of the simulation.
  package static let now = Timestamp(unixSeconds: 1_800_000_000)
  static let topLevel = ["root", "targets", "snapshot", "timestamp"]

  /// The roles by name.
  package var roles: [String: Role] = [:]
  /// The files by their names in URLs.
  package var files: [String: [UInt8]] = [:]
  /// Targets by the paths that are asked for.
  package var served: [String: [UInt8]] = [:]
  /// Whether names carry versions and digests.
  package var consistentSnapshot = true
  /// Whether snapshot and timestamp list lengths and digests.
  package var listsDigests = false

  /// Makes a repository of version 1 with some targets.
  package init(targets: [String: [UInt8]] = ["a/file": Array("content".utf8)]) throws {
    for name in Self.topLevel { roles[name] = try Role() }
    roles["targets"]?.targets = targets
    try publish(Self.topLevel)
  }

  /// The current root's bytes.
  package var rootBytes: [UInt8] {
    let version = (roles["root"]?.version ?? 2) - 1
    return files["\(version).root.json"] ?? []
  }

  /// Makes the files of roles anew, in this order; each has a version more than before.
  package mutating func publish(_ names: [String]) throws {
    for name in names {
      guard var role = roles[name] else { continue }
      var signed = JSONObject([
        ("_type", .string(Self.topLevel.contains(name) ? name : "targets")),
        ("spec_version", "1.0.31"), ("version", .integer(role.version)),
        ("expires", .string(role.expires.rfc3339)),
      ])
      for (key, value) in contents(name, role) { signed[key] = value }
      role.edit(&signed)
      let message = OrdinaryForm.encode(.object(signed))
      var envelope = JSONObject([
        (
          "signatures",
          .array(
            try role.signers.map {
              [
                "keyid": .string($0.id),
                "sig": .string(Hexadecimal.encode(try $0.signature(for: message))),
              ]
            })
        ), ("signed", .object(signed)),
      ])
      role.tamper(&envelope)
      let bytes = Array(JSONValue.object(envelope).indentedText.utf8)
      let isVersioned = name == "root" || (consistentSnapshot && name != "timestamp")
      files[(isVersioned ? "\(role.version)." : "") + "\(name).json"] = bytes
      listed[name] = (role.version, bytes)
      for (path, bytes) in role.targets {
        served[Self.requested(path, bytes, consistentSnapshot)] = bytes
      }
      role.version += 1
      roles[name] = role
    }
  }

  /// The newest file of each role.
  private var listed: [String: (version: Int64, bytes: [UInt8])] = [:]

  /// Takes a role out of the snapshot.
  package mutating func forget(_ role: String) { listed[role] = nil }

  private static func requested(_ path: String, _ bytes: [UInt8], _ consistent: Bool) -> String {
    guard consistent else { return path }
    var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let last = parts.removeLast()
    return (parts + ["\(SHA256Hash(hashing: bytes)).\(last)"]).joined(separator: "/")
  }

  private func contents(_ name: String, _ role: Role) -> [(String, JSONValue)] {
    switch name {
    case "root":
      let all = Self.topLevel.compactMap { name in roles[name].map { (name, $0) } }
      return [
        ("consistent_snapshot", .boolean(consistentSnapshot)),
        ("keys", .object(all.flatMap { $0.1.keys.map { ($0.id, $0.json) } })),
        ("roles", .object(all.map { ($0.0, .object(Self.keys($0.1))) })),
      ]
    case "timestamp": return [("meta", ["snapshot.json": meta("snapshot")])]
    case "snapshot":
      let names = listed.keys.filter { !["root", "timestamp", "snapshot"].contains($0) }.sorted()
      return [("meta", .object(names.map { ("\($0).json", meta($0)) }))]
    default:
      var members: [(String, JSONValue)] = [
        (
          "targets",
          .object(
            role.targets.sorted { $0.key < $1.key }.map { path, bytes in
              (
                path,
                [
                  "length": .integer(Int64(bytes.count)),
                  "hashes": ["sha256": .string(SHA256Hash(hashing: bytes).hexadecimal)],
                ]
              )
            })
        )
      ]
      if !role.delegations.isEmpty {
        let delegated = role.delegations.compactMap { item in roles[item.name].map { (item, $0) } }
        members.append(
          (
            "delegations",
            [
              "keys": .object(delegated.flatMap { $0.1.keys.map { ($0.id, $0.json) } }),
              "roles": .array(
                delegated.map { item, role in
                  .object(
                    [("name", .string(item.name)), ("terminating", .boolean(item.terminating))]
                      + Self.keys(role) + item.scope)
                }),
            ]
          ))
      }
      return members
    }
  }

  private static func keys(_ role: Role) -> [(String, JSONValue)] {
    [
      ("keyids", .array(role.keys.map { .string($0.id) })),
      ("threshold", .integer(role.threshold)),
    ]
  }

  private func meta(_ name: String) -> JSONValue {
    guard let (version, bytes) = listed[name] else { return ["version": 1] }
    var object = JSONObject([("version", .integer(version))])
    if listsDigests {
      object["length"] = .integer(Int64(bytes.count))
      object["hashes"] = ["sha256": .string(SHA256Hash(hashing: bytes).hexadecimal)]
    }
    return .object(object)
  }

  /// Adds a delegated role with a target.
  package mutating func delegate(
    from parent: String = "targets", to name: String, paths: [String] = ["*"],
    prefixes: [String]? = nil, terminating: Bool = false, targets: [String: [UInt8]] = [:]
  ) throws {
    if roles[name] == nil { roles[name] = try Role() }
    roles[name]?.targets.merge(targets) { $1 }
    let scope: (String, JSONValue) =
      prefixes.map { ("path_hash_prefixes", .array($0.map { .string($0) })) }
      ?? ("paths", .array(paths.map { .string($0) }))
    roles[parent]?.delegations.append((name, [scope], terminating))
  }

  /// A metadata file by its name in URLs; names of roles are as they are here.
  package func metadata(_ request: MetadataRequest) -> [UInt8]? {
    files[(request.version.map { "\($0)." } ?? "") + "\(request.role).json"]
  }

  /// A target.
  package func target(_ path: [String], limit: Int) -> [UInt8]? {
    served[path.joined(separator: "/")]
  }
}

/// A cache in memory that remembers what was read and changed.
package final class MemoryCache: MetadataCache, @unchecked Sendable {
  // Touched by one workflow at a time.
  /// The files by role.
  package var files: [String: [UInt8]] = [:]
  /// The roles that were stored or removed, in order.
  package var log: [String] = []

  /// Makes an empty cache.
  package init() {}

  package func bytes(ofRole role: String, limit: Int) -> [UInt8]? { files[role] }

  package func apply(_ change: CacheChange) {
    switch change {
    case .store(let role, let bytes):
      files[role] = bytes
      log.append(role)
    case .remove(let role):
      files[role] = nil
      log.append("-\(role)")
    }
  }
}
