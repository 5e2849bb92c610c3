// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `hallmark bundle`: work on evidence files.
struct BundleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle",
    abstract: "Bring evidence of older formats into the current one.",
    subcommands: [BundleUpgradeCommand.self])
}
