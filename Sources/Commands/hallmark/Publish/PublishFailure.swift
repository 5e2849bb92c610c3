// SPDX-License-Identifier: Apache-2.0

import Encodings
import Identity
import ServiceClients
import TrustedPublishing
import Verification

/// Turns what stops a publication into words and an exit status.
///
/// An index that cannot be reached or is busy leaves the question open (6); one that refuses who
/// asks has refused (4), one that refuses a file rejects it (3), and a name that is taken
/// differs (5).
enum PublishFailure {
  /// The failure for an error of a phase; cancellation stays what it is.
  static func commandFailure(for error: any Error) -> CommandFailure {
    switch error {
    case let failure as CommandFailure: failure
    case is IdentityError: IdentityFailure.commandFailure(for: error)
    case let refusal as UploadRefusal: upload(refusal)
    case let error as TransportError: transport(error)
    default: CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    }
  }

  /// The failure for a token that is not exchanged, with what the index had to compare.
  static func minting(
    _ refusal: TrustedPublishingRefusal, of claims: UnverifiedClaims
  ) -> CommandFailure {
    var notes: [String] = []
    if let time = refusal.time {
      let ahead = FileReading.now().seconds - time.seconds
      if abs(ahead) > 60 {
        notes.append(
          "this machine's clock is \(duration(abs(ahead))) \(ahead > 0 ? "ahead of" : "behind") the "
            + "index's; a token is good for minutes")
      }
    }
    let shown = claimNames.compactMap { name in claims.text(name).map { "\(name) \($0)" } }
    if !shown.isEmpty { notes.append("the token says: \(shown.joined(separator: ", "))") }
    return CommandFailure(
      status: ExitStatus.authenticationRefused.rawValue,
      Diagnostic(
        "\(refusal)", notes: notes,
        help: [help(for: refusal.refusal.reasons.first?.code)]))
  }

  /// The claims by which indexes find the publisher, of GitHub, GitLab and others.
  private static let claimNames = [
    "sub", "repository", "repository_owner_id", "job_workflow_ref", "project_path",
    "ci_config_ref_uri", "environment", "ref", "event_name", "email",
  ]

  private static func duration(_ seconds: Int64) -> String {
    seconds < 3600 ? "\(seconds / 60) min" : "\(seconds / 3600) h \(seconds % 3600 / 60) min"
  }

  /// What to do about a refusal, by PyPI's word for its reason.
  private static func help(for code: String?) -> String {
    switch code {
    case "invalid-publisher":
      "register this workflow as a publisher of the project at the index (a pending publisher if "
        + "the project is new); owner, repository, file and environment must be these"
    case "invalid-pending-publisher":
      "the project exists already: one of its owners must add this workflow as a publisher"
    case "invalid-reuse-token": "run the command again: each run gets a token of its own"
    case "invalid-token":
      "get the token in this job, for this index, and check this machine's clock (`date -u`)"
    case "not-enabled": "the index does not take tokens of this kind now: try again later"
    default: "check which publishers are registered for the project at the index"
    }
  }

  private static func upload(_ refusal: UploadRefusal) -> CommandFailure {
    if refusal.isConflict {
      return CommandFailure(
        status: ExitStatus.differs.rawValue,
        Diagnostic(
          "the index does not take `\(refusal.filename)`: the name is taken",
          place: refusal.url,
          notes: refusal.message.map { ["the index says: \($0)"] } ?? [],
          help: [
            "published files never change, and deleted names do not come back: raise the "
              + "version"
          ]))
    }
    if refusal.isAuthenticationRefusal {
      return CommandFailure(
        status: ExitStatus.authenticationRefused.rawValue,
        Diagnostic(
          "\(refusal)",
          help: ["check that the publisher, or the token, is for this project"]))
    }
    return CommandFailure(
      status: ExitStatus.rejected.rawValue,
      Diagnostic("\(refusal)", help: help(for: refusal).map { [$0] } ?? []))
  }

  /// What to do about a refusal of a file, by the words that indexes use.
  private static func help(for refusal: UploadRefusal) -> String? {
    guard let message = refusal.message, message.contains("ttestations") else { return nil }
    if message.contains("required") {
      return "publish with attestations; `hallmark attest` makes them"
    }
    return "attestations must be signed by the same workflow that uploads: sign and publish in one "
      + "job, without a reusable workflow between"
  }

  private static func transport(_ error: TransportError) -> CommandFailure {
    let status: ExitStatus =
      switch error.reason {
      case .differs: .differs
      case .file: .couldNotRun
      case .status(401), .status(403): .authenticationRefused
      case .unreachable, .untrusted, .timeout, .tooLarge, .status, .rateLimited, .badAnswer,
        .insecure:
        .undecided
      }
    let help: String? =
      switch error.reason {
      case .untrusted: "check the address; name a private certificate authority by --tls-ca"
      case .timeout: "run the command again later, or allow more time by --timeout"
      case .differs: "tell the index's operator"
      default: error.help
      }
    return CommandFailure(
      status: status.rawValue, Diagnostic("\(error)", help: help.map { [$0] } ?? []))
  }
}
