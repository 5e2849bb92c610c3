// SPDX-License-Identifier: Apache-2.0

package import TrustSimulator

/// One thing that a simulated service does wrong, while everything else is right.
package enum ServiceFault: Hashable, Sendable, CustomStringConvertible {
  /// The services of an instance.
  package enum Service: String, CaseIterable, Sendable {
    case authority, log, tiledLog, timestamps, tokens
  }

  /// What goes wrong on the way; the service has done what it was asked for.
  package enum Transport: String, CaseIterable, Sendable {
    /// No answer within any test's patience.
    case slow
    /// Status 429 that asks to come back at once, or in an hour.
    case tooManyRequests, tooManyRequestsForLong
    /// Statuses 500 and 503.
    case broken, unavailable
    /// The connection ends in the middle of the answer, or before it.
    case halfAnswer, closedConnection
    /// An answer without end, and one that is no JSON or DER.
    case oversizedAnswer, garbage
    /// Statuses 400 and 403.
    case invalid, forbidden
  }

  /// What the service itself does wrong, where no ``Lie`` says it.
  package enum Answer: String, CaseIterable, Sendable {
    case emptyChain, otherIdentity, otherIssuer, otherKey, expired, notYetValid
    /// The log says that it has the entry already: and gives it, does not say where, or gives
    /// another one.
    case conflict, conflictWithoutPlace, conflictWithOther
    case nonceWrong, nonceMissing, stampOfYesterday
  }

  case transport(Transport)
  case answer(Answer)
  case lie(Lie)

  /// The fault's name.
  package var description: String {
    switch self {
    case .transport(let fault): fault.rawValue
    case .answer(let fault): fault.rawValue
    case .lie(let lie): lie.rawValue
    }
  }
}
