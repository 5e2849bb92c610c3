// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import BuildVersion
import Encodings
import SystemPackage
import Verification

/// `hallmark release`: from a project's source to a published, verified and installed package.
struct ReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Build, attest, publish, verify and install a Python project.",
    discussion: """
      Examples:
        hallmark release Examples/greeting --embedded
        hallmark release . --embedded --keep --out dist

      Builds sdist and wheel from a clean export of the git commit, signs for each a publish \
      attestation and a SLSA provenance with a key that lives for this run only, publishes them by \
      Trusted Publishing, checks what the index then serves, and installs it with pip. \
      --embedded runs the services for that on this machine, for this run; they vouch only for \
      themselves.

      Exit status: 0 done, 1 could not run, 2 usage, 3 rejected, 4 authentication refused, 5 the \
      index has other files of this version. After Ctrl-C everything is stopped and removed first.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The folder of the project's pyproject.toml.", completion: .directory)
  var project: String

  @Flag(help: "Run token issuer, certificate authority, log and index on this machine.")
  var embedded = false

  @Option(
    help: ArgumentHelp(
      "Where the files of the release go; the project's folder dist by default.",
      valueName: "folder"),
    completion: .directory)
  var out: String?

  @Option(
    help: ArgumentHelp(
      "The embedded services' data folder, which stays; a temporary one by default.",
      valueName: "folder"),
    completion: .directory)
  var data: String?

  @Option(help: "The port of the embedded services; a free one by default.")
  var port: UInt16?

  @Flag(help: "Leave the embedded services running, and say how to stop them.")
  var keep = false

  @Flag(help: "Build the files as they are, also when they differ from the git commit.")
  var allowDirty = false

  func validate() throws {
    for (name, value) in [("PROJECT", project), ("--out", out), ("--data", data)] {
      guard let value else { continue }
      guard !value.isEmpty, !value.utf8.contains(0) else {
        throw ValidationError("\(name) must be the path of a folder.")
      }
    }
  }

  func run() async throws {
    let console = global.console
    guard embedded else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "only releases against the embedded stack exist in this version",
          help: ["add --embedded"]))
    }
    let folder = FilePath(project)
    let run = ReleaseRun(
      options: ReleaseOptions(
        project: folder, output: out.map { FilePath($0) } ?? folder.appending("dist"),
        data: data.map { FilePath($0) }, port: port.map { Int($0) }, keep: keep,
        allowDirty: allowDirty, version: String(HALLMARK_VERSION)),
      console: console)
    let outcome = try await Interruption.run { try await run.run() }
    let summary = ReleaseSummary(outcome: outcome, console: console)
    if global.json {
      console.output(outcome.json(verifyCommand: summary.verifyCommand).compactText)
    } else {
      // Apart from the lines of the stages, where both are seen.
      console.progress()
      summary.show()
    }
  }
}
