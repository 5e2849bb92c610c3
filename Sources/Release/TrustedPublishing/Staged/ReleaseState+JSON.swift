// SPDX-License-Identifier: Apache-2.0

package import Encodings

extension ReleaseState {
  private static let members: Set = [
    "schema", "project", "version", "commit", "dirty", "instance", "index", "forge", "build",
    "files", "evidence", "finished",
  ]

  /// Reads the file.
  ///
  /// - Throws: `DocumentError` for anything that ``json`` does not write.
  package init(parsing bytes: [UInt8]) throws(DocumentError) {
    let root = try JSONNode(
      parsing: bytes, limits: JSONLimits(size: Self.sizeLimit, depth: 16, values: 200_000))
    try root.refuseOthers(than: Self.members)
    let schema = try root.required("schema")
    guard try schema.string().utf8.elementsEqual(Self.schema.utf8) else {
      throw schema.error("this version reads `\(Self.schema)`")
    }
    let named = try root.optional("forge")
    let forge = if let named { try Self.forge(named) } else { nil as ForgeReference? }
    let subject = Subject(
      project: try root.required("project").word(), version: try root.required("version").word(),
      commit: try root.optional("commit")?.word(),
      isDirty: try root.required("dirty").boolean(),
      instance: try root.required("instance").word(), index: try root.required("index").word(),
      forge: forge)
    let build = try root.required("build")
    _ = try build.object()
    self.init(
      subject: subject, build: build.value, files: try Self.files(try root.required("files")))
    evidence = try Self.files(try root.required("evidence"))
    let stages = try root.required("finished")
    for node in try stages.array(limit: ReleaseStage.allCases.count) {
      guard let stage = ReleaseStage(rawValue: try node.string()) else {
        throw node.error("there is no such stage")
      }
      guard finished.insert(stage).inserted else { throw node.error("it is named twice") }
    }
    guard !files.isEmpty || finished.isEmpty else {
      throw stages.error("no stage can be done without files")
    }
    guard !evidence.isEmpty || !finished.contains(.attest) else {
      throw stages.error("nothing can be attested without evidence")
    }
  }

  private static func forge(_ node: JSONNode) throws(DocumentError) -> ForgeReference {
    try node.refuseOthers(than: ["kind", "project", "tag"])
    let kind = try node.required("kind")
    guard let kind = ForgeReference.Kind(rawValue: try kind.string()) else {
      throw kind.error("there is no such forge")
    }
    do {
      return try ForgeReference(
        kind, project: try node.required("project").string(),
        tag: try node.required("tag").string())
    } catch let error as ForgeReference.Problem {
      throw node.error(error.description)
    } catch let error as DocumentError {
      throw error
    } catch {
      throw node.error("\(error)")
    }
  }

  private static func files(
    _ list: JSONNode
  ) throws(DocumentError) -> [PublicationPlan.LocalFile] {
    var files: [PublicationPlan.LocalFile] = []
    var names: Set<[UInt8]> = []
    for node in try list.array(limit: fileLimit) {
      try node.refuseOthers(than: ["name", "sha256", "size"])
      let name = try node.required("name")
      let text = try name.word()
      // It is joined to the folder's path.
      guard !text.utf8.contains(UInt8(ascii: "/")), text.utf8.first != UInt8(ascii: ".") else {
        throw name.error("it is not the plain name of a file")
      }
      guard names.insert(Array(text.utf8)).inserted else { throw name.error("it is named twice") }
      let digest = try node.required("sha256")
      guard let sha256 = SHA256Hash(hexadecimal: try digest.string()) else {
        throw digest.error("expected 64 lower-case hexadecimal digits")
      }
      let size = try node.required("size")
      guard try size.integer() >= 0 else { throw size.error("a size is not negative") }
      files.append(
        PublicationPlan.LocalFile(name: text, sha256: sha256, size: try size.integer()))
    }
    return files
  }

  /// The document.
  package var json: JSONValue {
    func list(_ files: [PublicationPlan.LocalFile]) -> JSONValue {
      .array(
        files.map { file in
          [
            "name": .string(file.name), "sha256": .string(file.sha256.hexadecimal),
            "size": .integer(file.size),
          ]
        })
    }
    return [
      "schema": .string(Self.schema), "project": .string(subject.project),
      "version": .string(subject.version),
      "commit": subject.commit.map { .string($0) } ?? .null, "dirty": .boolean(subject.isDirty),
      "instance": .string(subject.instance), "index": .string(subject.index),
      "forge": subject.forge.map { forge in
        [
          "kind": .string(forge.kind.rawValue), "project": .string(forge.project),
          "tag": .string(forge.tag),
        ]
      } ?? .null,
      "build": build, "files": list(files), "evidence": list(evidence),
      "finished": .array(finished.sorted().map { .string($0.rawValue) }),
    ]
  }
}

extension JSONNode {
  /// Refuses members that the form does not have.
  fileprivate func refuseOthers(than known: Set<String>) throws(DocumentError) {
    for member in try object().members where !known.contains(member.key) {
      throw error("the member `\(member.key.prefix(40))` is not known")
    }
  }

  /// A text of 1 to 1024 bytes without control characters.
  fileprivate func word() throws(DocumentError) -> String {
    let text = try string()
    guard (1...1024).contains(text.utf8.count),
      text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
    else { throw error("expected 1 to 1024 bytes of text without control characters") }
    return text
  }
}
