// SPDX-License-Identifier: Apache-2.0

import Encodings
import FoundationEssentials
import PythonPackaging
import SystemPackage
import TrustedPublishing
import Verification

/// The folder of a release in stages: its state, and whether its files are those of the state.
struct StagedFolder: Sendable {
  /// Where it is.
  let path: FilePath

  private var statePath: FilePath { path.appending(ReleaseState.filename) }

  /// The state that is there; `nil` if there is none.
  ///
  /// - Throws: `CommandFailure` for a file that is not a state.
  func state() throws(CommandFailure) -> ReleaseState? {
    guard FileReading.isPresent(statePath.string) else { return nil }
    do {
      return try ReleaseState(
        parsing: try FileReading.bytes(of: statePath.string, limit: ReleaseState.sizeLimit))
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the state of the release cannot be used: \(error)", place: statePath.string,
          help: ["begin anew by --restart"]))
    }
  }

  /// Writes the state in the place of the one that is there.
  ///
  /// - Throws: `CommandFailure`.
  func write(_ state: ReleaseState) throws(CommandFailure) {
    OutputFiles.removeLeftovers(of: [ReleaseState.filename], in: path)
    try OutputFiles.write(
      [
        OutputFiles.File(
          name: ReleaseState.filename, bytes: Array((state.json.compactText + "\n").utf8))
      ], into: path)
  }

  /// Removes what an earlier release left: its state, and its evidence as far as it is unchanged.
  func clear(_ old: ReleaseState?) {
    for file in old?.evidence ?? [] where (try? digest(of: file)) == file.sha256 {
      Platform.removeFile(path.appending(file.name))
    }
    Platform.removeFile(statePath)
    Platform.synchronize(folder: path)
  }

  /// Describes files of the folder.
  ///
  /// - Throws: `CommandFailure` that names the file.
  func files(named names: [String]) throws(CommandFailure) -> [PublicationPlan.LocalFile] {
    do {
      return try names.map { name in
        let bytes = try FileReading.bytes(
          of: path.appending(name).string, limit: Evidence.sizeLimit)
        return PublicationPlan.LocalFile(
          name: name, sha256: SHA256Hash(hashing: bytes), size: Int64(bytes.count))
      }
    } catch {
      throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    }
  }

  /// Checks that files are as the state says.
  ///
  /// - Throws: `CommandFailure`, status 5.
  func check(_ files: [PublicationPlan.LocalFile], redo stage: ReleaseStage) throws {
    for file in files {
      let found: SHA256Hash
      do {
        found = try digest(of: file)
      } catch {
        throw CommandFailure(
          status: ExitStatus.differs.rawValue,
          Diagnostic(
            "a file of the release is no longer there: \(error)",
            help: ["put it back, or make it again by --from \(stage.rawValue)"]))
      }
      guard found == file.sha256 else {
        throw CommandFailure(
          status: ExitStatus.differs.rawValue,
          Diagnostic(
            "`\(path.appending(file.name))` is not the file that the release went on with",
            expected: "SHA-256 \(file.sha256)", found: "SHA-256 \(found)",
            help: ["put it back, or make it again by --from \(stage.rawValue)"]))
      }
    }
  }

  private func digest(of file: PublicationPlan.LocalFile) throws(FileError) -> SHA256Hash {
    try FileReading.sha256(of: path.appending(file.name).string)
  }
}
