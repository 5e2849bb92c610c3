// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Sigstore

/// The options that say whose authorities and logs count.
struct TrustOptions: ParsableArguments {
  @Option(help: "A trusted root to use instead of the public-good one; may be repeated.")
  var trustedRoot: [String] = []

  @Flag(help: "Use the trusted root of the public staging instance.")
  var staging = false

  func validate() throws {
    if staging, !trustedRoot.isEmpty {
      throw ValidationError("--staging and --trusted-root exclude each other.")
    }
  }

  /// Whom to trust.
  ///
  /// - Throws: `CommandFailure`.
  func load() throws -> [TrustedRoot] { try TrustFiles.roots(trustedRoot, staging: staging) }
}
