// SPDX-License-Identifier: Apache-2.0

import Encodings
import Identity
import ServiceClients
import Sigstore
import Verification

extension SigningFailure {
  /// The failure for anything that ends a signing command.
  static func commandFailure(forAny error: any Error) -> CommandFailure {
    switch error {
    case let failure as CommandFailure: failure
    case let error as SigningError: commandFailure(for: error)
    case let error as TransportError: commandFailure(forTransport: error)
    case is IdentityError: IdentityFailure.commandFailure(for: error)
    case let error as DocumentError:
      CommandFailure(
        status: ExitStatus.authenticationRefused.rawValue,
        Diagnostic("the identity token cannot be used: \(error)"))
    default: CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    }
  }

  /// What a signing run ends with: cancellation as it is, all else with how much is done.
  static func ending(_ error: any Error) -> any Error {
    let incomplete = error as? SigningRun.Incomplete
    let cause = incomplete?.cause ?? error
    if cause is CancellationError { return cause }
    var failure = commandFailure(forAny: cause)
    if let incomplete, incomplete.done > 0 {
      failure.diagnostic.notes.append(
        "\(incomplete.done) of \(incomplete.count) are done, and what is written is whole")
      failure.diagnostic.help.append("run the same command again: it goes on with the rest")
    }
    return failure
  }

  /// Fulcio answers 400 where it does not like the token, and says so in its own words.
  private static func commandFailure(forTransport error: TransportError) -> CommandFailure {
    guard case .status(400) = error.reason, error.purpose == FulcioClient.purpose else {
      return commandFailure(for: error)
    }
    return CommandFailure(
      status: ExitStatus.authenticationRefused.rawValue,
      Diagnostic(
        "\(error)",
        help: ["check that the instance accepts tokens of this issuer, for this audience"]))
  }
}
