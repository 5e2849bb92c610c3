// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Certificates
import Encodings
package import Sigstore

/// GitHub's build provenance says the same of its run as the certificate, field by field.
///
/// The workflow itself wrote the provenance and could write what it likes; the certificate's claims
/// are from the issuer. The fields are those of the build type
/// ``GitHubWorkflowProvenance``; a field that is not there makes no claim, one
/// that the certificate does not confirm is refused.
package enum GitHubAttestationRule {
  /// What the first versions of GitHub's action wrote as builder, before the runner's kind.
  private static let runnerBuilder = "https://github.com/actions/runner/"

  /// One check per field that is there; none for provenance of another kind.
  package static func checks(
    _ statement: Statement, _ certificate: SigningCertificate
  ) -> [VerificationCheck] {
    guard statement.predicateType.utf8.elementsEqual(PredicateType.slsaProvenance.utf8) else {
      return []
    }
    let predicate = JSONNode(statement.predicate, path: "predicate")
    let reader = Reader(root: predicate)
    guard
      reader.text("buildDefinition", "buildType")?.utf8
        .elementsEqual(GitHubWorkflowProvenance.buildType.utf8) == true
    else { return [] }
    return fields(reader, certificate).compactMap { field in
      guard let claimed = field.claimed else { return nil }
      let isConfirmed = field.certified.contains { certified in
        certified.utf8.elementsEqual(claimed.utf8)
      }
      return VerificationCheck(
        .certificateAgreement,
        isConfirmed
          ? .passed : .failed("the provenance's \(field.name) is not the certificate's"),
        expected: field.certified.first ?? "no such claim in the certificate", found: claimed)
    }
  }

  /// A field of the provenance and what the certificate has in its place.
  private struct Field {
    let name: String
    let claimed: String?
    let certified: [String]

    init(_ name: String, _ claimed: String?, _ certified: String?...) {
      self.name = name
      self.claimed = claimed
      self.certified = certified.compactMap { $0 }
    }
  }

  private static func fields(_ reader: Reader, _ certificate: SigningCertificate) -> [Field] {
    let claims = certificate.claims
    let repository = claims[.sourceRepositoryURI]
    let ref = claims[.sourceRepositoryRef]
    func workflow(_ key: String) -> String? {
      reader.text("buildDefinition", "externalParameters", "workflow", key)
    }
    func internalParameter(_ key: String) -> String? {
      reader.text("buildDefinition", "internalParameters", "github", key)
    }
    var source: String?
    if let repository, let ref { source = "git+\(repository)@\(ref)" }
    return [
      Field("workflow ref", workflow("ref"), ref),
      Field("workflow repository", workflow("repository"), repository),
      Field("workflow path", workflow("path"), path(claims[.buildConfigURI], of: repository)),
      Field("event", internalParameter("event_name"), claims[.buildTrigger]),
      Field(
        "repository number", internalParameter("repository_id"),
        claims[.sourceRepositoryIdentifier]),
      Field(
        "owner number", internalParameter("repository_owner_id"),
        claims[.sourceRepositoryOwnerIdentifier]),
      Field("runner", internalParameter("runner_environment"), claims[.runnerEnvironment]),
      Field("source", reader.dependency("uri"), source),
      Field("source commit", reader.dependency("gitCommit"), claims[.sourceRepositoryDigest]),
      Field(
        "builder", reader.text("runDetails", "builder", "id"), claims[.buildSignerURI],
        claims[.runnerEnvironment].map { runnerBuilder + $0 }),
      Field(
        "run", reader.text("runDetails", "metadata", "invocationId"), claims[.runInvocationURI]),
    ]
  }

  /// `https://github.com/OWNER/REPOSITORY/PATH@REF` without repository and ref.
  private static func path(_ uri: String?, of repository: String?) -> String? {
    guard let uri, let repository, uri.utf8.starts(with: "\(repository)/".utf8) else { return nil }
    let rest = uri.utf8.dropFirst(repository.utf8.count + 1)
    return String(decoding: rest.prefix { $0 != UInt8(ascii: "@") }, as: UTF8.self)
  }

  /// Texts at a path; what is there and no text reads as its JSON, which no claim equals.
  private struct Reader {
    let root: JSONNode

    func text(_ path: String...) -> String? { Self.text(root.value, path[...]) }

    /// The first dependency's address, or its digest of a kind.
    func dependency(_ key: String) -> String? {
      guard case .object(let predicate) = root.value,
        case .object(let definition)? = predicate["buildDefinition"],
        case .array(let list)? = definition["resolvedDependencies"], let first = list.first
      else { return nil }
      return Self.text(first, key == "uri" ? ["uri"] : ["digest", key])
    }

    private static func text(_ value: JSONValue, _ path: ArraySlice<String>) -> String? {
      guard let key = path.first else {
        if case .string(let text) = value { return text }
        return value == .null ? nil : value.compactText
      }
      guard case .object(let object) = value, let member = object[key] else { return nil }
      return text(member, path.dropFirst())
    }
  }
}
