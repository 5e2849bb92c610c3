// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// The JSON documents of the simple repository API (PEP 691).
extension SimpleIndex.ProjectPage {
  /// Most files of one page that is read.
  package static let fileLimit = 100_000

  /// The page as a JSON document.
  package var json: JSONValue {
    .object([
      ("meta", .object([("api-version", .string(SimpleIndex.apiVersion))])),
      ("name", .string(name)),
      ("versions", .array(versions.map { .string($0) })),
      ("files", .array(files.map(\.json))),
    ])
  }

  /// Parses a JSON page of an index.
  ///
  /// - Throws: ``DocumentError`` with the path of what is wrong, also for a major version of the
  ///   API other than 1.
  package init(
    parsingJSON bytes: [UInt8], limits: JSONLimits = JSONLimits()
  ) throws(DocumentError) {
    let root = try JSONNode(parsing: bytes, limits: limits)
    let version = try root.required("meta").required("api-version")
    guard try version.string().utf8.starts(with: "1.".utf8) else {
      throw version.error("only version 1 of the simple API is known")
    }
    name = try root.required("name").string()
    var versions: [String] = []
    for node in try root.optional("versions")?.array(limit: Self.fileLimit) ?? [] {
      versions.append(try node.string())
    }
    self.versions = versions
    var files: [SimpleIndex.File] = []
    for node in try root.required("files").array(limit: Self.fileLimit) {
      files.append(try SimpleIndex.File(node))
    }
    self.files = files
  }
}

extension SimpleIndex.ProjectList {
  /// The list as a JSON document.
  package var json: JSONValue {
    .object([
      ("meta", .object([("api-version", .string(SimpleIndex.apiVersion))])),
      ("projects", .array(names.map { .object([("name", .string($0))]) })),
    ])
  }
}

extension SimpleIndex.File {
  fileprivate var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("filename", .string(filename)),
      ("url", .string(url)),
      ("hashes", Self.hashes(sha256)),
      ("requires-python", requiresPython.map { .string($0) } ?? .null),
    ]
    if let size { members.append(("size", .integer(size))) }
    if let uploadTime { members.append(("upload-time", .string(uploadTime.rfc3339))) }
    switch yanked {
    case .no: members.append(("yanked", false))
    case .yes(nil): members.append(("yanked", true))
    case .yes(let reason?): members.append(("yanked", .string(reason)))
    }
    let metadata: JSONValue =
      switch coreMetadata {
      case .absent: false
      case .present(nil): true
      case .present(let digest?): Self.hashes(digest)
      }
    // Clients of before PEP 714 look for the second name.
    members.append(("core-metadata", metadata))
    members.append(("data-dist-info-metadata", metadata))
    members.append(("provenance", provenance.map { .string($0) } ?? .null))
    return .object(members)
  }

  fileprivate init(_ node: JSONNode) throws(DocumentError) {
    let requiresPython = try node.optional("requires-python")?.string()
    var metadata = try node.optional("core-metadata")
    if metadata == nil { metadata = try node.optional("data-dist-info-metadata") }
    let size = try node.optional("size")
    if let size, try size.integer() < 0 { throw size.error("expected a size of at least 0") }
    self.init(
      filename: try node.required("filename").string(),
      url: try node.required("url").string(),
      sha256: try Self.digest(try node.required("hashes")),
      requiresPython: requiresPython,
      size: try size?.integer(),
      uploadTime: try node.optional("upload-time")?.timestamp(),
      yanked: try Self.yanked(try node.optional("yanked")),
      coreMetadata: try Self.coreMetadata(metadata),
      provenance: try node.optional("provenance")?.string())
  }

  private static func hashes(_ digest: SHA256Hash?) -> JSONValue {
    .object(digest.map { [("sha256", .string($0.hexadecimal))] } ?? [])
  }

  private static func digest(_ hashes: JSONNode) throws(DocumentError) -> SHA256Hash? {
    guard let node = try hashes.optional("sha256") else { return nil }
    guard let digest = SHA256Hash(hexadecimal: try node.string()) else {
      throw node.error("expected 64 hexadecimal digits")
    }
    return digest
  }

  private static func yanked(_ node: JSONNode?) throws(DocumentError) -> SimpleIndex.Yanked {
    switch node?.value {
    case nil, .boolean(false): .no
    case .boolean(true): .yes(reason: nil)
    case .string(let reason): .yes(reason: reason.isEmpty ? nil : reason)
    case .some:
      throw DocumentError(path: node?.path ?? "", problem: "expected a Boolean or a string")
    }
  }

  private static func coreMetadata(
    _ node: JSONNode?
  ) throws(DocumentError) -> SimpleIndex.CoreMetadataFile {
    guard let node else { return .absent }
    if case .boolean(let flag) = node.value { return flag ? .present(sha256: nil) : .absent }
    return .present(sha256: try digest(node))
  }
}
