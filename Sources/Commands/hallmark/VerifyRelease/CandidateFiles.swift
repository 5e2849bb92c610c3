// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import PythonPackaging
import ServiceClients
import Verification

/// The files of a release as one place has them: CI's folder, or the artifacts of its run.
struct CandidateFiles: Sendable {
  /// A file.
  struct File: Sendable {
    /// Its name.
    let name: DistributionFilename
    /// Its contents.
    let bytes: [UInt8]
    /// Its digest.
    let sha256: SHA256Hash
    /// Where it is on this machine.
    let path: String?

    /// As statements name it.
    var subject: Subject { Subject(name: name.text, sha256: sha256) }
  }

  /// The files, by their names' order.
  let files: [File]
  /// The release as it lies in a folder.
  let local: LocalRelease?
  /// Where they are, in words.
  let place: String

  /// The project and version of the files.
  var release: (project: ProjectName, version: Version)? {
    files.first.map { ($0.name.project, $0.name.version) }
  }

  /// Reads a folder, or files of one release.
  ///
  /// - Throws: `CommandFailure`.
  init(paths: [String]) throws(CommandFailure) {
    let local = try LocalRelease(arguments: paths)
    var files: [File] = []
    for file in local.files {
      let bytes: [UInt8]
      do {
        bytes = try FileReading.bytes(of: file.path, limit: 1 << 30)
      } catch {
        throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
      }
      let digest = SHA256Hash(hashing: bytes)
      guard digest == file.sha256 else {
        throw CommandFailure(
          status: ExitStatus.differs.rawValue,
          Diagnostic("`\(file.path)` changed while it was read"))
      }
      files.append(File(name: file.name, bytes: bytes, sha256: digest, path: file.path))
    }
    self.files = files
    self.local = local
    place = paths.joined(separator: ", ")
  }

  /// Reads the artifacts of a run: the wheels and sdists in them.
  ///
  /// - Throws: `CommandFailure`: status 6 where there are none, 3 for one of two contents;
  ///   `TransportError`.
  init(artifacts: RunArtifacts, named place: String) async throws {
    func failure(_ status: ExitStatus, _ message: String, _ help: String) -> CommandFailure {
      CommandFailure(status: status.rawValue, Diagnostic(message, place: place, help: [help]))
    }
    let found: [RunArtifacts.File]
    do {
      found = try await artifacts.files { (try? DistributionFilename($0)) != nil }
    } catch let problem as RunArtifacts.Problem {
      throw failure(
        .undecided, "\(problem)",
        "start the run again, or download its files and name them by --dist")
    }
    var files: [File] = []
    for item in found {
      let last = item.path.utf8.split(separator: UInt8(ascii: "/")).last
      guard
        let name = try? DistributionFilename(
          String(decoding: last ?? item.path.utf8[...], as: UTF8.self))
      else { continue }
      let digest = SHA256Hash(hashing: item.bytes)
      if let other = files.first(where: { $0.name.text.utf8.elementsEqual(name.text.utf8) }) {
        guard other.sha256 == digest else {
          throw failure(
            .rejected, "two artifacts have `\(name)` with different contents",
            "let one job of the run make each file")
        }
        continue
      }
      files.append(File(name: name, bytes: item.bytes, sha256: digest, path: nil))
    }
    guard let first = files.first else {
      throw failure(
        .undecided, "no artifact of the run has a wheel or an sdist",
        "name the run that built the files")
    }
    for file in files
    where file.name.project != first.name.project || file.name.version != first.name.version {
      throw failure(
        .undecided, "the run made files of several releases: `\(first.name)` and `\(file.name)`",
        "download the files of one release and name them by --dist")
    }
    self.files = files.sorted { $0.name.text.utf8.lexicographicallyPrecedes($1.name.text.utf8) }
    local = nil
    self.place = place
  }
}
