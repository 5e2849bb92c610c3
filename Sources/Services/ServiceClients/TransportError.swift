// SPDX-License-Identifier: Apache-2.0

/// Why a request to a service brought no usable answer.
///
/// The sentence says what was being done to which URL. It never has the request's headers or body
/// in it, and the URL comes without its query: tokens travel in all three.
package struct TransportError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The class of the failure.
  package enum Reason: Hashable, Sendable {
    /// No connection, or it broke.
    case unreachable
    /// TLS failed, usually because the certificate is not trusted.
    case untrusted
    /// The service took too long.
    case timeout
    /// The answer is larger than allowed.
    case tooLarge
    /// The service answered with an HTTP status that is an error.
    case status(Int)
    /// The service has answered this address, or this machine, too often.
    case rateLimited
    /// The answer is not what the protocol says.
    case badAnswer
    /// A file has another digest than was promised.
    case differs
    /// The request was not sent, because it would carry a secret over a plain connection.
    case insecure
    /// A file of this machine could not be read or written.
    case file
  }

  /// What was being done, such as `ask the index for its audience`.
  package let purpose: String
  /// Where, without query.
  package let url: String
  /// The class of the failure.
  package let reason: Reason
  /// What happened.
  package let detail: String

  /// Describes a failure.
  package init(_ reason: Reason, purpose: String, url: ServiceURL, detail: String) {
    self.reason = reason
    self.purpose = purpose
    self.url = url.withoutQuery
    self.detail = detail
  }

  /// One sentence for a person.
  package var description: String { "could not \(purpose) at \(url): \(detail)" }

  /// Whether the service refused who asks, or what for.
  package var isAuthenticationRefusal: Bool { reason == .status(401) || reason == .status(403) }

  /// Whether the same request may have an answer a moment later.
  package var isTemporary: Bool {
    switch reason {
    case .unreachable, .timeout, .rateLimited: true
    case .status(let status): status >= 500
    case .untrusted, .tooLarge, .badAnswer, .differs, .insecure, .file: false
    }
  }

  /// What the user can do.
  package var help: String? {
    switch reason {
    case .unreachable:
      "check the address and the network; HTTPS_PROXY and NO_PROXY are read from the environment"
    case .untrusted:
      "check the address; a private certificate authority must be given by its certificate file"
    case .timeout, .rateLimited: "try again later"
    case .differs:
      "do not use the file: get it from who published it, and tell the index's operator"
    case .insecure: "use the service's `https://` address"
    case .tooLarge, .status, .badAnswer, .file: nil
    }
  }
}

/// Texts of services, made fit for a terminal.
enum ServiceText {
  /// One line of at most 400 characters, control and format characters replaced.
  static func line(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var pendingSpace = false
    for scalar in text.unicodeScalars {
      if scalar.properties.isWhitespace {
        pendingSpace = !result.isEmpty
        continue
      }
      if pendingSpace { result.append(" ") }
      pendingSpace = false
      let category = scalar.properties.generalCategory
      result.append(category == .control || category == .format ? "?" : scalar)
      if result.count >= 400 {
        result.append("…")
        break
      }
    }
    return String(result)
  }
}
