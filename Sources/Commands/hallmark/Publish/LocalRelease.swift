// SPDX-License-Identifier: Apache-2.0

import Archives
import Encodings
import Policies
import PythonPackaging
import SystemPackage
import TrustedPublishing
import Verification

/// The files of one version of a project as they lie on this machine, read and checked, before
/// anything is said about who made them or where they go.
struct LocalRelease: Sendable {
  /// One distribution.
  struct File: Sendable {
    /// Where it is.
    let path: String
    /// Its name, taken apart.
    let name: DistributionFilename
    /// Its digest.
    let sha256: SHA256Hash
    /// Its size in bytes.
    let size: Int64
    /// Its own metadata, which agree with its name.
    let metadata: CoreMetadata

    /// The file as plans compare it.
    var planned: PublicationPlan.LocalFile {
      PublicationPlan.LocalFile(name: name.text, sha256: sha256, size: size)
    }
  }

  /// The project.
  let project: ProjectName
  /// The version.
  let version: Version
  /// The files: wheels first, so that whoever installs in the middle of an upload builds nothing.
  let files: [File]

  private static let fileLimit = 1 << 30

  /// Reads the files that arguments name; see ``DistributionArguments``.
  ///
  /// - Throws: `CommandFailure`: status 1 for what cannot be read, 2 for files of several releases,
  ///   3 for a file whose name and contents disagree.
  init(arguments: [String]) throws(CommandFailure) {
    var files: [File] = []
    for path in try DistributionArguments.paths(of: arguments) {
      let file = try Self.read(path)
      if let other = files.first(where: { $0.name.text.utf8.elementsEqual(file.name.text.utf8) }) {
        guard other.sha256 == file.sha256 else {
          throw CommandFailure(
            status: ExitStatus.usage.rawValue,
            Diagnostic("`\(other.path)` and `\(path)` have one name and different contents"))
        }
        continue
      }
      files.append(file)
    }
    guard let first = files.first else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue, Diagnostic("there is no file to publish"))
    }
    for file in files
    where file.name.project != first.name.project || file.name.version != first.name.version {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "the files are of different releases",
          expected: "\(first.name.project) \(first.name.version) (\(first.path))",
          found: "\(file.name.project) \(file.name.version) (\(file.path))",
          help: ["publish one version of one project at a time"]))
    }
    project = first.metadata.name
    version = first.metadata.version
    let isWheel = { (file: File) in if case .wheel = file.name { true } else { false } }
    self.files = files.filter(isWheel) + files.filter { !isWheel($0) }
  }

  private static func read(_ path: String) throws(CommandFailure) -> File {
    func unusable(_ status: ExitStatus, _ error: any Error) -> CommandFailure {
      CommandFailure(
        status: status.rawValue,
        Diagnostic("`\(path)` cannot be published: \(error)", help: ["build the file again"]))
    }
    let name: DistributionFilename
    do {
      name = try DistributionFilename(FilePath(path).lastComponent?.string ?? "")
    } catch {
      throw unusable(.couldNotRun, error)
    }
    let bytes: [UInt8]
    let located: DistributionMetadata.Located
    let metadata: CoreMetadata
    do {
      bytes = try FileReading.bytes(of: path, limit: fileLimit)
      located =
        switch name {
        case .wheel: try DistributionMetadata.wheel(in: bytes)
        case .sdist: try DistributionMetadata.sdist(in: bytes)
        }
      metadata = try CoreMetadata(parsing: located.bytes)
    } catch let error as FileError {
      throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    } catch {
      throw unusable(.couldNotRun, error)
    }
    let digest = SHA256Hash(hashing: bytes)
    do {
      // The form of an upload is made from both, and refuses what disagrees.
      _ = try DistributionUpload(
        filename: name.text, metadata: metadata, sha256: digest, attestations: [])
    } catch {
      throw unusable(.rejected, error)
    }
    guard isFolder(located.folder, of: name) else {
      throw CommandFailure(
        status: ExitStatus.rejected.rawValue,
        Diagnostic(
          "`\(path)` cannot be published: it was given another name after it was built",
          expected: "contents of \(name.project) \(name.version)",
          found: "the folder `\(located.folder)`", help: ["build the file again"]))
    }
    return File(
      path: path, name: name, sha256: digest, size: Int64(bytes.count), metadata: metadata)
  }

  /// Whether a folder within a distribution is that of its project and version.
  private static func isFolder(_ folder: String, of name: DistributionFilename) -> Bool {
    let bytes = folder.utf8
    switch name {
    case .wheel:
      let stem = bytes.dropLast(".dist-info".utf8.count)
      // Neither part has a hyphen of its own; very old tools left one in the name.
      guard let hyphen = stem.lastIndex(of: UInt8(ascii: "-")),
        let project = try? ProjectName(String(decoding: stem[..<hyphen], as: UTF8.self)),
        let version = try? Version(
          String(decoding: stem[stem.index(after: hyphen)...], as: UTF8.self))
      else { return false }
      return project == name.project && version == name.version
    case .sdist:
      return bytes.elementsEqual(name.text.utf8.dropLast(".tar.gz".utf8.count))
    }
  }
}

/// Something that must hold before anything of a release is sent anywhere, such as approvals.
protocol PublicationGate: Sendable {
  /// Looks at what is about to be published.
  ///
  /// - Throws: `CommandFailure` to stop.
  func check(_ release: LocalRelease) async throws
}
