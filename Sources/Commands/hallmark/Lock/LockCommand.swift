// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import FoundationEssentials
import PythonPackaging
import Rebuild
import SystemPackage
import Verification

/// `hallmark lock`: the build requirements of a project, locked by version and digest.
struct LockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock",
    abstract: "Lock the requirements of a project's build in pylock.build.toml.",
    discussion: """
      Examples:
        hallmark lock
        hallmark lock --upgrade --uploaded-before P3D
        hallmark lock --check

      Resolves the requirements of [build-system] and those that the build back end asks for, with \
      uv, to wheels with their SHA-256 (PEP 751), for all platforms. `hallmark build` then installs \
      exactly these. The back end is asked in the sandbox; nothing else of a package runs.

      A lock that is there keeps its moment: uploads after it do not count, so the file changes only \
      with the requirements. --upgrade moves the moment to now; --uploaded-before takes a time \
      (2026-11-28, 2026-11-28T12:00:00Z), a time before now (P3D, PT12H), or `any` for an index that \
      does not say when its files were uploaded. --check writes nothing and says whether the file is \
      what would be written.

      Exit status: 0 done or up to date, 1 could not run, 2 usage, 5 with --check: it is missing or \
      would be written differently.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The folder of the project's pyproject.toml.", completion: .directory)
  var project: String = "."

  @Option(help: ArgumentHelp("Uploads after this do not count.", valueName: "time"))
  var uploadedBefore: String?

  @Flag(help: "Resolve anew, as if there were no lock.")
  var upgrade = false

  @Flag(help: "Write nothing; say whether the lock is what would be written.")
  var check = false

  @Option(help: ArgumentHelp("The interpreter to build with.", valueName: "program"))
  var python: String = "python3"

  func validate() throws {
    guard !project.isEmpty, !project.utf8.contains(0), !python.isEmpty else {
      throw ValidationError("PROJECT must be the path of a folder.")
    }
    guard !(check && upgrade) else {
      throw ValidationError("--check compares with what is locked; leave out --upgrade.")
    }
    _ = try uploads()
  }

  private func uploads() throws -> ProjectLock.Uploads {
    guard let uploadedBefore else { return .asBefore }
    if uploadedBefore == "any" { return .any }
    let now = Timestamp(unixSeconds: Int64(Date().timeIntervalSince1970))
    guard let moment = UploadMoment(uploadedBefore, now: now)?.moment else {
      throw ValidationError(
        "--uploaded-before must be a time such as 2026-11-28 or 2026-11-28T12:00:00Z, one before "
          + "now such as P3D or PT12H, or any.")
    }
    return .before(moment)
  }

  func run() async throws {
    let console = global.console
    let lock = ProjectLock(
      project: FilePath(project), python: python, uploads: try uploads())
    let (isCheck, isUpgrade) = (check, upgrade)
    let (old, new) = try await Interruption.run {
      do {
        let reporter = StageReporter(console, names: ["Lock"])
        let old = try lock.existing()
        let new = try await reporter.stage("Lock", doing: "resolving") {
          let new = try await lock.resolved(keeping: isUpgrade ? nil : old) { line in
            reporter.began("Lock", line)
          }
          let count = new.pylock.packages.count
          return (new, "\(count) package\(count == 1 ? "" : "s")")
        }
        if !isCheck, old?.bytes != new.bytes { try lock.write(new) }
        return (old, new)
      } catch let error as CancellationError {
        throw error
      } catch {
        try Task.checkCancellation()
        throw ReleaseFailure.commandFailure(for: error)
      }
    }
    try show(old, new, path: lock.path, on: console)
  }

  private func show(
    _ old: BuildLock?, _ new: BuildLock, path: FilePath, on console: Console
  ) throws {
    let isSame = old?.bytes == new.bytes
    let changes = old?.changes(to: new) ?? []
    if global.json {
      let document: JSONValue = [
        "path": .string(path.string), "sha256": .string(new.sha256.hexadecimal),
        "upToDate": .boolean(isSame), "written": .boolean(!check && !isSame),
        "changes": .array(changes.map { .string($0) }),
      ]
      console.output(document.compactText)
    } else if !check || isSame {
      console.output(isSame ? "\(path) is up to date" : "\(path) is written")
      for change in changes where !isSame { console.output("  \(UntrustedText.printable(change))") }
    }
    guard check, !isSame else { return }
    throw CommandFailure(
      status: ExitStatus.differs.rawValue,
      Diagnostic(
        old == nil ? "there is no `\(path)`" : "`\(path)` is not what would be written",
        notes: changes, help: ["run hallmark lock, and commit the file"]))
  }
}
