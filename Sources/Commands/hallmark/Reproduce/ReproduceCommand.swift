// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import PythonPackaging
import Rebuild
import ServiceClients
import SystemPackage
import Verification

/// `hallmark reproduce`: makes published files again from their source, and compares.
struct ReproduceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce",
    abstract: "Rebuild published files from their source, and say whether they are what it makes.",
    discussion: """
      Examples:
        hallmark reproduce idna==3.20
        hallmark reproduce dist/acme-1.4.0-py3-none-any.whl dist/acme-1.4.0.tar.gz
        hallmark reproduce acme==1.4.0 --tag v1.4.0 --repository https://github.com/acme/acme
        hallmark reproduce acme==1.4.0 --html report.html --output-dir rebuilt

      How each file was made is inferred from the file: the build back end and its version, the \
      requirements as they were when it was uploaded, SOURCE_DATE_EPOCH, the interpreter. Then it \
      is built again, without network and without your files, and compared.

      The source is the published sdist (--from sdist), from which the wheel is built; or a tag of \
      a repository (--from git), from which both are. The repository is an https URL or a clone on \
      this machine. Where a verified attestation names a commit, that commit is rebuilt, and the \
      tag must be at it.

      Verdicts, from best to worst: identical; identical-given, the same contents but for listed \
      fields of the container; equivalent-metadata; different; cannot-rebuild. Only the first two \
      pass.

      Exit status: 0 all files pass, 1 could not run (also: no sandbox), 2 usage, 3 a file is not \
      the one that the index promises, 5 a file differs, 6 a file cannot be rebuilt or had.
      """)

  /// Where the source is from.
  enum Origin: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// The published sdist.
    case sdist
    /// A tag of a repository.
    case git
  }

  @OptionGroup var global: GlobalOptions

  @Argument(
    help: "NAME==VERSION at the index, or the wheel and sdist of one release as files.",
    completion: .file())
  var release: [String]

  @Option(help: "What to build from; sdist, unless --tag or --repository is given.")
  var from: Origin?

  @Option(help: ArgumentHelp("The tag; otherwise the one of the version.", valueName: "tag"))
  var tag: String?

  @Option(
    help: ArgumentHelp(
      "The repository, an https URL or a folder; otherwise the one of the attestation.",
      valueName: "place"))
  var repository: String?

  @Option(
    help: ArgumentHelp(
      "The project's folder in the repository; otherwise the top, or the one with its name.",
      valueName: "folder"))
  var subdirectory: String?

  @Option(
    help: ArgumentHelp("The interpreter to build with; inferred otherwise.", valueName: "path"))
  var python: String?

  @Option(
    help: ArgumentHelp(
      "Take no build requirement that was uploaded later; the file's own time otherwise.",
      valueName: "time"))
  var uploadedBefore: String?

  @Option(help: ArgumentHelp("The SOURCE_DATE_EPOCH; inferred otherwise.", valueName: "seconds"))
  var sourceDateEpoch: Int64?

  @Option(
    help: ArgumentHelp("Keep the rebuilt files in this folder.", valueName: "folder"),
    completion: .directory)
  var outputDir: String?

  @Option(
    help: ArgumentHelp("Write the report as one HTML page.", valueName: "file"),
    completion: .file())
  var html: String?

  @Flag(help: "Show what the builds print.")
  var verbose = false

  @OptionGroup(title: "Trust, for the commit that an attestation names") var trust: TrustOptions

  @OptionGroup(title: "Network") var network: NetworkOptions

  func validate() throws {
    guard !release.isEmpty else { throw ValidationError("name a release or its files.") }
    if from == .sdist, tag != nil || repository != nil || subdirectory != nil {
      throw ValidationError("--tag, --repository and --subdirectory go with --from git.")
    }
    if let sourceDateEpoch, !(0...0xFFFF_FFFF).contains(sourceDateEpoch) {
      throw ValidationError("--source-date-epoch must be seconds from 0 to 4294967295.")
    }
    for (name, value) in [("--output-dir", outputDir), ("--html", html), ("--tag", tag)] {
      guard value?.isEmpty != true, value?.utf8.contains(0) != true else {
        throw ValidationError("\(name) must not be empty.")
      }
    }
    try Self.check(subdirectory: subdirectory)
    _ = try choices()
    _ = try ReproduceSubject(arguments: release)
  }

  /// Refuses what is no folder below the top.
  static func check(subdirectory: String?) throws {
    guard let subdirectory else { return }
    let parts = subdirectory.split(separator: "/", omittingEmptySubsequences: false)
    guard !subdirectory.isEmpty, parts.first != "", !parts.contains(".."),
      !subdirectory.utf8.contains(0)
    else {
      throw ValidationError("--subdirectory must be a folder below the top of the repository.")
    }
  }

  private func choices() throws -> Reproduction.Choices {
    var choices = Reproduction.Choices()
    choices.python = python
    choices.subdirectory = subdirectory
    choices.sourceDateEpoch = sourceDateEpoch
    if let uploadedBefore {
      do {
        choices.uploadedBefore = try Timestamp(rfc3339: uploadedBefore)
      } catch {
        throw ValidationError("--uploaded-before must be a time like 2026-11-28T12:00:00Z.")
      }
    }
    return choices
  }

  func run() async throws {
    let subject = try ReproduceSubject(arguments: release)
    let console = global.console
    if network.offline, case .index(let project, _) = subject {
      let page = try network.indexURL().appending("\(project.normalized)/")
      throw OfflinePlan(addresses: ["\(page)"]).shown(on: console, json: global.json)
    }
    let usesGit =
      from == .git || (from == nil && (tag != nil || repository != nil || subdirectory != nil))
    let plan = ReproduceRun(
      subject: subject, usesGit: usesGit, tag: tag, repository: repository,
      choices: try choices(), index: try network.indexURL(), trust: trust, console: console,
      isVerbose: verbose)
    let network = network
    let report = try await Interruption.run {
      try await network.withTransport { transport in try await plan.report(by: transport) }
    }
    let outcome = ReproduceOutcome(
      title: subject.title, report: report, isFromGit: usesGit, finishedOn: FileReading.now())
    try outcome.write(outputFolder: outputDir, page: html)
    if global.json {
      console.output(outcome.json.compactText)
    } else {
      outcome.show(on: console)
      for path in [outputDir, html].compactMap({ $0 }) {
        console.progress("wrote \(UntrustedText.printable(path))")
      }
    }
    if outcome.status != .done { throw ExitCode(outcome.status.rawValue) }
  }
}
