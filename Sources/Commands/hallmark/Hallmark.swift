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
      CommandGroup(
        name: "Audit",
        subcommands: [
          AuditCommand.self, AdoptCommand.self, NewCommand.self, PinsCommand.self,
          RulesCommand.self, ExplainCommand.self,
        ]),
      CommandGroup(
        name: "Release",
        subcommands: [
          ReleaseCommand.self, LockCommand.self, BuildCommand.self, AttestCommand.self,
          SignCommand.self, ApproveCommand.self, PublishCommand.self, IdentityCommand.self,
        ]),
      CommandGroup(
        name: "Check",
        subcommands: [
          VerifyCommand.self, VerifyReleaseCommand.self, ReproduceCommand.self, DiffCommand.self,
          InspectCommand.self, DownloadCommand.self, PolicyCommand.self, BundleCommand.self,
          HashCommand.self,
        ]),
      CommandGroup(name: "Trust", subcommands: [TrustCommand.self]),
    ])

  // Not `async`: version, help and usage errors come without the cost of the thread pool.
  static func main() {
    FrontDoor<Self>.run(Array(CommandLine.arguments.dropFirst()))
  }
}
