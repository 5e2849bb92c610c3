// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// One artifact that a statement is about (`ResourceDescriptor` in in-toto's Statement v1).
package struct Subject: Hashable, Sendable {
  /// The artifact's name, usually a file name; only the digest identifies it.
  package let name: String
  /// Digests in hexadecimal, by algorithm name (`sha256`, `sha512`, …).
  package let digests: [String: String]

  /// Describes a file by its SHA-256.
  package init(name: String, sha256: SHA256Hash) {
    self.name = name
    digests = ["sha256": sha256.hexadecimal]
  }

  /// Describes an artifact by several digests of it.
  package init(name: String, _ digests: [ArtifactDigest]) {
    self.name = name
    self.digests = Dictionary(
      digests.map { ($0.algorithm.rawValue, $0.hexadecimal) },
      uniquingKeysWith: { first, _ in first })
  }

  init(name: String, digests: [String: String]) {
    self.name = name
    self.digests = digests
  }

  /// The SHA-256, if the subject has one in the canonical form.
  package var sha256: SHA256Hash? {
    digests["sha256"].flatMap { SHA256Hash(hexadecimal: $0) }
  }
}

/// An in-toto statement (in-toto attestation framework, Statement v0.1 and v1).
package struct Statement: Hashable, Sendable {
  /// `_type` of version 1, the one that is written.
  package static let typeV1 = "https://in-toto.io/Statement/v1"
  /// `_type` of version 0.1, still read.
  package static let typeV01 = "https://in-toto.io/Statement/v0.1"

  /// Subjects a statement may have at most.
  package static let subjectLimit = 1024

  /// The `_type`.
  package let type: String
  /// What the statement is about.
  package let subjects: [Subject]
  /// The kind of claim, a URI.
  package let predicateType: String
  /// The claim; `null` counts as absent.
  package let predicate: JSONValue

  /// Makes a version 1 statement.
  package init(subjects: [Subject], predicateType: String, predicate: JSONValue) {
    type = Self.typeV1
    self.subjects = subjects
    self.predicateType = predicateType
    self.predicate = predicate
  }

  /// Reads a payload.
  ///
  /// - Throws: `DocumentError`; a statement without subjects is one.
  package init(parsing payload: [UInt8]) throws(DocumentError) {
    let node = try JSONNode(parsing: payload)
    type = try node.required("_type").string()
    guard type == Self.typeV1 || type == Self.typeV01 else {
      throw try node.required("_type").error("not an in-toto statement of a known version")
    }
    predicateType = try node.required("predicateType").string()
    predicate = try node.optional("predicate")?.value ?? .null
    var subjects: [Subject] = []
    for item in try node.required("subject").array(limit: Self.subjectLimit) {
      var digests: [String: String] = [:]
      let digestNode = try item.required("digest")
      let members = try digestNode.object().members
      guard !members.isEmpty, members.count <= 32 else {
        throw digestNode.error("expected 1 to 32 digests")
      }
      for member in members {
        guard case .string(let text) = member.value else {
          throw digestNode.error("expected strings")
        }
        digests[member.key] = text
      }
      subjects.append(
        Subject(name: try item.optional("name")?.string() ?? "", digests: digests))
    }
    guard !subjects.isEmpty else { throw node.error("the statement has no subject") }
    self.subjects = subjects
  }

  /// The payload to sign: RFC 8785 JSON, so that the same claim has the same bytes.
  ///
  /// - Throws: `CanonicalJSON.UnsupportedNumber`.
  package func payload() throws(CanonicalJSON.UnsupportedNumber) -> [UInt8] {
    try CanonicalJSON.encode(json)
  }

  /// The JSON form, in which numbers are as they were written.
  package var json: JSONValue {
    let subjects = self.subjects.map { subject -> JSONValue in
      [
        "name": .string(subject.name),
        "digest": .object(
          subject.digests.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }),
      ]
    }
    return [
      "_type": .string(type), "subject": .array(subjects),
      "predicateType": .string(predicateType), "predicate": predicate,
    ]
  }

  /// The subjects whose SHA-256 is the given one.
  package func subjects(with digest: SHA256Hash) -> [Subject] {
    subjects.filter { $0.sha256 == digest }
  }
}
