// SPDX-License-Identifier: Apache-2.0

import Adoption
import ArgumentParser
import Encodings
import PythonPackaging
import ReleaseAudit
import Verification

/// `hallmark new`: a project with the secure release process from nothing.
struct NewCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Begin a project that has the secure release process from its first commit.",
    discussion: """
      Examples:
        hallmark new greeting --repository acme/greeting --owner @acme/releasers
        hallmark new greeting --repository acme/greeting --owner @acme/releasers --diff
        hallmark new greeting --forge-kind gitlab --repository acme/greeting --owner @acme/x

      Writes a package with a locked back end, a test, a license, and everything that `hallmark \
      adopt` adds: the workflows or the pipeline, requirements with hashes, policy, code owners, updates, and the \
      pages about releases. The folder must be new or empty, or made by this command; then only what \
      is missing is written.

      Exit status: 0 done, 1 something cannot be read or written, 2 wrong usage, or the folder is \
      something else's, 5 with --diff: something would change, 6 a lock of the requirements is still \
      missing.
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var choice: AdoptOptions

  @Option(help: "The license.")
  var license: LicenseText = .mit

  @Option(
    help: ArgumentHelp("The folder; by default the name in the current one.", valueName: "path"),
    completion: .directory)
  var directory: String?

  @Argument(help: ArgumentHelp("The project's name at the index.", valueName: "name"))
  var name: String

  func run() async throws {
    let console = global.console
    let project = try skeleton()
    let folder = directory ?? project.name.text
    let present = try await NewFolder(folder, project: project, profile: choice.profile)
    let input = "requirements/test"
    var files = present.files
    if present.isMissing(input + ".txt") {
      let lock = try await AdoptionReading.lock(
        NewProject.testRequirements, oldest: BuildRequirements.oldestTestedPython,
        input: input + ".in", python: choice.python, console: console)
      if let lock { files[input + ".txt"] = Array(lock.utf8) }
    }
    let reading = AdoptionReading(
      ReadProject(present.project.with(files), at: folder), record: present.record)
    let plan = try await reading.plan(
      choice.answers(license: license), python: choice.python, locks: true, console: console)
    let output = AdoptionOutput(
      console: console, isJSON: global.json, read: reading.read,
      plan: plan.adding(files: files, reason: "the skeleton"), command: "hallmark new")
    if !choice.diff { try present.make() }
    let status = try output.finish(choice.diff ? .diff : .write)
    if status != .done { throw ExitCode(status.rawValue) }
  }

  private func skeleton() throws -> NewProject {
    guard let parsed = try? ProjectName(name) else {
      throw ValidationError(
        "`\(UntrustedText.printable(name))` is not the name of a project: it has letters, digits, "
          + "`.`, `_` and `-`.")
    }
    guard let repository = choice.repository else {
      throw ValidationError(
        "name the repository that the project will have: --repository OWNER/NAME.")
    }
    let forges = choice.forgeKind.map { [$0] } ?? AdoptionForge.allCases
    let found = forges.lazy.compactMap { forge in
      // Without a kind only an address tells that it is at GitLab.
      forge == .github || choice.forgeKind != nil
        ? ForgeRepository(repository, at: forge) ?? ForgeRepository(address: repository, at: forge)
        : ForgeRepository(address: repository, at: forge)
    }.first
    guard let parsedRepository = found else {
      throw ValidationError(
        "`\(UntrustedText.printable(repository))` is not the name of a repository: OWNER/NAME.")
    }
    guard
      let project = NewProject(name: parsed, repository: parsedRepository, license: license)
    else {
      throw ValidationError(
        "Python cannot import a module of the name `\(parsed.filenameComponent)`.")
    }
    return project
  }
}
