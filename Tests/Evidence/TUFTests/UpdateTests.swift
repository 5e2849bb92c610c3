// SPDX-License-Identifier: Apache-2.0

import Encodings
import RepositorySimulator
import TUF
import Testing

/// A lie of a repository after a first, truthful version.
struct Lie: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let expected: String
  let tell: @Sendable (inout RepositorySimulator) throws -> Void

  init(
    _ name: String, _ expected: String,
    _ tell: @escaping @Sendable (inout RepositorySimulator) throws -> Void
  ) {
    testDescription = name
    self.expected = expected
    self.tell = tell
  }

  /// Changes what a role says and publishes from it on.
  static func edit(
    _ role: String, _ path: [String], _ value: JSONValue?, _ expected: String
  ) -> Lie {
    Lie("\(role) \(path.joined(separator: ".")) = \(value?.compactText ?? "nothing")", expected) {
      repository in
      repository.roles[role]?.edit = { edited(&$0, path, value) }
      try repository.publish(role == "root" ? ["root"] : order(from: role))
    }
  }

  static func order(from role: String) -> [String] {
    Array(["targets", "snapshot", "timestamp"].drop { $0 != role })
  }
}

@Suite("TUF updates")
struct UpdateTests {
  static let lies: [Lie] = [
    Lie("a root of other keys", "valid signatures of 0 keys, 1 are needed") { repository in
      repository.roles["root"] = try .init()
      repository.roles["root"]?.version = 2
      try repository.publish(["root"])
    },
    Lie("a root that its own keys did not sign", "the metadata of `root` has valid") { repository in
      let old = repository.roles["root"]?.signers ?? []
      repository.roles["root"]?.keys = [try SimulatedKey()]
      repository.roles["root"]?.signers = old
      try repository.publish(["root"])
    },
    Lie("a root that skips a version", "`root` has version 3, expected is 2") { repository in
      repository.roles["root"]?.version = 3
      try repository.publish(["root"])
      repository.files["2.root.json"] = repository.files["3.root.json"]
      repository.files["3.root.json"] = nil
    },
    Lie("the root before", "`root` has version 1, expected is 2") { repository in
      repository.files["2.root.json"] = repository.files["1.root.json"]
    },
    Lie("an expired root", "the metadata of `root` expired") { repository in
      repository.roles["root"]?.expires = RepositorySimulator.now
      try repository.publish(["root"])
    },
    Lie("no timestamp", "does not have the metadata of `timestamp`") {
      $0.files["timestamp.json"] = nil
    },
    Lie("a timestamp of other keys", "`timestamp` has valid signatures of 0 keys") { repository in
      repository.roles["timestamp"]?.signers = [try SimulatedKey()]
      try repository.publish(["timestamp"])
    },
    Lie("an older timestamp", "rolled back: `timestamp` has version 1") { repository in
      repository.roles["timestamp"]?.version = 1
      try repository.publish(["timestamp"])
    },
    Lie("an expired timestamp", "the metadata of `timestamp` expired") { repository in
      repository.roles["timestamp"]?.expires = RepositorySimulator.now
      try repository.publish(["timestamp"])
    },
    Lie("an older snapshot in a newer timestamp", "rolled back: `snapshot` has version 1") {
      repository in
      repository.roles["snapshot"]?.version = 1
      try repository.publish(["snapshot", "timestamp"])
    },
    Lie("no snapshot", "does not have the metadata of `snapshot`") { repository in
      try repository.publish(["snapshot", "timestamp"])
      repository.files["3.snapshot.json"] = nil
    },
    Lie("a snapshot of other keys", "`snapshot` has valid signatures of 0 keys") { repository in
      repository.roles["snapshot"]?.signers = [try SimulatedKey()]
      try repository.publish(["snapshot", "timestamp"])
    },
    Lie("an expired snapshot", "the metadata of `snapshot` expired") { repository in
      repository.roles["snapshot"]?.expires = RepositorySimulator.now
      try repository.publish(["snapshot", "timestamp"])
    },
    Lie("a snapshot of another version", "`snapshot` has version 2, expected is 3") { repository in
      try repository.publish(["snapshot", "timestamp"])
      repository.files["3.snapshot.json"] = repository.files["2.snapshot.json"]
    },
    Lie("a snapshot of another digest", "`snapshot.json` has another digest") { repository in
      repository.listsDigests = true
      try repository.publish(["snapshot", "timestamp"])
      let file = repository.files["3.snapshot.json"] ?? []
      // Same length, other white space.
      repository.files["3.snapshot.json"] = file.dropLast() + [0x20]
    },
    Lie("a snapshot of another length", "bytes, its repository lists") { repository in
      repository.listsDigests = true
      try repository.publish(["snapshot", "timestamp"])
      repository.files["3.snapshot.json"]?.append(0x20)
    },
    Lie("a snapshot without a role that was there", "`extra` is missing from its snapshot") {
      repository in
      repository.forget("extra")
      try repository.publish(["snapshot", "timestamp"])
    },
    Lie("a snapshot with an older role", "rolled back: `targets` has version 1") { repository in
      repository.roles["targets"]?.version = 1
      try repository.publish(online)
    },
    Lie("a snapshot without targets", "`targets` is missing") { repository in
      repository.forget("targets")
      try repository.publish(["snapshot", "timestamp"])
    },
    Lie("no targets", "does not have the metadata of `targets`") { repository in
      try repository.publish(online)
      repository.files["3.targets.json"] = nil
    },
    Lie("targets of other keys", "`targets` has valid signatures of 0 keys") { repository in
      repository.roles["targets"]?.signers = [try SimulatedKey()]
      try repository.publish(online)
    },
    Lie("expired targets", "the metadata of `targets` expired") { repository in
      repository.roles["targets"]?.expires = RepositorySimulator.now
      try repository.publish(online)
    },
    Lie("targets of another version", "`targets` has version 2, expected is 3") { repository in
      try repository.publish(online)
      repository.files["3.targets.json"] = repository.files["2.targets.json"]
    },
    Lie("targets of another digest", "`targets.json` has another digest") { repository in
      repository.listsDigests = true
      try repository.publish(online)
      let file = repository.files["3.targets.json"] ?? []
      repository.files["3.targets.json"] = file.dropLast() + [0x20]
    },
    Lie("a key that signs twice", "a key signed twice") { repository in
      repository.roles["timestamp"]?.tamper = { envelope in
        guard case .array(let signatures) = envelope["signatures"] else { return }
        envelope["signatures"] = .array(signatures + signatures)
      }
      try repository.publish(["timestamp"])
    },
    Lie("two ids for one key", "`timestamp` has valid signatures of 1 keys, 2 are needed") {
      repository in
      let id = String(repeating: "0", count: 64)
      let key = repository.roles["timestamp"]?.keys.first
      repository.roles["root"]?.edit = { root in
        edited(&root, ["keys", id], key?.json)
        edited(&root, ["roles", "timestamp", "threshold"], 2)
        edited(
          &root, ["roles", "timestamp", "keyids"], .array([.string(key?.id ?? ""), .string(id)]))
      }
      repository.roles["timestamp"]?.tamper = { envelope in
        guard case .array(let signatures) = envelope["signatures"],
          case .object(var copy)? = signatures.first
        else { return }
        copy["keyid"] = .string(id)
        envelope["signatures"] = .array(signatures + [.object(copy)])
      }
      try repository.publish(["root", "timestamp"])
    },
    Lie("no known key of enough", "`timestamp` has valid signatures of 0 keys") { repository in
      let id = repository.roles["timestamp"]?.keys.first?.id ?? ""
      repository.roles["root"]?.edit = { edited(&$0, ["keys", id, "scheme"], "unheard-of") }
      try repository.publish(["root"])
    },
    Lie("another change after signing", "`timestamp` has valid signatures of 0 keys") {
      repository in
      repository.roles["timestamp"]?.tamper = { edited(&$0, ["signed", "note"], "more") }
      try repository.publish(["timestamp"])
    },
  ]

  /// A repository of version 2 with a role that the snapshot lists, and a client that knows it.
  static func start() async throws -> (RepositorySimulator, SimulatedClient) {
    var repository = try RepositorySimulator()
    try repository.delegate(to: "extra", paths: ["extra/*"])
    try repository.publish(["extra"] + online)
    let client = SimulatedClient(repository)
    _ = try await client.update(repository)
    return (repository, client)
  }

  @Test("a lie is refused, and what was accepted stays", arguments: lies)
  func lie(_ lie: Lie) async throws {
    var (repository, client) = try await Self.start()
    try lie.tell(&repository)
    let found = await problem { _ = try await client.update(repository) }
    #expect(found.contains(lie.expected), "\(found)")
    // What was refused is not kept: it is no more trusted the second time.
    let again = await problem { _ = try await client.update(repository) }
    #expect(again == found)
    client.root = repository.files["1.root.json"] ?? []
  }

  @Test("a truthful new version is taken, role by role")
  func truth() async throws {
    var (repository, client) = try await Self.start()
    #expect(client.cache.log == ["timestamp", "snapshot", "targets"])
    client.cache.log = []
    _ = try await client.update(repository)
    #expect(client.cache.log.isEmpty)
    try repository.publish(["root"] + online)
    let trusted = try await client.update(repository)
    #expect(client.cache.log == ["root", "timestamp", "snapshot", "targets"])
    #expect(trusted.root.header.version == 2)
    #expect(trusted.targetsVersion == 3)
    #expect(trusted.expires == RepositorySimulator.now.adding(seconds: 30 * 86_400))
    client.root = []
  }

  @Test("a timestamp of the same version is not taken again")
  func sameTimestamp() async throws {
    var (repository, client) = try await Self.start()
    let before = client.cache.files["timestamp"]
    repository.roles["timestamp"]?.version = 2
    repository.roles["timestamp"]?.edit = { edited(&$0, ["meta", "snapshot.json", "version"], 9) }
    try repository.publish(["timestamp"])
    _ = try await client.update(repository)
    #expect(client.cache.files["timestamp"] == before)
    // Expired, it does not help either.
    let late = RepositorySimulator.now.adding(seconds: 31 * 86_400)
    repository.roles["root"]?.expires = late.adding(seconds: 1)
    try repository.publish(["root"])
    let found = await problem { _ = try await client.update(repository, at: late) }
    #expect(found.contains("`timestamp` expired"))
    client.root = []
  }

  @Test(
    "keys of timestamp or snapshot that were taken away let versions start anew",
    arguments: ["timestamp", "snapshot"])
  func recovery(_ role: String) async throws {
    var (repository, client) = try await Self.start()
    repository.roles[role] = try .init()
    repository.roles["timestamp"]?.version = 1
    repository.roles["snapshot"]?.version = 1
    try repository.publish(["root", "snapshot", "timestamp"])
    _ = try await client.update(repository)
    #expect(
      client.cache.log.suffix(5) == ["-timestamp", "-snapshot", "root", "timestamp", "snapshot"])
    client.root = []
  }

  @Test("a key more lets nothing start anew")
  func anotherKey() async throws {
    var (repository, client) = try await Self.start()
    repository.roles["timestamp"]?.keys.append(try SimulatedKey())
    repository.roles["timestamp"]?.version = 1
    try repository.publish(["root", "timestamp"])
    let found = await problem { _ = try await client.update(repository) }
    #expect(found.contains("rolled back"))
    client.root = []
  }

  @Test("what is cached and does not verify counts as absent", arguments: online)
  func damagedCache(_ role: String) async throws {
    let (repository, client) = try await Self.start()
    client.cache.files[role] = Array("{}".utf8)
    _ = try await client.update(repository)
    #expect(client.cache.log.last == role)
  }

  @Test("an expired copy in the cache is replaced")
  func expiredCache() async throws {
    var (repository, client) = try await Self.start()
    let late = RepositorySimulator.now.adding(seconds: 31 * 86_400)
    for name in top { repository.roles[name]?.expires = late.adding(seconds: 86_400) }
    try repository.publish(["root"] + online)
    _ = try await client.update(repository, at: late)
    #expect(client.cache.log.suffix(4) == ["root", "timestamp", "snapshot", "targets"])
    client.root = []
  }

  @Test("names without versions are asked for where snapshots are not consistent")
  func plainNames() async throws {
    var repository = try RepositorySimulator()
    repository.consistentSnapshot = false
    try repository.publish(top)
    let client = SimulatedClient(repository)
    #expect(repository.files["snapshot.json"] != nil)
    #expect(try await client.read("a/file", repository) == Array("content".utf8))
  }

  @Test("a first root must be signed by its own keys")
  func firstRoot() throws {
    var repository = try RepositorySimulator()
    repository.roles["root"]?.signers = [try SimulatedKey()]
    try repository.publish(["root"])
    let bytes = repository.rootBytes
    #expect(throws: MetadataError.unsigned(role: "root", signatures: 0, threshold: 1)) {
      try RootMetadata(trusted: bytes)
    }
    #expect(RootMetadata.version(of: bytes) == 2)
    #expect(RootMetadata.version(of: [1]) == nil)
  }

  @Test("too many new roots are refused")
  func rotations() async throws {
    var (repository, client) = try await Self.start()
    client.limits.rootRotations = 2
    for _ in 0..<2 { try repository.publish(["root"]) }
    _ = try await client.update(repository)
    for _ in 0..<3 { try repository.publish(["root"]) }
    let found = await problem { _ = try await client.update(repository) }
    #expect(found.contains("more than 2 new versions of the root"))
  }

  @Test("requests are limited to what is listed, and to the client's limits")
  func requestSizes() async throws {
    var repository = try RepositorySimulator()
    repository.listsDigests = true
    try repository.publish(online)
    let client = SimulatedClient(repository)
    var update = UpdateWorkflow(
      root: try RootMetadata(trusted: client.root), now: RepositorySimulator.now)
    var limits: [String: Int] = [:]
    try update.run(cache: client.cache) { request in
      limits[request.role] = request.limit
      return repository.metadata(request)
    }
    #expect(limits["snapshot"] == repository.files["2.snapshot.json"]?.count)
    #expect(limits["targets"] == repository.files["2.targets.json"]?.count)
    #expect(limits["timestamp"] == RepositoryLimits().timestamp)
    #expect(limits["root"] == RepositoryLimits().root)
    repository.listsDigests = false
    repository.roles["timestamp"]?.edit = {
      edited(&$0, ["meta", "snapshot.json", "length"], .integer(.max))
    }
    try repository.publish(["snapshot", "timestamp"])
    update = UpdateWorkflow(
      root: try RootMetadata(trusted: client.root), now: RepositorySimulator.now)
    _ = try? update.run(cache: client.cache) { request in
      limits[request.role] = request.limit
      return repository.metadata(request)
    }
    #expect(limits["snapshot"] == RepositoryLimits().snapshot)
  }
}
