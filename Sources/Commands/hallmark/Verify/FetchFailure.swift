// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import ServiceClients
import Verification

/// Turns what a service did not answer into words and an exit status.
///
/// A service that cannot be reached, is busy, or does not speak its protocol leaves the question
/// undecided; a file that is not the promised one is rejected; a service that wants a login, which
/// this program does not have, has refused.
enum FetchFailure {
  /// The failure for an error of a client.
  static func commandFailure(for error: any Error) -> CommandFailure {
    switch error {
    case let failure as CommandFailure: failure
    case let error as TransportError:
      CommandFailure(
        status: status(of: error).rawValue,
        Diagnostic("\(error)", help: help(for: error).map { [$0] } ?? []))
    default: CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    }
  }

  private static func status(of error: TransportError) -> ExitStatus {
    switch error.reason {
    case .differs: .rejected
    case .file: .couldNotRun
    case .status(401), .status(403): .authenticationRefused
    case .unreachable, .untrusted, .timeout, .tooLarge, .status, .rateLimited, .badAnswer,
      .insecure:
      .undecided
    }
  }

  private static func help(for error: TransportError) -> String? {
    switch error.reason {
    case .untrusted: "check the address; name a private certificate authority by --tls-ca"
    case .timeout: "try again later, or allow more time by --timeout"
    case .status(401), .status(403):
      "nothing is asked for with a login: get the files and name their evidence by --evidence"
    default: error.help
    }
  }

  /// Refuses a release whose list of files cannot be used.
  static func check(_ release: IndexedRelease, at url: ServiceURL) throws(CommandFailure) {
    guard let problem = release.problem else { return }
    throw CommandFailure(
      status: ExitStatus.undecided.rawValue,
      Diagnostic(
        problem, place: url.withoutQuery, help: ["name one file as pypi:FILENAME"]))
  }

  /// What is asked for is not there.
  static func missing(_ sentence: String, at url: ServiceURL) -> CommandFailure {
    CommandFailure(
      status: ExitStatus.undecided.rawValue,
      Diagnostic(
        sentence, place: url.withoutQuery,
        help: ["look at the spelling, or name another index by --index"]))
  }
}
