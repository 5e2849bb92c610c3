// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `hallmark policy`: the file that says who may sign.
struct PolicyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy",
    abstract: "Write the file that says who may sign.",
    subcommands: [PolicyInitCommand.self])
}
