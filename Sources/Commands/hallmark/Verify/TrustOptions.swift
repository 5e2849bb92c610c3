// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Sigstore
import TrustStore

/// The options that say whose authorities and logs count.
struct TrustOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "An instance of `hallmark trust list` to use instead of the public-good one.",
      valueName: "name"))
  var instance: String?

  @Option(help: "A trusted root to use instead of the public-good one; may be repeated.")
  var trustedRoot: [String] = []

  @Flag(help: "Use the trusted root of the public staging instance.")
  var staging = false

  func validate() throws {
    if [staging, !trustedRoot.isEmpty, instance != nil].filter({ $0 }).count > 1 {
      throw ValidationError("--staging, --instance and --trusted-root exclude each other.")
    }
  }

  /// Whether an option says whom to trust, so that a policy does not.
  var isGiven: Bool { staging || !trustedRoot.isEmpty || instance != nil }

  /// Whom to trust: what the options name, else the instance that a policy names, else the
  /// public-good instance; one of them, never several.
  ///
  /// - Parameter policyInstance: the instance of the policy that applies.
  /// - Returns: the roots.
  /// - Throws: `CommandFailure`.
  func load(policyInstance: String? = nil) throws -> [TrustedRoot] {
    guard trustedRoot.isEmpty else { return try TrustFiles.roots(trustedRoot) }
    return try TrustedInstances.load(instanceName(policyInstance: policyInstance)).trustedRoots
  }

  /// The name of the instance that counts where no file is named; `nil` for the public-good one.
  func instanceName(policyInstance: String?) -> String? {
    staging ? InstanceName(.staging).text : instance ?? policyInstance
  }
}
