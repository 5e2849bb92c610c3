// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// An OIDC identity token: whoever has its text can sign and publish as its subject until it
/// expires.
///
/// The form is three parts of base64url joined by full stops: header, claims, signature (RFC 7519
/// §3). Descriptions, dumps and string interpolation are redacted; the claims are not secret.
package struct IdentityToken: Sendable {
  /// The token's text, for the one request that needs it.
  package let unsafelyRevealedText: String
  /// What it says of itself.
  package let claims: UnverifiedClaims

  /// Most bytes of a token.
  package static let sizeLimit = 16 << 10

  /// Reads a token.
  ///
  /// - Throws: `DocumentError` that says what is wrong with which part, and quotes nothing.
  package init(_ text: String) throws(DocumentError) {
    func malformed(_ problem: String) -> DocumentError {
      DocumentError(path: "", problem: problem)
    }
    guard text.utf8.count <= Self.sizeLimit else {
      throw malformed("longer than \(Self.sizeLimit) bytes")
    }
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else {
      throw malformed("expected three parts joined by full stops")
    }
    guard let header = try? Base64.decodeURL(Substring(parts[0])),
      let payload = try? Base64.decodeURL(Substring(parts[1])),
      (try? Base64.decodeURL(Substring(parts[2]))) != nil
    else { throw malformed("a part is not base64url") }
    guard let head = try? JSONNode(parsing: header, limits: UnverifiedClaims.limits),
      (try? head.required("alg").string()) != nil
    else { throw malformed("the header is not that of a signed token") }
    claims = try UnverifiedClaims(parsing: payload)
    unsafelyRevealedText = text
  }

  /// Reads a token that is a member of a service's JSON answer.
  ///
  /// - Throws: `DocumentError`, which never quotes the answer.
  package init(memberOf answer: [UInt8], named name: String) throws(DocumentError) {
    let limits = JSONLimits(size: 64 << 10, depth: 8, values: 1000)
    let node = try JSONNode(parsing: answer, limits: limits).required(name)
    try self.init(try node.string())
  }

  /// Reads a token from a file or a program's output, where white space may surround it.
  ///
  /// - Throws: `DocumentError`, which never quotes the bytes.
  package init(surroundedBySpace bytes: [UInt8]) throws(DocumentError) {
    let isSpace = { (byte: UInt8) in byte == 0x20 || (byte >= 0x09 && byte <= 0x0d) }
    var rest = bytes[...].drop(while: isSpace)
    while let last = rest.last, isSpace(last) { rest.removeLast() }
    guard let text = String(validating: rest, as: UTF8.self) else {
      throw DocumentError(path: "", problem: "not ASCII text")
    }
    guard !text.isEmpty else {
      throw DocumentError(path: "", problem: "nothing is there")
    }
    try self.init(text)
  }
}

extension IdentityToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// A placeholder.
  package var description: String { "[redacted identity token]" }
  /// A placeholder.
  package var debugDescription: String { description }
  /// Nothing of the text.
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}
