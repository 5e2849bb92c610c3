// SPDX-License-Identifier: Apache-2.0

import ServiceClients
import Sigstore
import Verification

/// Turns what stops a signature into words and an exit status.
enum SigningFailure {
  /// The failure for a wrong answer, or for something that cannot be signed.
  static func commandFailure(for error: SigningError) -> CommandFailure {
    let status: ExitStatus =
      switch error.reason {
      case .certificate, .identity, .timestamp, .logEntry, .unverifiable, .expired: .rejected
      case .identityToken: .authenticationRefused
      case .existing: .differs
      case .configuration, .clock, .content: .couldNotRun
      }
    return CommandFailure(
      status: status.rawValue,
      Diagnostic("\(error)", help: error.help.map { [$0] } ?? []))
  }

  /// The failure for a service that refuses, does not answer, or answers with something else.
  static func commandFailure(for error: TransportError) -> CommandFailure {
    let status: ExitStatus =
      switch error.reason {
      case .unreachable, .timeout, .rateLimited: .undecided
      case .status(500...599): .undecided
      case .status(401), .status(403): .authenticationRefused
      default: .couldNotRun
      }
    return CommandFailure(
      status: status.rawValue,
      Diagnostic("\(error)", help: error.help.map { [$0] } ?? []))
  }
}
