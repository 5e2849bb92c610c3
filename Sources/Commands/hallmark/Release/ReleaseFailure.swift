// SPDX-License-Identifier: Apache-2.0

import Rebuild
import ServiceClients
import Sigstore
import Verification

/// Turns what a stage throws into words and an exit status.
enum ReleaseFailure {
  /// The failure for an error of a stage.
  static func commandFailure(for error: any Error) -> CommandFailure {
    switch error {
    case let failure as CommandFailure: failure
    case let error as RebuildError:
      CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          error.message, notes: error.logTail, help: error.help.map { [$0] } ?? []))
    case let error as TrustedPublishingRefusal:
      CommandFailure(
        status: ExitStatus.authenticationRefused.rawValue,
        Diagnostic(
          "\(error)",
          help: ["check which publishers are registered for the project at the index"]))
    case is UploadRefusal: PublishFailure.commandFailure(for: error)
    case let error as TransportError:
      CommandFailure(
        status: error.isAuthenticationRefusal
          ? ExitStatus.authenticationRefused.rawValue : ExitStatus.couldNotRun.rawValue,
        Diagnostic("\(error)", help: error.help.map { [$0] } ?? []))
    case let error as SigningError: SigningFailure.commandFailure(for: error)
    default:
      CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    }
  }
}
