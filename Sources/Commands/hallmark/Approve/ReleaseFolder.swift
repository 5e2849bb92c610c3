// SPDX-License-Identifier: Apache-2.0

import Approvals
import Attestations
import PythonPackaging
import Verification

/// The folder of a release that is to be approved.
///
/// Nothing may lie in it but distributions of one release, evidence about them, approvals, and what
/// attesting leaves beside them: an approver sees all of what is there, or nothing is approved.
struct ReleaseFolder: Sendable {
  /// The folder.
  let path: String
  /// Its distributions.
  let release: LocalRelease

  /// Reads a folder.
  ///
  /// - Throws: `CommandFailure`: status 1 for what cannot be read, 3 for what does not belong there.
  init(_ path: String) throws(CommandFailure) {
    guard FileReading.isFolder(path) else {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "`\(path)` is not a folder", help: ["name the folder that the release's files are in"]))
    }
    for entry in try Self.entries(of: path) {
      if entry.isRegular, Self.belongs(entry.name) { continue }
      // The logs of `hallmark build`, which nothing publishes.
      if entry.name.utf8.elementsEqual("logs".utf8),
        FileReading.isFolder(ApprovalFiles.path(entry.name, in: path))
      {
        continue
      }
      throw CommandFailure(
        status: ExitStatus.rejected.rawValue,
        Diagnostic(
          entry.isRegular
            ? "`\(entry.name)` does not belong to a release"
            : "`\(entry.name)` is a link, a folder or another thing that is not a file",
          place: ApprovalFiles.path(entry.name, in: path),
          expected: "wheels, sdists, evidence about them and approvals, as regular files",
          help: ["look at it and remove it, or build and attest into a folder of its own"]))
    }
    self.path = path
    release = try LocalRelease(arguments: [path])
  }

  private static func entries(of path: String) throws(CommandFailure) -> [ApprovalFiles.Entry] {
    do {
      return try ApprovalFiles.entries(of: path)
    } catch {
      throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    }
  }

  private static func belongs(_ name: String) -> Bool {
    DistributionArguments.isDistribution(name)
      || DistributionArguments.subject(ofEvidence: name) != nil
      || DistributionArguments.isCompanion(name)
      // Some build tools leave it; nothing reads or publishes it.
      || name.utf8.elementsEqual(".gitignore".utf8)
  }
}

extension LocalRelease {
  /// The files as approvals name them.
  var subjects: [Subject] { files.map { Subject(name: $0.name.text, sha256: $0.sha256) } }

  /// The release without knowledge of where it comes from.
  func record(origins: [ReleaseOrigin]) -> ReleaseRecord {
    ReleaseRecord(
      project: project.text, version: version.description, files: subjects, origins: origins)
  }
}
