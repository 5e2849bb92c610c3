// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `hallmark trust`: whose authorities and logs count on this machine.
struct TrustCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trust",
    abstract: "Show and update whose authorities and logs count.",
    discussion: """
      Examples:
        hallmark trust update
        hallmark trust add acme https://tuf.acme.example --root root.json
        hallmark trust export acme --output acme-trust.json
        hallmark trust import acme-trust.json --root-sha256 HEX

      The public-good instance is built in and is the default; the staging instance is built in \
      and counts only where it is named. Another instance is added with its root, or the root's \
      digest, and counts only where it is named by --instance or by a policy; it is never merged \
      with the public default. Verification never asks a repository: only update and add do.
      """,
    subcommands: [
      TrustListCommand.self, TrustShowCommand.self, TrustUpdateCommand.self,
      TrustAddCommand.self, TrustImportCommand.self, TrustExportCommand.self,
    ])
}
