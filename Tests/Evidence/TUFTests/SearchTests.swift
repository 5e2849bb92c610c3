// SPDX-License-Identifier: Apache-2.0

import Encodings
import RepositorySimulator
import Testing

@testable import TUF

@Suite("TUF targets and delegations")
struct SearchTests {
  static let content = Array("content".utf8)

  /// A repository with delegations, published.
  static func repository(
    _ make: (inout RepositorySimulator) throws -> Void
  ) throws -> (RepositorySimulator, SimulatedClient) {
    var repository = try RepositorySimulator()
    try make(&repository)
    let delegated = repository.roles.keys.filter { !top.contains($0) }.sorted()
    try repository.publish(delegated + online)
    return (repository, SimulatedClient(repository))
  }

  @Test(
    "patterns match within one part of a path",
    arguments: [
      ("*", "file", true), ("*", "a/file", false), ("*/*", "a/file", true), ("a/*", "a/b/c", false),
      ("a/*", "a/", true), ("?.txt", "a.txt", true), ("?.txt", "ab.txt", false),
      ("?", "/", false), ("*.txt", "a.txt", true), ("*.txt", "a.TXT", false),
      ("*a*b", "xaxab", true), ("*a*b", "xaxac", false), ("a", "a", true), ("a", "ab", false),
      ("ab", "a", false), ("", "", true), ("", "a", false), ("**", "abc", true),
      ("*", "", true), ("[a]", "a", false), ("a*", "a", true), ("é?", "éß", true),
    ])
  func patterns(_ pattern: String, _ path: String, _ expected: Bool) {
    #expect(PathPattern(pattern).matches(path) == expected)
  }

  @Test("a target of a delegated role is found, and each role asked once, in order")
  func order() async throws {
    let (repository, client) = try Self.repository { repository in
      try repository.delegate(to: "a")
      try repository.delegate(to: "b")
      try repository.delegate(from: "a", to: "c")
      try repository.delegate(from: "c", to: "a")
      try repository.delegate(from: "b", to: "d", targets: ["x": Self.content])
    }
    #expect(try await client.read("x", repository) == Self.content)
    #expect(client.cache.log.suffix(4) == ["a", "c", "b", "d"])
    client.cache.log = []
    #expect(try await client.read("x", repository) == Self.content)
    #expect(client.cache.log.isEmpty)
  }

  @Test("a role's own target comes before those of whom it delegates to")
  func ownTargetFirst() async throws {
    let (repository, client) = try Self.repository { repository in
      try repository.delegate(to: "a", targets: ["x": Self.content])
      try repository.delegate(from: "a", to: "b", targets: ["x": [1]])
    }
    #expect(try await client.read("x", repository) == Self.content)
    #expect(client.cache.log.last == "a")
  }

  @Test("what comes after a terminating delegation is not asked")
  func terminating() async throws {
    let (repository, client) = try Self.repository { repository in
      try repository.delegate(to: "a")
      try repository.delegate(from: "a", to: "c", terminating: true)
      try repository.delegate(from: "a", to: "d", targets: ["x": Self.content])
      try repository.delegate(to: "b", targets: ["x": Self.content])
    }
    let found = await problem { _ = try await client.read("x", repository) }
    #expect(found == "the repository has no target `x`")
    #expect(client.cache.log.suffix(2) == ["a", "c"])
  }

  @Test("a delegation that does not cover the path is passed over")
  func scope() async throws {
    let digest = SHA256Hash(hashing: Array("x".utf8)).hexadecimal
    let (repository, client) = try Self.repository { repository in
      try repository.delegate(to: "a", paths: ["y"], targets: ["x": [1]])
      try repository.delegate(to: "b", prefixes: ["0\(digest)"], targets: ["x": [2]])
      try repository.delegate(
        to: "c", prefixes: [String(digest.prefix(3))], targets: ["x": Self.content])
    }
    #expect(try await client.read("x", repository) == Self.content)
    #expect(client.cache.log.last == "c")
  }

  @Test("a role is verified against whoever led to it, not on an earlier one's word")
  func diamond() async throws {
    let (repository, client) = try Self.repository { repository in
      try repository.delegate(to: "a", paths: ["a/*"])
      try repository.delegate(to: "b", paths: ["b/*"])
      try repository.delegate(
        from: "a", to: "shared", paths: ["a/*"],
        targets: ["a/x": Self.content, "b/x": Self.content])
      try repository.delegate(from: "b", to: "shared", paths: ["b/*"])
      let other = try SimulatedKey()
      repository.roles["b"]?.edit = { object in
        edited(&object, ["delegations", "keys"], .object([(other.id, other.json)]))
        guard case .object(var delegations) = object["delegations"],
          case .array(let roles) = delegations["roles"], case .object(var role)? = roles.first
        else { return }
        role["keyids"] = [.string(other.id)]
        delegations["roles"] = [.object(role)]
        object["delegations"] = .object(delegations)
      }
    }
    #expect(try await client.read("a/x", repository) == Self.content)
    let found = await problem { _ = try await client.read("b/x", repository) }
    #expect(found.contains("`shared` has valid signatures of 0 keys"))
  }

  static let refusals: [Lie] = [
    Lie("no such target", "no target `x`") { _ in },
    Lie("a role that the snapshot does not list", "`a` is not in the snapshot") { repository in
      try repository.delegate(to: "a", targets: ["x": content])
      try repository.publish(online)
    },
    Lie("a role that is not served", "does not have the metadata of `a`") { repository in
      try repository.delegate(to: "a", targets: ["x": content])
      try repository.publish(["a"] + online)
      repository.files["1.a.json"] = nil
    },
    Lie("a malformed role", "the metadata of `a` is malformed") { repository in
      try repository.delegate(to: "a", targets: ["x": content])
      repository.roles["a"]?.edit = { $0["targets"] = nil }
      try repository.publish(["a"] + online)
    },
    Lie("an expired role", "the metadata of `a` expired") { repository in
      try repository.delegate(to: "a", targets: ["x": content])
      repository.roles["a"]?.expires = RepositorySimulator.now
      try repository.publish(["a"] + online)
    },
    Lie("another target than listed", "`x` has another digest") { repository in
      repository.roles["targets"]?.targets["x"] = content
      try repository.publish(online)
      for path in repository.served.keys where path.hasSuffix(".x") {
        repository.served[path] = Array("CONTENT".utf8)
      }
    },
    Lie("a longer target than listed", "`x` has 8 bytes, its repository lists 7") { repository in
      repository.roles["targets"]?.targets["x"] = content
      try repository.publish(online)
      for path in repository.served.keys where path.hasSuffix(".x") {
        repository.served[path]?.append(1)
      }
    },
    Lie("a target that is not served", "does not have the metadata of `x`") { repository in
      repository.roles["targets"]?.targets["x"] = content
      try repository.publish(online)
      repository.served = [:]
    },
    Lie("another SHA-512", "`x` has another digest") { repository in
      repository.roles["targets"]?.targets["x"] = content
      repository.roles["targets"]?.edit = {
        edited(
          &$0, ["targets", "x", "hashes", "sha512"],
          .string(String(repeating: "0", count: 128)))
      }
      try repository.publish(online)
    },
    Lie("no known digest", "lists no SHA-256 or SHA-512 of `x`") { repository in
      repository.roles["targets"]?.targets["x"] = content
      repository.roles["targets"]?.edit = {
        edited(&$0, ["targets", "x", "hashes"], ["md5": "00"])
      }
      try repository.publish(online)
    },
    Lie("a target that is too large", "a target of more than") { repository in
      repository.roles["targets"]?.targets["x"] = content
      repository.roles["targets"]?.edit = {
        edited(&$0, ["targets", "x", "length"], .integer(1 << 40))
      }
      try repository.publish(online)
    },
  ]

  @Test("a target is refused", arguments: refusals)
  func refuses(_ lie: Lie) async throws {
    var repository = try RepositorySimulator()
    try lie.tell(&repository)
    let client = SimulatedClient(repository)
    let found = await problem { _ = try await client.read("x", repository) }
    #expect(found.contains(lie.expected), "\(found)")
  }

  @Test(
    "a path that could lead elsewhere is not asked for",
    arguments: ["../x", "/x", "a//x", "a/./x", "a/..", "", "a\u{0}", "a\n", "a\u{7f}"])
  func unsafePaths(_ path: String) async throws {
    let (repository, client) = try Self.repository { repository in
      repository.roles["targets"]?.edit = {
        edited(
          &$0, ["targets", path],
          [
            "length": 7,
            "hashes": ["sha256": .string(SHA256Hash(hashing: Self.content).hexadecimal)],
          ])
      }
    }
    let found = await problem { _ = try await client.read(path, repository) }
    #expect(found.contains("has empty or dotted parts"), "\(found)")
  }

  @Test("a target with only a SHA-512 is asked for by it")
  func otherDigest() throws {
    let digest = String(repeating: "0", count: 128)
    let node = JSONNode(["length": 1, "hashes": ["sha512": .string(digest)]])
    let file = try TargetFile(path: "a/b", node)
    #expect(try file.requestPath(consistentSnapshot: true) == ["a", "\(digest).b"])
    #expect(try file.requestPath(consistentSnapshot: false) == ["a", "b"])
    let bare = try TargetFile(path: "a/b", JSONNode(["length": 1, "hashes": [:]]))
    #expect(throws: MetadataError.noKnownDigest(name: "a/b")) {
      try bare.requestPath(consistentSnapshot: true)
    }
    #expect(throws: MetadataError.noKnownDigest(name: "a/b")) { try bare.check([1]) }
  }

  @Test("what is provided after the end changes nothing")
  func afterTheEnd() async throws {
    let (repository, client) = try Self.repository { repository in
      try repository.delegate(to: "a", targets: ["x": Self.content])
    }
    let trusted = try await client.update(repository)
    var search = try TargetSearch(in: trusted, for: "a/file")
    #expect(search.need == nil)
    try search.provide([1])
    #expect(search.target?.path == "a/file")
    var update = UpdateWorkflow(
      root: try RootMetadata(trusted: client.root), now: RepositorySimulator.now)
    try await update.run(from: repository, cache: client.cache)
    try update.provide([1])
    #expect(update.repository != nil && update.need == nil)
  }

  @Test("a search is limited in roles and in depth")
  func limits() async throws {
    var (repository, client) = try Self.repository { repository in
      for index in 0..<4 { try repository.delegate(to: "wide\(index)", paths: ["w"]) }
      var parent = "targets"
      for index in 0..<4 {
        try repository.delegate(from: parent, to: "deep\(index)", paths: ["d"])
        parent = "deep\(index)"
      }
    }
    client.limits.roles = 4
    client.limits.depth = 4
    for path in ["w", "d"] {
      let found = await problem { _ = try await client.read(path, repository) }
      #expect(found == "the repository has no target `\(path)`")
    }
    client.limits.roles = 3
    var found = await problem { _ = try await client.read("w", repository) }
    #expect(found.contains("more than 3 roles"))
    client.limits.roles = 4
    client.limits.depth = 3
    found = await problem { _ = try await client.read("d", repository) }
    #expect(found.contains("more than 3 delegations"))
    repository.files = [:]
  }

  @Test("lists are limited")
  func lists() throws {
    let entry: JSONValue = ["length": 1, "hashes": [:]]
    let header: [(String, JSONValue)] = [
      ("spec_version", "1.0"), ("version", 1), ("expires", "2030-01-01T00:00:00Z"),
    ]
    let many = (0...SnapshotMetadata.fileLimit).map { ("\($0).json", ["version": 1] as JSONValue) }
    let snapshot = JSONNode(.object(header + [("_type", "snapshot"), ("meta", Self.object(many))]))
    #expect(throws: DocumentError(path: "meta", problem: "more than 100000 files")) {
      try SnapshotMetadata(snapshot)
    }
    let targets = JSONNode(
      .object(
        header + [
          ("_type", "targets"),
          ("targets", Self.object((0...TargetsMetadata.targetLimit).map { ("\($0)", entry) })),
        ]))
    #expect(throws: DocumentError(path: "targets", problem: "more than 100000 targets")) {
      try TargetsMetadata(targets)
    }
  }

  /// An object without the cost of looking for names that are there twice.
  private static func object(_ members: [(String, JSONValue)]) -> JSONValue {
    let text = members.map { "\"\($0.0)\":\($0.1.compactText)" }.joined(separator: ",")
    return (try? JSONReader.parse(Array("{\(text)}".utf8))) ?? .null
  }
}
