// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import Rebuild
import SystemPackage

/// `hallmark build`: sdist and wheel of one commit, built twice in a sandbox.
struct BuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build",
    abstract: "Build sdist and wheel so that anyone can build the same files again.",
    discussion: """
      Examples:
        hallmark build
        hallmark build path/to/project --out dist --json
        hallmark build --wheels wheelhouse

      Builds from a clean export of the git commit, in a sandbox (bubblewrap) without network, home \
      or secrets, with the requirements of pylock.build.toml (`hallmark lock` writes it; without it \
      they are resolved now), SOURCE_DATE_EPOCH of the commit, first the sdist, from it the wheel. \
      Times, owners and permissions that setuptools, pdm-backend and others leave in the archives \
      are taken out. Then all is built a second time with another path, time, time zone, locale, \
      umask, user, host name, hash seed and order of folders, and compared byte for byte.

      Beside the files stands NAME-VERSION.build.json: what they were built from, with digests, and \
      how. The folder logs has one log per step.

      Exit status: 0 done, 1 the build failed or went beyond a limit, 2 usage, 5 the second build \
      gave other files; they are then not put into the output folder.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The folder of the project's pyproject.toml.", completion: .directory)
  var project: String = "."

  @Option(
    help: ArgumentHelp(
      "Where the files go; the project's folder dist by default.", valueName: "folder"),
    completion: .directory)
  var out: String?

  @Option(
    help: ArgumentHelp(
      "Where the logs go; the folder logs in the output folder by default.", valueName: "folder"),
    completion: .directory)
  var logDir: String?

  @Option(
    help: ArgumentHelp(
      "Wheels of this version made elsewhere, such as by cibuildwheel: files, or a folder with "
        + "nothing else; they are taken as they are and recorded.",
      valueName: "path"),
    completion: .file())
  var wheels: [String] = []

  @Flag(help: "Put the files into the output folder also when the second build differs.")
  var keepDifferent = false

  @OptionGroup var build: HermeticBuildOptions

  func validate() throws {
    for (name, value) in [("PROJECT", project), ("--out", out), ("--log-dir", logDir)] {
      guard let value else { continue }
      guard !value.isEmpty, !value.utf8.contains(0) else {
        throw ValidationError("\(name) must be the path of a folder.")
      }
    }
    for value in wheels where value.isEmpty || value.utf8.contains(0) {
      throw ValidationError("--wheels must be paths.")
    }
  }

  func run() async throws {
    var options = try build.build(
      project, output: out.map { FilePath($0) } ?? FilePath(project).appending("dist"),
      wheels: wheels)
    options.logs = logDir.map { FilePath($0) }
    let run = BuildRun(options: options, keepsDifferent: keepDifferent, console: global.console)
    let outcome = try await Interruption.run { try await run.run() }
    if global.json {
      global.console.output(outcome.json.compactText)
    } else {
      outcome.show(on: global.console)
    }
    if let failure = outcome.failure { throw failure }
  }
}
