// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Encodings
package import Reproducibility

/// What a rebuilder signs: an in-toto statement about one published file, and what came of making it
/// again from its source.
///
/// ```json
/// {"_type": "https://in-toto.io/Statement/v1",
///  "subject": [{"name": "greeting-1.1.0-py3-none-any.whl", "digest": {"sha256": "…"}}],
///  "predicateType": "urn:hallmark:predicate:rebuild:v1",
///  "predicate": {
///    "verdict": "identical-given", "rung": 2, "containerFields": {"zip-time": 12},
///    "rebuiltAt": "2026-11-28T12:00:00Z",
///    "source": {"kind": "git", "place": "https://example.com/greeting", "commit": "…", "tag": "v1"},
///    "environment": {"python": "3.13.1", "packages": ["hatchling==1.33.0"], "lock": {"sha256": "…"}},
///    "rebuilt": {"sha256": "…"},
///    "reason": "…",
///    "rebuilder": {"name": "hallmark", "version": "…"}}}
/// ```
/// A verdict that does not pass is stated too: that a file could be made again before, and cannot
/// now, is worth knowing. `reason` says why then. Members that are not known are errors.
package struct RebuildStatement: Hashable, Sendable {
  /// What was built from.
  package struct Source: Hashable, Sendable {
    /// `git`, `sdist` or `files`.
    package let kind: String
    /// Where it is, in words.
    package let place: String?
    /// The commit, if it is one.
    package let commit: String?
    /// The tag by which it was found.
    package let tag: String?

    /// Describes a source.
    package init(
      kind: String, place: String? = nil, commit: String? = nil, tag: String? = nil
    ) {
      self.kind = kind
      self.place = place
      self.commit = commit
      self.tag = tag
    }
  }

  /// What it was built with.
  package struct Environment: Hashable, Sendable {
    /// The version of the interpreter.
    package let python: String?
    /// The packages of the build environment, as `name==version`.
    package let packages: [String]
    /// The digest of the lock that names them with their digests.
    package let lock: SHA256Hash?

    /// Describes an environment.
    package init(python: String? = nil, packages: [String] = [], lock: SHA256Hash? = nil) {
      self.python = python
      self.packages = packages
      self.lock = lock
    }
  }

  /// Packages of an environment at most.
  package static let packageLimit = 10_000

  /// The published file.
  package let file: Subject
  /// The verdict.
  package let verdict: RebuildVerdict
  /// When, by the rebuilder's clock.
  package let time: Timestamp
  /// What was built from.
  package let source: Source
  /// What it was built with.
  package let environment: Environment
  /// The digest of what was built; `nil` if nothing was.
  package let rebuilt: SHA256Hash?
  /// Why the verdict is not a better one.
  package let reason: String?
  /// The version of the program that rebuilt.
  package let toolVersion: String

  /// Puts a statement together.
  package init(
    file: Subject, verdict: RebuildVerdict, time: Timestamp, source: Source,
    environment: Environment, rebuilt: SHA256Hash?, reason: String?, toolVersion: String
  ) {
    self.file = file
    self.verdict = verdict
    self.time = Timestamp(unixSeconds: time.seconds)
    self.source = source
    self.environment = environment
    self.rebuilt = rebuilt
    self.reason = reason
    self.toolVersion = toolVersion
  }

  /// Reads a statement.
  ///
  /// - Throws: `DocumentError`.
  package init(_ statement: Statement) throws(DocumentError) {
    guard statement.predicateType.utf8.elementsEqual(PredicateType.rebuild.utf8) else {
      throw DocumentError(
        path: "predicateType", problem: "it is `\(statement.predicateType)`, not a rebuild")
    }
    guard let file = statement.subjects.first, statement.subjects.count == 1,
      let digest = file.sha256
    else { throw DocumentError(path: "subject", problem: "it is not one file with its SHA-256") }
    self.file = file
    let node = JSONNode(statement.predicate, path: "predicate")
    try node.allowOnly([
      "verdict", "rung", "containerFields", "rebuiltAt", "source", "environment", "rebuilt",
      "reason", "rebuilder",
    ])
    verdict = try Self.verdict(node)
    time = try node.required("rebuiltAt").timestamp()
    let source = try node.required("source")
    try source.allowOnly(["kind", "place", "commit", "tag"])
    self.source = Source(
      kind: try source.required("kind").string(), place: try source.optional("place")?.string(),
      commit: try source.optional("commit")?.string(), tag: try source.optional("tag")?.string())
    environment = try Self.environment(try node.required("environment"))
    rebuilt = try node.optional("rebuilt").map(Self.digest)
    reason = try node.optional("reason")?.string()
    let tool = try node.required("rebuilder")
    try tool.allowOnly(["name", "version"])
    toolVersion = try tool.required("version").string()
    // What the digests say, the verdict must say too.
    guard (verdict == .identical) == (rebuilt == digest),
      verdict == .cannotRebuild || rebuilt != nil
    else { throw node.error("its verdict is not what its digests say") }
  }

  private static func verdict(_ node: JSONNode) throws(DocumentError) -> RebuildVerdict {
    let nameNode = try node.required("verdict")
    let name = try nameNode.string()
    var counts: [RebuildVerdict.ContainerField: Int] = [:]
    let fields = try node.optional("containerFields")
    for member in try fields?.object().members ?? [] {
      guard let field = RebuildVerdict.ContainerField(rawValue: member.key),
        case .integer(let count) = member.value, let count = Int(exactly: count), count > 0
      else { throw nameNode.error("`\(member.key)` is not a counted field of a container") }
      counts[field] = count
    }
    let all: [RebuildVerdict] = [
      .identical, .identicalGiven(counts), .equivalentMetadata, .different, .cannotRebuild,
    ]
    guard let verdict = all.first(where: { $0.name.utf8.elementsEqual(name.utf8) }),
      try node.required("rung").integer() == Int64(verdict.rung)
    else { throw nameNode.error("`\(name)` is not a verdict of its rung") }
    // Fields are what the second rung is given, and no other.
    guard (verdict.rung == 2) == !counts.isEmpty else {
      throw nameNode.error("`containerFields` does not belong to the verdict")
    }
    return verdict
  }

  private static func environment(_ node: JSONNode) throws(DocumentError) -> Environment {
    try node.allowOnly(["python", "packages", "lock"])
    var packages: [String] = []
    for item in try node.optional("packages")?.array(limit: packageLimit) ?? [] {
      packages.append(try item.string())
    }
    return Environment(
      python: try node.optional("python")?.string(), packages: packages,
      lock: try node.optional("lock").map(digest))
  }

  private static func digest(_ node: JSONNode) throws(DocumentError) -> SHA256Hash {
    try node.allowOnly(["sha256"])
    let text = try node.required("sha256")
    guard let digest = SHA256Hash(hexadecimal: try text.string()) else {
      throw text.error("expected 64 lower-case hexadecimal digits")
    }
    return digest
  }

  /// The statement.
  package var statement: Statement {
    Statement(subjects: [file], predicateType: PredicateType.rebuild, predicate: predicate)
  }

  /// The predicate.
  package var predicate: JSONValue {
    var object = JSONObject([
      ("verdict", .string(verdict.name)), ("rung", .integer(Int64(verdict.rung))),
    ])
    if case .identicalGiven(let counts) = verdict {
      object["containerFields"] = .object(
        counts.sorted { $0.key.rawValue < $1.key.rawValue }
          .map { ($0.key.rawValue, .integer(Int64($0.value))) })
    }
    object["rebuiltAt"] = .string(time.rfc3339)
    var from = JSONObject([("kind", .string(source.kind))])
    from["place"] = source.place.map { .string($0) }
    from["commit"] = source.commit.map { .string($0) }
    from["tag"] = source.tag.map { .string($0) }
    object["source"] = .object(from)
    var with = JSONObject([("packages", .array(environment.packages.map { .string($0) }))])
    with["python"] = environment.python.map { .string($0) }
    with["lock"] = environment.lock.map { ["sha256": .string($0.hexadecimal)] }
    object["environment"] = .object(with)
    object["rebuilt"] = rebuilt.map { ["sha256": .string($0.hexadecimal)] }
    object["reason"] = reason.map { .string($0) }
    object["rebuilder"] = ["name": "hallmark", "version": .string(toolVersion)]
    return .object(object)
  }
}
