// SPDX-License-Identifier: Apache-2.0

import Encodings
import RepositorySimulator
import Sigstore
import TUF
import TestSupport
import Testing
import TrustSimulator

@testable import TrustStore

@Suite("the store of instances")
struct InstanceStoreTests {
  static let now = RepositorySimulator.now
  let scratch: Scratch
  let store: InstanceStore
  var repository: RepositorySimulator

  init() throws {
    scratch = try Scratch()
    store = InstanceStore(folder: "\(scratch.path)/trust")
    repository = try RepositorySimulator(targets: [
      "trusted_root.json": Array(try TrustSimulator().trustedRoot().json.compactText.utf8),
      "signing_config.v0.2.json": BuiltInInstance.staging.signingConfig,
      "../escape": [1],
    ])
  }

  private func name(_ text: String) throws -> InstanceName { try InstanceName(text) }

  private func added(_ text: String = "acme") async throws -> InstanceRecord {
    let record = try store.added(
      try name(text), repository: "https://tuf.acme.example",
      root: repository.files["1.root.json"] ?? [])
    let updated = try await record.updated(from: repository, at: Self.now)
    try store.keep(updated)
    return updated
  }

  private func problem(_ work: () async throws -> Void) async -> String {
    do {
      try await work()
      return ""
    } catch { return "\(error)" }
  }

  @Test("an instance is kept and verified again when it is read")
  func keeps() async throws {
    _ = try await added()
    let (instance, problem) = try store.instance(try name("acme"))
    #expect(problem == nil)
    #expect(instance.origin == .store(updated: Self.now))
    #expect(instance.trustedRootBytes == repository.roles["targets"]?.targets["trusted_root.json"])
    #expect(instance.signingConfig?.certificateAuthorities.isEmpty == false)
    #expect(instance.rootVersion == 1)
    #expect(store.names.map(\.text) == ["acme", "public-good", "staging"])
    #expect(
      Platform.names(in: "\(scratch.path)/trust/acme").filter { !$0.hasPrefix(".") }
        == ["instance.json"])
  }

  @Test(
    "a name is a name",
    arguments: ["", "A", "a/b", "..", ".a", "-a", "a b", "é", String(repeating: "a", count: 65)])
  func names(_ text: String) {
    #expect(throws: TrustStoreError.name(text)) { try InstanceName(text) }
  }

  @Test("an update takes over a new root and new targets, and nothing of a failed one")
  mutating func updates() async throws {
    let first = try await added()
    try repository.publish(["root", "targets", "snapshot", "timestamp"])
    let second = try await store.start(of: try name("acme")).updated(
      from: repository, at: Self.now.adding(seconds: 60))
    #expect(second.roots.count == 2)
    #expect(try second.instance().rootVersion == 2)
    try store.keep(second)
    repository.roles["timestamp"]?.version = 1
    try repository.publish(["timestamp"])
    let repository = repository
    let found = await problem {
      _ = try await second.updated(from: repository, at: Self.now)
    }
    #expect(found.contains("rolled back"))
    #expect(try store.record(of: try name("acme")) == second)
    #expect(first != second)
  }

  @Test("a trusted root that is none is refused")
  mutating func targets() async throws {
    repository.roles["targets"]?.targets["trusted_root.json"] = Array("{}".utf8)
    try repository.publish(["targets", "snapshot", "timestamp"])
    let found = await problem { _ = try await added() }
    #expect(found.contains("`trusted_root.json` of `acme` cannot be used"))
    #expect(store.names.count == 2)
  }

  @Test("an instance needs a trusted root, and no signing configuration")
  mutating func missingTargets() async throws {
    repository.roles["targets"]?.targets["signing_config.v0.2.json"] = nil
    try repository.publish(["targets", "snapshot", "timestamp"])
    #expect(try await added().instance().signingConfig == nil)
    repository.roles["targets"]?.targets["trusted_root.json"] = nil
    try repository.publish(["targets", "snapshot", "timestamp"])
    let found = await problem { _ = try await added("other") }
    #expect(found.contains("no target `trusted_root.json`"))
  }

  /// Changes of the file of an instance; none of them may be trusted.
  static let tampered: [(String, String)] = [
    ("mediaType", "expected `application/vnd.hallmark"), ("name", "is not the name"),
    ("repository", "`repository` is missing"), ("updated", "RFC 3339"), ("roots", "no root"),
    ("metadata", "expected an object"), ("targets", "expected an object"),
  ]

  @Test("a damaged file is refused", arguments: tampered)
  func damaged(_ member: String, _ expected: String) async throws {
    let record = try await added()
    guard case .object(var object) = try JSONReader.parse(record.bytes) else {
      Issue.record("the record is no object")
      return
    }
    let values: [String: JSONValue] = [
      "mediaType": "x", "name": "A/..", "updated": "now", "roots": [], "metadata": 1, "targets": 1,
    ]
    object[member] = values[member]
    let file = try scratch.write(
      "trust/acme/instance.json", JSONValue.object(object).compactText)
    let found = await problem { _ = try store.instance(try name("acme")) }
    #expect(found.contains(expected), "\(found)")
    #expect(found.contains(file))
  }

  @Test("a file with another instance's name is refused")
  func otherName() async throws {
    let record = try await added()
    _ = try scratch.write("trust/other/instance.json", record.bytes)
    let found = await problem { _ = try store.instance(try name("other")) }
    #expect(found.contains("expected `other`"))
    #expect(throws: TrustStoreError.unknown(try name("nobody"))) {
      try store.instance(try name("nobody"))
    }
  }

  @Test("a trusted root that the metadata does not list is refused")
  func substituted() async throws {
    let record = try await added()
    var targets = record.targets
    targets["trusted_root.json"] = BuiltInInstance.publicGood.trustedRoot
    try store.keep(
      InstanceRecord(
        name: record.name, repository: record.repository, updated: record.updated,
        roots: record.roots, metadata: record.metadata, targets: targets))
    let found = await problem { _ = try store.instance(record.name) }
    #expect(found.contains("`trusted_root.json` has"))
  }

  @Test("another's trust in the place of the public one is not used, and the reason is said")
  func publicGood() async throws {
    let other = try await added()
    let record = InstanceRecord(
      name: InstanceName(.publicGood), repository: "https://example.org", updated: other.updated,
      roots: other.roots, metadata: other.metadata, targets: other.targets)
    var root = repository
    root.roles["root"]?.version = 20
    try root.publish(["root"])
    try store.keep(
      InstanceRecord(
        name: record.name, repository: record.repository, updated: record.updated,
        roots: [root.rootBytes], metadata: record.metadata, targets: record.targets))
    let (instance, problem) = try store.instance(record.name)
    #expect(instance.origin == .builtIn)
    #expect(problem != nil)
    #expect(try store.start(of: record.name).roots == [BuiltInInstance.publicGood.repositoryRoot])
    // One that is older than what is built in is passed over without a word.
    try store.keep(record)
    #expect(try store.instance(record.name).problem == nil)
    #expect(try store.instance(record.name).instance.origin == .builtIn)
  }

  @Test("an export is verified again where it is imported")
  func imports() async throws {
    let exported = try InstanceRecord(parsing: try await added().bytes)
    let other = InstanceStore(folder: "\(scratch.path)/other")
    let root = repository.files["1.root.json"] ?? []
    let digest = SHA256Hash(hashing: root)
    let acme = try name("acme")
    for (root, digest) in [(root, nil), (nil, digest)] as [([UInt8]?, SHA256Hash?)] {
      let record = try await other.imported(
        exported, as: acme, root: root, digest: digest, at: Self.now)
      #expect(try record.instance().trustedRootBytes == exported.instance().trustedRootBytes)
    }
    let refused: [(String, [UInt8]?, SHA256Hash?, Int64)] = [
      ("nothing says which root", nil, nil, 0),
      ("there is no root with SHA-256", nil, SHA256Hash(hashing: []), 0),
      ("valid signatures of 0 keys", try RepositorySimulator().rootBytes, nil, 0),
      ("expired", root, nil, 31 * 86_400),
    ]
    for (expected, root, digest, late) in refused {
      let found = await problem {
        _ = try await other.imported(
          exported, as: acme, root: root, digest: digest, at: Self.now.adding(seconds: late))
      }
      #expect(found.contains(expected), "\(found)")
      #expect(other.names.count == 2)
    }
    // A known instance needs no root, and does not go back.
    #expect(
      try await store.imported(exported, as: acme, root: nil, digest: nil, at: Self.now).roots
        == exported.roots)
    await #expect(throws: TrustStoreError.noSuchRoot(SHA256Hash(hashing: [1]))) {
      try await store.imported(exported, as: acme, root: [1], digest: nil, at: Self.now)
    }
    let found = await problem {
      _ = try await store.imported(
        exported, as: InstanceName(.publicGood), root: nil, digest: nil, at: Self.now)
    }
    #expect(found.contains("`public-good` is not accepted"))
  }

  @Test("a root is found by its digest")
  mutating func digests() async throws {
    try repository.publish(["root"])
    let second = repository.rootBytes
    #expect(
      try await InstanceStore.root(withDigest: SHA256Hash(hashing: second), from: repository)
        == second)
    let digest = SHA256Hash(hashing: [])
    let repository = repository
    await #expect(throws: TrustStoreError.noSuchRoot(digest)) {
      try await InstanceStore.root(withDigest: digest, from: repository)
    }
  }

  @Test("what is built in verifies", arguments: BuiltInInstance.allCases)
  func builtIn(_ builtIn: BuiltInInstance) throws {
    let instance = try InstanceStore.builtIn(builtIn)
    #expect(instance.rootVersion >= 14)
    #expect(instance.signingConfig != nil)
    #expect(try store.instance(InstanceName(builtIn)).instance == instance)
    let nowhere = InstanceStore { _ in nil }
    #expect(try nowhere.instance(InstanceName(builtIn)).instance == instance)
    #expect(throws: TrustStoreError.noFolder) {
      try nowhere.keep(try nowhere.start(of: InstanceName(builtIn)))
    }
  }

  @Test("the folder is the user's data folder")
  func folder() {
    #expect(InstanceStore { ["HOME": "/h"][$0] }.folder == "/h/.local/share/hallmark/trust")
    #expect(
      InstanceStore { ["HOME": "/h", "XDG_DATA_HOME": "/d"][$0] }.folder == "/d/hallmark/trust")
    #expect(
      InstanceStore { ["HOME": "/h", "XDG_DATA_HOME": "d"][$0] }.folder
        == "/h/.local/share/hallmark/trust")
  }

  @Test("names of roles and targets stay in their folders")
  func folders() throws {
    let folder = MetadataFolder(path: scratch.path)
    for role in ["../x", "/x", "a/b", "..", "?", "\u{0}"] {
      try folder.store([1], role: role)
      #expect(folder.bytes(ofRole: role, limit: 1) == [1])
      #expect(folder.bytes(ofRole: role, limit: 0) == nil)
    }
    #expect(Platform.names(in: scratch.path).filter { $0.hasSuffix(".json") }.count == 6)
    try folder.apply(.remove(role: "a/b"))
    try folder.apply(.remove(role: "a/b"))
    #expect(folder.bytes(ofRole: "a/b", limit: 1) == nil)
    #expect(throws: StoreFileError.self) {
      try MetadataFolder(path: "\(scratch.path)/nowhere").store([1], role: "a")
    }
  }
}
