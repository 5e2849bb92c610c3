// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// What `gcloud artifacts docker images describe --show-provenance --format json` prints about an
/// image that Google Cloud Build made, parsed and not verified.
///
/// Beside each signed envelope stands a readable copy of its statement, which nobody signed. Members
/// that are not known are passed over here, as the tool adds new ones.
package struct CloudBuildProvenance: Hashable, Sendable {
  /// A signature of an envelope.
  package struct Signature: Hashable, Sendable {
    /// The key's resource name; empty when absent.
    package let keyID: String
    /// The signature in base64 or base64url, as it is written.
    package let text: String
  }

  /// The provenance of one build.
  package struct Record: Hashable, Sendable {
    /// What the record is, `BUILD`.
    package let kind: String
    /// The image, `registry/repository/name@sha256:HEX`.
    package let resourceURI: String
    /// The envelope's payload type.
    package let payloadType: String
    /// The envelope's payload in base64, as it is written.
    package let payload: String
    /// The envelope's signatures.
    package let signatures: [Signature]
    /// The readable copy of a statement with provenance v0.1.
    package let readableV01: JSONValue?
    /// The readable copy of a statement with provenance v1.
    package let readableV1: JSONValue?
  }

  /// The image's digest, `sha256:HEX`; empty when absent.
  package let imageDigest: String
  /// The image's name with digest; empty when absent.
  package let qualifiedDigest: String
  /// The builds.
  package let records: [Record]

  /// Reads the tool's output.
  ///
  /// - Throws: `DocumentError`.
  package init(parsing bytes: [UInt8]) throws(DocumentError) {
    let node = try JSONNode(parsing: bytes)
    let summary = try node.optional("image_summary")
    imageDigest = try summary?.text("digest") ?? ""
    qualifiedDigest = try summary?.text("fully_qualified_digest") ?? ""
    var records: [Record] = []
    let list = try node.optional("provenance_summary")?.optional("provenance")
    for item in try list?.array(limit: 256) ?? [] {
      let build = try item.optional("build")
      let envelope = try item.optional("envelope")
      var signatures: [Signature] = []
      for signature in try envelope?.optional("signatures")?.array(limit: 32) ?? [] {
        signatures.append(
          Signature(keyID: try signature.text("keyid"), text: try signature.text("sig")))
      }
      records.append(
        Record(
          kind: try item.text("kind"), resourceURI: try item.text("resourceUri"),
          payloadType: try envelope?.text("payloadType") ?? "",
          payload: try envelope?.text("payload") ?? "", signatures: signatures,
          readableV01: try build?.optional("intotoStatement")?.value,
          readableV1: try build?.optional("inTotoSlsaProvenanceV1")?.value))
    }
    self.records = records
  }
}

/// A statement that Google Cloud Build signed.
package struct CloudBuildStatement: Hashable, Sendable {
  /// The version of the provenance.
  package enum Version: String, Hashable, Sendable {
    /// `recipe`, `materials`.
    case v01 = "https://slsa.dev/provenance/v0.1"
    /// `buildDefinition`, `runDetails`.
    case v1 = "https://slsa.dev/provenance/v1"
  }

  /// The version.
  package let version: Version
  /// What was built.
  package let subjects: [Subject]
  /// The builder.
  package let builderID: String
  /// The kind of build: the recipe's type or the build type.
  package let buildType: String
  /// The whole statement, as it was signed.
  package let document: JSONNode
  /// The predicate.
  package let predicate: JSONNode

  /// Reads a signed payload that must be of a version.
  ///
  /// - Throws: `DocumentError`.
  package init(parsing payload: [UInt8], version: Version) throws(DocumentError) {
    let statement = try Statement(parsing: payload)
    document = try JSONNode(parsing: payload)
    predicate = try document.required("predicate")
    guard statement.predicateType.utf8.elementsEqual(version.rawValue.utf8) else {
      throw try document.required("predicateType").error("expected `\(version.rawValue)`")
    }
    self.version = version
    subjects = statement.subjects
    switch version {
    case .v01:
      builderID = try predicate.optional("builder")?.text("id") ?? ""
      buildType = try predicate.optional("recipe")?.text("type") ?? ""
    case .v1:
      builderID = try predicate.optional("runDetails")?.optional("builder")?.text("id") ?? ""
      buildType = try predicate.optional("buildDefinition")?.text("buildType") ?? ""
    }
  }

  package static func == (left: CloudBuildStatement, right: CloudBuildStatement) -> Bool {
    left.document.value == right.document.value
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(document.value)
  }
}
