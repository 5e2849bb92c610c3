// SPDX-License-Identifier: Apache-2.0

import Encodings
import RepositorySimulator
import TUF
import Testing

@Suite("TUF metadata")
struct FormTests {
  private static let tooManyKeyIDs: JSONValue = .array((0...256).map { "\($0)" })
  private static let tooManyKeys: JSONValue = .object(
    (0...1024).map {
      (
        "\($0)",
        ["keytype": "x", "scheme": "x", "keyval": ["public": "x"]]
      )
    })

  static let malformed: [Lie] = [
    .edit("root", ["_type"], "targets", "expected `root`"),
    .edit("root", ["_type"], nil, "`_type` is missing"),
    .edit("root", ["spec_version"], "2.0", "expected version 1 of the specification"),
    .edit("root", ["spec_version"], "10.0", "expected version 1 of the specification"),
    .edit("root", ["spec_version"], nil, "`spec_version` is missing"),
    .edit("root", ["version"], 0, "expected at least 1"),
    .edit("root", ["version"], "2", "expected an integer"),
    .edit("root", ["version"], .integer(.max), "less than 2^63 - 1"),
    .edit("root", ["expires"], "tomorrow", "not an RFC 3339 time"),
    .edit("root", ["consistent_snapshot"], "yes", "expected true or false"),
    .edit("root", ["keys"], nil, "`keys` is missing"),
    .edit("root", ["keys"], tooManyKeys, "more than 1024 keys"),
    .edit("root", ["keys", "x"], ["keytype": "x"], "`scheme` is missing"),
    .edit("root", ["keys", "x"], ["scheme": "x"], "`keytype` is missing"),
    .edit("root", ["keys", "x"], ["keytype": "x", "scheme": "x"], "`keyval` is missing"),
    .edit("root", ["roles"], nil, "`roles` is missing"),
    .edit("root", ["roles", "root"], nil, "`root` is missing"),
    .edit("root", ["roles", "timestamp"], nil, "`timestamp` is missing"),
    .edit("root", ["roles", "snapshot"], nil, "`snapshot` is missing"),
    .edit("root", ["roles", "targets"], nil, "`targets` is missing"),
    .edit("root", ["roles", "targets", "threshold"], 0, "the threshold is not from 1 to 256"),
    .edit("root", ["roles", "targets", "threshold"], 257, "the threshold is not from 1 to 256"),
    .edit("root", ["roles", "targets", "threshold"], nil, "`threshold` is missing"),
    .edit("root", ["roles", "targets", "keyids"], ["a", "a"], "a key is listed twice"),
    .edit("root", ["roles", "targets", "keyids"], tooManyKeyIDs, "more than 256 elements"),
    .edit("root", ["roles", "targets", "keyids"], [1], "expected a string"),
    .edit("timestamp", ["_type"], "snapshot", "expected `timestamp`"),
    .edit("timestamp", ["meta"], [:], "`snapshot.json` is missing"),
    .edit("timestamp", ["meta", "snapshot.json"], ["version": 0], "expected at least 1"),
    .edit(
      "timestamp", ["meta", "snapshot.json"], ["version": 3, "length": -1], "it is negative"),
    .edit(
      "timestamp", ["meta", "snapshot.json"], ["version": 3, "hashes": ["sha256": "00"]],
      "expected 64 lower-case hexadecimal digits"),
    .edit(
      "timestamp", ["meta", "snapshot.json"],
      ["version": 3, "hashes": ["sha512": .string(String(repeating: "A", count: 128))]],
      "expected 128 lower-case hexadecimal digits"),
    .edit("snapshot", ["_type"], "timestamp", "expected `snapshot`"),
    .edit("snapshot", ["meta"], nil, "`meta` is missing"),
    .edit("snapshot", ["meta", "targets"], ["version": 1], "not the name of a metadata file"),
    .edit("snapshot", ["meta", "a.json"], ["version": 0], "expected at least 1"),
    .edit("targets", ["_type"], "root", "expected `targets`"),
    .edit("targets", ["targets"], nil, "`targets` is missing"),
    .edit("targets", ["targets", "a"], ["hashes": [:]], "`length` is missing"),
    .edit("targets", ["targets", "a"], ["length": -1], "it is negative"),
    .edit(
      "targets", ["targets", "a"], ["length": 1, "hashes": ["sha256": "0"]], "lower-case hex"),
    .edit("targets", ["delegations"], ["roles": []], "`keys` is missing"),
    .edit("targets", ["delegations"], ["keys": [:]], "`roles` is missing"),
    .delegation(["name": "root"], "cannot be the name of a delegated role"),
    .delegation(["name": "targets"], "cannot be the name of a delegated role"),
    .delegation(["name": ""], "cannot be the name of a delegated role"),
    .delegation(["name": nil], "`name` is missing"),
    .delegation(["terminating": nil], "`terminating` is missing"),
    .delegation(["threshold": 0], "the threshold is not"),
    .delegation(["paths": nil], "expected either `paths` or `path_hash_prefixes`"),
    .delegation(["path_hash_prefixes": []], "expected either `paths` or `path_hash_prefixes`"),
    .delegation(["paths": [1]], "expected a string"),
    Lie("a delegated role twice", "the role `a` is there twice") { repository in
      let role: JSONValue = .object(Lie.delegation)
      repository.roles["targets"]?.edit = {
        $0["delegations"] = ["keys": [:], "roles": [role, role]]
      }
      try repository.publish(online)
    },
    Lie("a fraction", "the number `1.5` is not an integer") { repository in
      repository.roles["timestamp"]?.edit = { $0["note"] = .number("1.5") }
      try repository.publish(["timestamp"])
    },
    Lie("no signatures", "`signatures` is missing") { repository in
      repository.roles["timestamp"]?.tamper = { $0["signatures"] = nil }
      try repository.publish(["timestamp"])
    },
    Lie("nothing signed", "`signed` is missing") { repository in
      repository.roles["timestamp"]?.tamper = { $0["signed"] = nil }
      try repository.publish(["timestamp"])
    },
    Lie("too many signatures", "more than 256 elements") { repository in
      repository.roles["timestamp"]?.tamper = {
        $0["signatures"] = .array((0...256).map { ["keyid": "\($0)", "sig": ""] })
      }
      try repository.publish(["timestamp"])
    },
    Lie("a signature without text", "`sig` is missing") { repository in
      repository.roles["timestamp"]?.tamper = { $0["signatures"] = [["keyid": "a"]] }
      try repository.publish(["timestamp"])
    },
    Lie("a timestamp that is too large", "not valid JSON") { repository in
      repository.files["timestamp.json"] = Array("[".utf8)
    },
    Lie("a timestamp beyond the limit", "more than 16384 bytes") { repository in
      repository.files["timestamp.json"]? += [UInt8](repeating: 0x20, count: 16 << 10)
    },
  ]

  @Test("a malformed file is refused", arguments: malformed)
  func refuses(_ lie: Lie) async throws {
    let (start, client) = try await UpdateTests.start()
    var repository = start
    try lie.tell(&repository)
    let found = await problem { _ = try await client.update(repository) }
    #expect(found.contains("is malformed: "), "\(found)")
    #expect(found.contains(lie.expected), "\(found)")
  }

  @Test("unknown members count for signatures and for nothing else")
  func unknownMembers() async throws {
    var (repository, client) = try await UpdateTests.start()
    for name in top {
      repository.roles[name]?.edit = {
        $0["note"] = ["é\n\"\\\u{1}": [true, false, .null, -5], "b": "ß", "a": [:]]
      }
    }
    try repository.publish(["root"] + online)
    _ = try await client.update(repository)
    #expect(client.cache.log.suffix(4) == ["root", "timestamp", "snapshot", "targets"])
    client.root = []
  }

  @Test("every kind of key signs", arguments: SimulatedKey.Kind.allCases)
  func kinds(_ kind: SimulatedKey.Kind) async throws {
    var (repository, client) = try await UpdateTests.start()
    let key = try SimulatedKey(kind)
    repository.roles["root"]?.keys.append(key)
    repository.roles["root"]?.signers.append(key)
    repository.roles["root"]?.threshold = 2
    try repository.publish(["root"])
    #expect(try await client.update(repository).root.header.version == 2)
    // Without its signature, or with one over something else, the threshold is not reached.
    let id = key.id
    let wrong = Hexadecimal.encode(try key.signature(for: Array("something else".utf8)))
    repository.roles["root"]?.tamper = { envelope in
      guard case .array(let signatures) = envelope["signatures"] else { return }
      envelope["signatures"] = .array(
        signatures.map { signature in
          guard case .object(var object) = signature, object["keyid"] == .string(id) else {
            return signature
          }
          object["sig"] = .string(wrong)
          return .object(object)
        })
    }
    try repository.publish(["root"])
    let found = await problem { _ = try await client.update(repository) }
    #expect(found.contains("valid signatures of 1 keys, 2 are needed"))
    client.root = []
  }

  @Test("a bad signature beside enough good ones does no harm", arguments: ["", "zz", "00"])
  func spareSignature(_ text: String) async throws {
    var (repository, client) = try await UpdateTests.start()
    let other = try SimulatedKey()
    repository.roles["timestamp"]?.keys.append(other)
    let id = other.id
    repository.roles["timestamp"]?.tamper = { envelope in
      guard case .array(let signatures) = envelope["signatures"] else { return }
      envelope["signatures"] = .array(
        [["keyid": .string(id), "sig": .string(text)]] + signatures)
    }
    try repository.publish(["root", "timestamp"])
    _ = try await client.update(repository)
    #expect(client.cache.log.last == "timestamp")
    client.root = []
  }

  /// Keys whose type or text is not what their scheme says; none of their signatures count.
  @Test(
    "a key of another kind than it says does not count",
    arguments: ["ed25519", "ecdsa", "rsa"])
  func wrongKind(_ type: String) async throws {
    var (repository, client) = try await UpdateTests.start()
    let scheme = [
      "ed25519": "ed25519", "ecdsa": "ecdsa-sha2-nistp384", "rsa": "rsassa-pss-sha256",
    ]
    let key = try SimulatedKey(.ecdsa)
    guard case .object(var json) = key.json else {
      Issue.record("the key is no object")
      return
    }
    json["keytype"] = .string(type)
    json["scheme"] = .string(scheme[type] ?? "")
    let text = json
    repository.roles["timestamp"]?.signers.append(key)
    repository.roles["root"]?.edit = { root in
      edited(&root, ["keys", key.id], .object(text))
      edited(&root, ["roles", "timestamp", "keyids"], [.string(key.id)])
    }
    try repository.publish(["root", "timestamp"])
    let found = await problem { _ = try await client.update(repository) }
    #expect(found.contains("`timestamp` has valid signatures of 0 keys"))
    client.root = []
  }
}

extension Lie {
  static let delegation: JSONObject = [
    ("name", "a"), ("keyids", []), ("threshold", 1), ("terminating", false), ("paths", ["*"]),
  ].reduce(into: JSONObject()) { $0[$1.0] = $1.1 }

  /// A delegation with some members changed.
  static func delegation(_ changes: [String: JSONValue?], _ expected: String) -> Lie {
    var role = delegation
    for (key, value) in changes { role[key] = value }
    let changed: JSONValue = .object(role)
    return .edit("targets", ["delegations"], ["keys": [:], "roles": [changed]], expected)
  }
}
