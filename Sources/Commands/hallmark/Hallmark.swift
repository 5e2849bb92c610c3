// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import BuildVersion

/// The client: one command per verb of a release.
@main
struct Hallmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hallmark",
    abstract: "Release Python packages that anyone can check, and check those of others.",
    discussion: """
      Examples:
        hallmark release Examples/greeting --embedded
        hallmark verify dist/greeting-1.0.0-py3-none-any.whl --policy hallmark.toml
      """,
    version: "hallmark " + String(cString: hallmark_build_version()),
    groupedSubcommands: [
      CommandGroup(name: "Release", subcommands: [ReleaseCommand.self]),
      CommandGroup(name: "Check", subcommands: [VerifyCommand.self]),
    ])

  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    Platform.exit(await FrontDoor<Self>.run(arguments))
  }
}
