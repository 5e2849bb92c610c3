// SPDX-License-Identifier: Apache-2.0

import Attestations
package import Encodings

/// What an identity token says of itself (OpenID Connect Core §2, RFC 7519 §4.1).
///
/// Nothing here is verified: the signature is the business of the service that gets the token. The
/// client reads the claims to say no early, to show who will sign, and to fill in predicates, which
/// verifiers compare with the certificate.
package struct UnverifiedClaims: Hashable, Sendable {
  /// `iss`: the issuer's URL.
  package let issuer: String
  /// `sub`: whom the token is about.
  package let subject: String
  /// `aud`: for whom it is made; one or more.
  package let audiences: [String]
  /// `exp`.
  package let expiresAt: Timestamp
  /// `iat`.
  package let issuedAt: Timestamp?
  /// `nbf`.
  package let notBefore: Timestamp?
  /// `email`.
  package let email: String?
  /// `email_verified`.
  package let isEmailVerified: Bool?
  /// All claims, as they are.
  package let all: JSONObject

  /// What a token may ask of the reader.
  package static let limits = JSONLimits(size: 16 << 10, depth: 16, values: 2_000)

  /// Reads the second part of a token, decoded.
  ///
  /// - Throws: `DocumentError`, which never quotes the document.
  package init(parsing payload: [UInt8]) throws(DocumentError) {
    let root = try JSONNode(parsing: payload, limits: Self.limits)
    all = try root.object()
    issuer = try Self.text(try root.required("iss"))
    subject = try Self.text(try root.required("sub"))
    let audience = try root.required("aud")
    if case .array = audience.value {
      var audiences: [String] = []
      for element in try audience.array(limit: 64) { audiences.append(try Self.text(element)) }
      guard !audiences.isEmpty else { throw audience.error("expected an audience") }
      self.audiences = audiences
    } else {
      audiences = [try Self.text(audience)]
    }
    expiresAt = try Self.time(try root.required("exp"))
    issuedAt = try root.optional("iat").map { node throws(DocumentError) in try Self.time(node) }
    notBefore = try root.optional("nbf").map { node throws(DocumentError) in try Self.time(node) }
    email = try root.optional("email").map { node throws(DocumentError) in try Self.text(node) }
    isEmailVerified = try root.optional("email_verified").map { node throws(DocumentError) in
      // Some issuers write Booleans as strings.
      if case .string(let text) = node.value { return text.utf8.elementsEqual("true".utf8) }
      return try node.boolean()
    }
  }

  private static func text(_ node: JSONNode) throws(DocumentError) -> String {
    let text = try node.string()
    guard !text.isEmpty else { throw node.error("is empty") }
    return text
  }

  /// A NumericDate: seconds since 1970, perhaps with a fraction, which is left out.
  private static func time(_ node: JSONNode) throws(DocumentError) -> Timestamp {
    let seconds: UInt64?
    switch node.value {
    case .integer(let number): seconds = UInt64(exactly: number)
    case .number(let text):
      let whole = text.utf8.prefix { $0 != UInt8(ascii: ".") }
      let rest = text.utf8.dropFirst(whole.count + 1)
      let isPlain = rest.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
      seconds = isPlain ? DecimalText.parse(whole) : nil
    default: seconds = nil
    }
    // The year 9999; later times have no text.
    guard let seconds, seconds <= 253_402_300_799 else {
      throw node.error("expected a time in seconds since 1970")
    }
    return Timestamp(unixSeconds: Int64(seconds))
  }

  /// A claim that is a string, such as GitHub's `job_workflow_ref`.
  package func string(_ name: String) -> String? {
    guard case .string(let text)? = all[name] else { return nil }
    return text
  }

  /// A claim as text: a string, an integer in decimal, or `true` and `false`; GitLab writes some of
  /// its numbers as such.
  package func text(_ name: String) -> String? {
    switch all[name] {
    case .string(let text): text
    case .integer(let number): "\(number)"
    case .boolean(let flag): flag ? "true" : "false"
    case .number, .array, .object, .null, nil: nil
    }
  }

  /// Whom a certificate will be for, as far as the claims tell: the verified e-mail address, the
  /// address of the workflow for GitHub and GitLab, else the subject.
  package var signer: String {
    if let email, isEmailVerified == true { return email }
    if let workflow = string("job_workflow_ref"),
      let server = GitHubWorkflowProvenance.server(ofIssuer: issuer)
    {
      return "\(server)/\(workflow)"
    }
    if let configuration = string("ci_config_ref_uri") { return "https://\(configuration)" }
    return subject
  }
}
