// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// A login on another device (RFC 8628): this program shows a code, a person enters it anywhere,
/// and the program asks until the issuer has an answer.
///
/// Descriptions and dumps leave out the device code, which is this program's secret.
package struct DeviceAuthorization: Sendable {
  /// `device_code`.
  package let unsafelyRevealedDeviceCode: String
  /// `user_code`, which the person enters.
  package let userCode: String
  /// `verification_uri`, where it is entered.
  package let verificationURI: String
  /// `verification_uri_complete`: the same with the code in it.
  package let completeURI: String?
  /// `expires_in`: seconds until the codes are worthless.
  package let lifetime: Int64
  /// `interval`: seconds between two questions; 5 unless the issuer says otherwise.
  package let interval: Int64

  /// The grant type of the token request.
  package static let grantType = "urn:ietf:params:oauth:grant-type:device_code"

  /// Reads an issuer's answer.
  ///
  /// - Throws: `DocumentError`, which never quotes the answer.
  package init(parsing answer: [UInt8]) throws(DocumentError) {
    let limits = JSONLimits(size: 64 << 10, depth: 8, values: 100)
    let root = try JSONNode(parsing: answer, limits: limits)
    func text(_ node: JSONNode, limit: Int) throws(DocumentError) -> String {
      let text = try node.string()
      guard VisibleASCII.holds(text), text.utf8.count <= limit else {
        throw node.error("expected 1 to \(limit) visible ASCII characters")
      }
      return text
    }
    func seconds(_ node: JSONNode, _ range: ClosedRange<Int64>) throws(DocumentError) -> Int64 {
      let number = try node.integer()
      guard range.contains(number) else {
        throw node.error("expected \(range.lowerBound) to \(range.upperBound) seconds")
      }
      return number
    }
    unsafelyRevealedDeviceCode = try text(try root.required("device_code"), limit: 4_096)
    userCode = try text(try root.required("user_code"), limit: 64)
    verificationURI = try text(try root.required("verification_uri"), limit: 2_048)
    completeURI = try root.optional("verification_uri_complete")
      .map { node throws(DocumentError) in try text(node, limit: 2_048) }
    lifetime = try seconds(try root.required("expires_in"), 1...86_400)
    interval =
      try root.optional("interval").map { node throws(DocumentError) in
        max(1, try seconds(node, 0...600))
      } ?? 5
  }

  /// The fields of the question whether the person has answered.
  package func question(clientIdentifier: String, proofKey: ProofKey) -> [(String, String)] {
    [
      ("grant_type", Self.grantType), ("device_code", unsafelyRevealedDeviceCode),
      ("client_id", clientIdentifier), ("code_verifier", proofKey.unsafelyRevealedVerifier),
    ]
  }

  /// The fields of the request for a device code.
  ///
  /// The proof key is not of RFC 8628; an issuer that does not know it passes over it.
  package static func request(
    clientIdentifier: String, proofKey: ProofKey
  ) -> [(String, String)] {
    [
      ("client_id", clientIdentifier), ("scope", AuthorizationRequest.scope),
      ("code_challenge", proofKey.challenge), ("code_challenge_method", ProofKey.method),
    ]
  }
}

extension DeviceAuthorization: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// What the person sees.
  package var description: String { "[device login \(userCode) at \(verificationURI)]" }
  /// What the person sees.
  package var debugDescription: String { description }
  /// Nothing of the device code.
  package var customMirror: Mirror {
    Mirror(self, children: ["userCode": userCode, "verificationURI": verificationURI])
  }
}

/// How often and how long a device asks (RFC 8628 §3.5).
package struct DevicePolling: Sendable {
  /// Seconds until the next question.
  package private(set) var interval: Int64
  private let lifetime: Int64

  /// Starts to ask.
  package init(_ authorization: DeviceAuthorization) {
    interval = authorization.interval
    lifetime = authorization.lifetime
  }

  /// The seconds to wait before the next question.
  ///
  /// - Parameters:
  ///   - elapsed: seconds since the codes were made.
  ///   - issuer: who is asked, for the message.
  /// - Returns: seconds.
  /// - Throws: ``IdentityError`` when the codes would be worthless by then.
  package func pause(elapsed: Int64, issuer: String) throws(IdentityError) -> Int64 {
    guard elapsed + interval < lifetime else {
      throw LoginRefusal(code: "expired_token", text: nil).error(of: issuer)
    }
    return interval
  }

  /// Takes an answer into account that is no token.
  ///
  /// - Throws: ``IdentityError`` when the answer is final.
  package mutating func heard(
    _ refusal: LoginRefusal, issuer: String
  ) throws(IdentityError) {
    switch refusal.code {
    case "authorization_pending": break
    case "slow_down": interval += 5
    default: throw refusal.error(of: issuer)
    }
  }

  /// Takes into account that the issuer was not there, or too busy: asks half as often (RFC 8628
  /// §3.5), but not less than once in a minute.
  package mutating func missed() {
    interval = min(max(interval, 1) * 2, max(interval, 60))
  }
}
