// SPDX-License-Identifier: Apache-2.0

/// Why something was not signed, when every service answered.
///
/// An answer is wrong, or what was made does not verify. Nothing of it may be written.
package struct SigningError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  package enum Reason: Hashable, Sendable {
    /// The services of the instance do not suffice for a signature that verifies.
    case configuration
    /// The identity token does not say who its holder is.
    case identityToken
    /// The certificate authority's answer is not usable.
    case certificate
    /// The certificate is for somebody else than the token.
    case identity
    /// This machine's clock and the certificate's validity are too far apart.
    case clock
    /// A timestamp authority's answer is not usable.
    case timestamp
    /// A log's answer is not usable.
    case logEntry
    /// What is to be signed cannot be.
    case content
    /// What was made does not verify.
    case unverifiable
    /// The certificate had run out when a service dated the signature; a new one helps.
    case expired
    /// What is already there is not what was to be made.
    case existing
  }

  /// What is wrong.
  package let reason: Reason
  /// Where the service is whose answer is wrong; `nil` when it is none's.
  package let service: String?
  /// What is wrong, in a sentence that stands alone.
  package let detail: String

  /// Describes an error.
  package init(_ reason: Reason, service: String? = nil, _ detail: String) {
    self.reason = reason
    self.service = service
    self.detail = detail
  }

  /// One sentence for a person, with the service in it.
  package var description: String {
    let place = service.map { " at \($0)" } ?? ""
    return switch reason {
    case .certificate, .identity:
      "the answer of the certificate authority\(place) is not usable: \(detail)"
    case .timestamp: "the answer of the timestamp authority\(place) is not usable: \(detail)"
    case .logEntry: "the answer of the transparency log\(place) is not usable: \(detail)"
    case .unverifiable, .expired: "what was just signed does not verify: \(detail)"
    case .configuration, .identityToken, .clock, .content, .existing: detail
    }
  }

  /// What the user can do; `nil` where nothing is known to help.
  package var help: String? {
    switch reason {
    case .clock: "set this machine's clock"
    case .expired: "run the command again, and check this machine's clock"
    case .certificate, .identity, .timestamp, .logEntry:
      "check that the trusted root is the one of this instance, and tell the service's operator"
    case .configuration, .identityToken, .content, .unverifiable, .existing: nil
    }
  }
}
