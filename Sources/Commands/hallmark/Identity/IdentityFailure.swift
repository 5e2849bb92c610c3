// SPDX-License-Identifier: Apache-2.0

import Identity
import ServiceClients
import Verification

/// Turns errors of identity into words and an exit status, for all commands that use one.
enum IdentityFailure {
  /// The failure for an error of a source of identity tokens; other errors are fetching's.
  static func commandFailure(for error: any Error) -> CommandFailure {
    switch error {
    case let error as IdentityError:
      return CommandFailure(
        status: status(of: error.reason).rawValue,
        Diagnostic(error.message, notes: error.notes, help: error.help))
    case let error as FileError:
      return CommandFailure(
        status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    case let error as TransportError where error.isAuthenticationRefusal:
      return CommandFailure(
        status: ExitStatus.authenticationRefused.rawValue,
        Diagnostic(
          "\(error)",
          help: ["what a job may ask with is good only while it runs, and for its own rights"]))
    default: return FetchFailure.commandFailure(for: error)
    }
  }

  static func status(of reason: IdentityError.Reason) -> ExitStatus {
    switch reason {
    case .notFound, .notConfigured, .unreachable: .undecided
    case .malformed, .refused, .time, .audience, .foreign: .authenticationRefused
    }
  }
}
