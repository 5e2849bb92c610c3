// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Sigstore
import Verification

/// The options that say whose authorities and logs count.
struct TrustOptions: ParsableArguments {
  @Option(help: "A trusted root to use instead of the public-good one.")
  var trustedRoot: String?

  @Flag(help: "Use the trusted root of the public staging instance.")
  var staging = false

  func validate() throws {
    if staging, trustedRoot != nil {
      throw ValidationError("--staging and --trusted-root exclude each other.")
    }
  }

  /// Reads the trusted root.
  ///
  /// - Throws: `CommandFailure`.
  func load() throws(CommandFailure) -> TrustedRoot {
    do {
      guard let trustedRoot else {
        return try staging ? TrustedRoot.staging() : TrustedRoot.publicGood()
      }
      return try TrustedRoot(
        parsing: try FileReading.bytes(of: trustedRoot, limit: Evidence.sizeLimit))
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the trusted root cannot be used: \(error)", place: trustedRoot,
          help: ["name a trusted_root.json of media type v0.1, as an instance publishes it"]))
    }
  }
}
