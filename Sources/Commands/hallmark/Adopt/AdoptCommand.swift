// SPDX-License-Identifier: Apache-2.0

import Adoption
import ArgumentParser
import ReleaseAudit
import Verification

/// `hallmark adopt`: gives a project the secure release process.
struct AdoptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adopt",
    abstract: "Give a project the secure release process, by the smallest changes.",
    discussion: """
      Examples:
        hallmark adopt --diff
        hallmark adopt --repository acme/greeting --owner @acme/releasers
        hallmark adopt --forge-kind gitlab --repository acme/greeting --owner @acme/x
        hallmark adopt --check

      What holds stays as it is, what can be repaired is repaired, and what is missing is written: \
      the workflow (at GitLab, jobs of the pipeline) that builds, attests, verifies and publishes, requirements with hashes, a policy, \
      code owners, updates, and the pages about releases. The changes are shown and asked about; \
      then comes the list of what only a person can do, with the values to enter.

      `.hallmark/adopted.json` remembers what was written. A later run brings untouched pieces up to \
      date and leaves those alone that somebody changed; where nothing is missing it changes nothing. \
      --check writes nothing and says whether anything is missing, changed, or fails.

      Exit status: 0 done, 1 something cannot be read or written, 2 wrong usage, an answer is \
      missing, or not confirmed, 5 an item that files decide fails; with --diff or --check: something \
      would change, 6 the lock of the requirements or the license is still missing.
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var choice: AdoptOptions

  @Option(help: "The license to add where there is none.")
  var license: LicenseText?

  @Flag(help: "Write nothing; say whether the project still is as it should be.")
  var check = false

  @Argument(help: ArgumentHelp("The repository.", valueName: "path"), completion: .directory)
  var path = "."

  func validate() throws {
    if check, choice.diff || choice.yes {
      throw ValidationError("--check writes nothing; leave out --diff and --yes.")
    }
  }

  func run() async throws {
    let console = global.console
    let (isCheck, options) = (check, choice)
    let reading = try await AdoptionReading(path: path, profile: options.profile)
    if isCheck, reading.record == nil {
      throw CommandFailure(
        status: ExitStatus.differs.rawValue,
        Diagnostic(
          "this project has not adopted the release process",
          place: reading.read.location(of: AdoptionRecord.path),
          help: ["`hallmark adopt` shows what it would change"]))
    }
    let plan = try await reading.plan(
      options.answers(license: license), python: options.python, locks: !isCheck,
      console: console)
    let output = AdoptionOutput(
      console: console, isJSON: global.json, read: reading.read, plan: plan)
    let status = try output.finish(
      isCheck ? .check : options.diff ? .diff : options.yes ? .write : .ask)
    if status != .done { throw ExitCode(status.rawValue) }
  }
}
