// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Sigstore
import Verification

/// Whom to trust, and with `--identity` also the instance to sign with.
struct ApprovalInstance: ParsableArguments {
  @OptionGroup var trust: TrustOptions

  @Option(
    help: ArgumentHelp(
      "With --identity and one --trusted-root, the signing configuration of that instance.",
      valueName: "file"),
    completion: .file())
  var signingConfig: String?

  func validate() throws {
    if signingConfig != nil, trust.trustedRoot.count != 1 {
      throw ValidationError("--signing-config needs the one --trusted-root of its instance.")
    }
  }

  /// Refuses a private trusted root without the services that belong to it.
  func checkCanSign() throws {
    if !trust.trustedRoot.isEmpty, signingConfig == nil {
      throw ValidationError("--identity with --trusted-root needs --signing-config.")
    }
  }

  /// The instance to sign with.
  ///
  /// - Parameter policyInstance: the instance of the policy that applies.
  /// - Returns: its trust and its services.
  /// - Throws: `CommandFailure`.
  func load(policyInstance: String?) throws -> ClientTrustConfig {
    guard let signingConfig else {
      return try TrustedInstances.clientTrustConfig(
        trust.instanceName(policyInstance: policyInstance))
    }
    let roots = try trust.load()
    do {
      let config = try SigningConfig(
        parsing: try FileReading.bytes(of: signingConfig, limit: Evidence.sizeLimit))
      return ClientTrustConfig(trustedRoot: roots[0], signingConfig: config)
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic("the signing configuration cannot be used: \(error)", place: signingConfig))
    }
  }
}
