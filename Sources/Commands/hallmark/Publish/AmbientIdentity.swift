// SPDX-License-Identifier: Apache-2.0

import ServiceClients
import TrustedPublishing
import Verification

/// The identity of the CI job in which the program runs.
enum AmbientIdentity {
  /// The right to publish that it gives.
  ///
  /// - Throws: `CommandFailure` when there is none.
  static func authorization(
    over transport: HTTPTransport
  ) throws(CommandFailure) -> UploadAuthorization {
    var environment: [String: String] = [:]
    for name in ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"] {
      environment[name] = Platform.environment(name)
    }
    guard let credential = AmbientCredential(environment: environment) else {
      throw CommandFailure(
        status: ExitStatus.authenticationRefused.rawValue,
        Diagnostic(
          "there is no identity to publish with: this is no CI job that gives out identity tokens",
          help: [
            "on GitHub, give the job `permissions: id-token: write`",
            "for an index without Trusted Publishing, give a stored token by --token-file",
          ]))
    }
    return .trustedPublishing(AmbientTokenClient(credential: credential, transport: transport))
  }
}
