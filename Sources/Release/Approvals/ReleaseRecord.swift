// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Encodings

/// Where files of a release come from, as their verified provenance says.
package struct ReleaseOrigin: Hashable, Sendable {
  /// Who signed: the certificate's name.
  package let publisher: String
  /// Who vouches for that name.
  package let issuer: String
  /// What built them, if that is said.
  package let builder: String?
  /// The source repository, if that is said.
  package let repository: String?
  /// The commit, if that is said.
  package let commit: String?
  /// The ref, if that is said.
  package let ref: String?

  /// Describes an origin.
  package init(
    publisher: String, issuer: String, builder: String? = nil, repository: String? = nil,
    commit: String? = nil, ref: String? = nil
  ) {
    self.publisher = publisher
    self.issuer = issuer
    self.builder = builder
    self.repository = repository
    self.commit = commit
    self.ref = ref
  }

  init(_ node: JSONNode) throws(DocumentError) {
    try node.allowOnly(["publisher", "issuer", "builder", "repository", "commit", "ref"])
    publisher = try node.required("publisher").string()
    issuer = try node.required("issuer").string()
    builder = try node.optional("builder")?.string()
    repository = try node.optional("repository")?.string()
    commit = try node.optional("commit")?.string()
    ref = try node.optional("ref")?.string()
  }

  /// The JSON form, with the members that are known.
  package var json: JSONValue {
    var object = JSONObject([("publisher", .string(publisher)), ("issuer", .string(issuer))])
    object["builder"] = builder.map { .string($0) }
    object["repository"] = repository.map { .string($0) }
    object["commit"] = commit.map { .string($0) }
    object["ref"] = ref.map { .string($0) }
    return .object(object)
  }
}

/// A release: project, version, files with their SHA-256, and where they come from.
package struct ReleaseRecord: Hashable, Sendable {
  /// Files of a release at most.
  package static let fileLimit = 1_000
  /// Different origins at most.
  package static let originLimit = 100

  /// The project's name.
  package let project: String
  /// The version.
  package let version: String
  /// The files.
  package let files: [Subject]
  /// Where they come from; several when the files are of several runs.
  package let origins: [ReleaseOrigin]

  /// Describes a release.
  package init(project: String, version: String, files: [Subject], origins: [ReleaseOrigin]) {
    self.project = project
    self.version = version
    self.files = files
    self.origins = origins
  }

  /// Reads the JSON form.
  ///
  /// - Parameters:
  ///   - node: the object.
  ///   - files: the files, where they stand elsewhere.
  /// - Throws: `DocumentError`.
  init(_ node: JSONNode, files: [Subject]?) throws(DocumentError) {
    try node.allowOnly(["project", "version", "origins"] + (files == nil ? ["files"] : []))
    project = try node.required("project").string()
    version = try node.required("version").string()
    var origins: [ReleaseOrigin] = []
    for item in try node.required("origins").array(limit: Self.originLimit) {
      origins.append(try ReleaseOrigin(item))
    }
    self.origins = origins
    if let files {
      self.files = files
      return
    }
    var listed: [Subject] = []
    for item in try node.required("files").array(limit: Self.fileLimit) {
      try item.allowOnly(["name", "sha256"])
      let digestNode = try item.required("sha256")
      guard let digest = SHA256Hash(hexadecimal: try digestNode.string()) else {
        throw digestNode.error("expected 64 lower-case hexadecimal digits")
      }
      listed.append(Subject(name: try item.required("name").string(), sha256: digest))
    }
    self.files = listed
  }

  /// The JSON form.
  package func json(withFiles: Bool) -> JSONValue {
    var object = JSONObject([
      ("project", .string(project)), ("version", .string(version)),
      ("origins", .array(origins.map(\.json))),
    ])
    if withFiles {
      object["files"] = .array(
        files.map { file in
          ["name": .string(file.name), "sha256": .string(file.sha256?.hexadecimal ?? "")]
        })
    }
    return .object(object)
  }
}

extension JSONNode {
  /// Refuses members that nobody would look at.
  func allowOnly(_ keys: [String]) throws(DocumentError) {
    for member in try object().members where !keys.contains(bytesOf: member.key) {
      throw error("`\(member.key)` is not known here")
    }
  }
}

extension [String] {
  /// Whether a text is among these, compared as UTF-8.
  func contains(bytesOf text: String) -> Bool {
    contains { $0.utf8.elementsEqual(text.utf8) }
  }
}
