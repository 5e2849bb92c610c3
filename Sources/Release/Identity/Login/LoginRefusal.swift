// SPDX-License-Identifier: Apache-2.0

import Encodings

/// An issuer's no (RFC 6749 §4.1.2.1 and §5.2, RFC 8628 §3.5).
package struct LoginRefusal: Hashable, Sendable {
  /// A stable word, such as `access_denied`.
  package let code: String
  /// The issuer's sentence, if it has one.
  package let text: String?

  /// Takes over what an issuer said.
  package init(code: String, text: String?) {
    self.code = code
    self.text = text
  }

  /// Reads `{"error": …, "error_description": …}`; `nil` when it is something else.
  package init?(parsing answer: [UInt8]) {
    let limits = JSONLimits(size: 64 << 10, depth: 8, values: 100)
    guard let root = try? JSONNode(parsing: answer, limits: limits),
      let code = try? root.required("error").string(), !code.isEmpty
    else { return nil }
    self.init(code: code, text: try? root.optional("error_description")?.string())
  }

  /// Whether one of the texts holds one of some secrets, and so must not be shown.
  package func repeats(_ secrets: [String]) -> Bool {
    // What every token begins with: the base64url of `{"`.
    (secrets + ["eyJ"]).contains { secret in
      !secret.isEmpty
        && (code + " " + (text ?? "")).utf8.firstRange(of: secret.utf8) != nil
    }
  }

  /// The error for a person.
  ///
  /// - Parameter issuer: whose no it is.
  /// - Returns: the error, of reason `refused`.
  package func error(of issuer: String) -> IdentityError {
    let word = Self.line(code, limit: 60)
    let said = text.map { Self.line($0, limit: 300) } ?? ""
    let notes = ["\(issuer) says: \(word)\(said.isEmpty ? "" : ": \(said)")"]
    switch code {
    case "access_denied":
      return IdentityError(
        .refused, "the login was refused, or ended by you", notes: notes, help: ["log in again"])
    case "expired_token":
      return IdentityError(
        .refused, "nobody entered the code in time", notes: notes, help: ["log in again"])
    case "unauthorized_client", "invalid_client":
      return IdentityError(
        .refused, "the issuer does not know this program", notes: notes,
        help: ["name the client that is registered there by --oidc-client-id"])
    default:
      return IdentityError(.refused, "the login did not work", notes: notes)
    }
  }

  /// One line of a text from outside, cut.
  private static func line(_ text: String, limit: Int) -> String {
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(limit) {
      line.append(scalar.properties.generalCategory == .control ? " " : scalar)
    }
    return String(line)
  }
}
