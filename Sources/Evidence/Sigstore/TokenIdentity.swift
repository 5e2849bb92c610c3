// SPDX-License-Identifier: Apache-2.0

import Attestations
package import Certificates
package import Encodings

/// Who the holder of an identity token says to be, so that a certificate for somebody else is
/// noticed.
///
/// The token is the signer's own, and only the authority verifies it; nothing here proves anything to
/// others. Descriptions have none of it but the issuer and the names.
package struct TokenIdentity: Hashable, Sendable {
  /// The issuer that the certificate must name: the token's, or the one that a federating issuer had
  /// the identity from (`federated_claims.connector_id`).
  package let issuer: String
  /// The names that the certificate may have.
  ///
  /// Fulcio makes the name of an e-mail address, of a workflow with its ref (GitHub, GitLab), of a
  /// pipeline (Buildkite), or else of the subject itself.
  package let names: [String]
  /// `sub`, which newer authorities repeat in the certificate, whatever they make the name of.
  package let subject: String
  private let isNamedBySubject: Bool
  /// All claims, for those who describe a build by them; not verified.
  package let claims: JSONValue
  /// `exp`; `nil` when the token does not say.
  package let expiresAt: Timestamp?

  /// Reads the claims of a token, a JWT (RFC 7519 §3).
  ///
  /// - Throws: `DocumentError`, which never quotes the token.
  package init(token: String) throws(DocumentError) {
    let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let unreadable = DocumentError(path: "", problem: "the identity token is not a JWT")
    guard parts.count == 3 else { throw unreadable }
    // Some issuers pad, some use the alphabet of plain base64.
    let payload = String(decoding: parts[1], as: UTF8.self)
      .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    guard let bytes = try? Base64.decodeURL(payload) else { throw unreadable }
    let node: JSONNode
    do {
      node = try JSONNode(
        parsing: bytes, limits: JSONLimits(size: 64 << 10, depth: 16, values: 1_024))
    } catch {
      throw unreadable
    }
    claims = node.value
    let direct = try node.required("iss").string()
    let federated = try node.optional("federated_claims")?.optional("connector_id")?.string()
    issuer = federated ?? direct
    subject = try node.optional("sub")?.string() ?? ""
    expiresAt = try node.optional("exp").map { exp throws(DocumentError) in
      Timestamp(unixSeconds: try exp.integer())
    }
    func claim(_ name: String) throws(DocumentError) -> String? {
      try node.optional(name)?.string()
    }
    if let email = try claim("email") {
      names = [email]
    } else if let workflow = try claim("job_workflow_ref") {
      let server = GitHubWorkflowProvenance.server(ofIssuer: direct) ?? "https://github.com"
      names = ["\(server)/\(workflow)"]
    } else if let configuration = try claim("ci_config_ref_uri") {
      names = ["https://\(configuration)"]
    } else if let organization = try claim("organization_slug"),
      let pipeline = try claim("pipeline_slug")
    {
      names = ["https://buildkite.com/\(organization)/\(pipeline)"]
    } else {
      names = [subject]
      guard !subject.isEmpty else { throw node.error("the identity token has no subject") }
    }
    isNamedBySubject = names == [subject]
  }

  /// What speaks against a certificate, in a sentence; `nil` if it is for the token's holder.
  package func problem(with certificate: SigningCertificate) -> String? {
    guard certificate.issuer.map({ $0.utf8.elementsEqual(issuer.utf8) }) == true else {
      let other = certificate.issuer ?? "no issuer"
      return "it is for an identity of \(other), the token's is of \(issuer)"
    }
    let found = certificate.subjectAlternativeName
    if names.contains(where: { $0.utf8.elementsEqual(found.text.utf8) }) { return nil }
    // What an authority makes of other issuers' subjects is its own knowledge: `user!domain`, or a
    // name by a template beside the subject itself.
    if isNamedBySubject {
      let repeated =
        if case .username(let text) = found {
          text.utf8.starts(with: "\(subject)!".utf8)
        } else {
          certificate.claims[.tokenSubject].map { $0.utf8.elementsEqual(subject.utf8) } ?? false
        }
      if repeated { return nil }
    }
    return "it is for `\(found.text)`, the token for `\(names.joined(separator: "` or `"))`"
  }
}

extension TokenIdentity: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The names and the issuer.
  package var description: String { "\(names.joined(separator: " or ")) (\(issuer))" }
  /// The names and the issuer.
  package var debugDescription: String { description }
  /// Nothing of the other claims.
  package var customMirror: Mirror { Mirror(self, children: ["issuer": issuer, "names": names]) }
}
