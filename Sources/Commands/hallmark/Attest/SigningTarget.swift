// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import PythonPackaging
import SystemPackage
import Verification

/// What is signed for one file, or for several together, and the files that are written of it.
///
/// All statements of a target are signed before any of its files is written, so that a file is
/// either whole or not there.
struct SigningTarget: Hashable, Sendable {
  /// What is signed.
  enum Content: Hashable, Sendable {
    /// A file's digest.
    case file(SHA256Hash)
    /// Statements, each on its own.
    case statements([Statement])
  }

  /// The form of a file.
  enum Form: String, Hashable, Sendable {
    /// A Sigstore bundle.
    case bundle
    /// An attestation object of PEP 740.
    case attestation
    /// A bundle per line.
    case lines
  }

  /// A file to write.
  struct Output: Hashable, Sendable {
    /// Its name, without folders.
    let name: String
    /// Its form.
    let form: Form
  }

  /// What it is about, for messages: a file's name.
  let label: String
  /// What is signed.
  let content: Content
  /// Where the files are written.
  let folder: FilePath
  /// The files to write.
  let outputs: [Output]

  /// What it is about.
  var subjects: [Subject] {
    switch content {
    case .file(let digest): [Subject(name: label, sha256: digest)]
    case .statements(let statements): statements.first?.subjects ?? []
    }
  }

  /// How many signatures the target has.
  var count: Int {
    switch content {
    case .file: 1
    case .statements(let statements): statements.count
    }
  }

  /// The path of one of its files.
  func path(of output: Output) -> FilePath { folder.appending(output.name) }
}

/// A file to sign.
struct ArtifactFile: Hashable, Sendable {
  /// Its path as it was given.
  let path: String
  /// Its name, without folders.
  let name: String
  /// Its SHA-256.
  let digest: SHA256Hash

  /// The subject of statements about it.
  var subject: Subject { Subject(name: name, sha256: digest) }

  /// Whether an index would know it for a wheel or an sdist, by its name.
  var isDistribution: Bool { (try? DistributionFilename(name)) != nil }

  /// The folder that it is in.
  var folder: FilePath {
    let folder = FilePath(path).removingLastComponent()
    return folder.isEmpty ? "." : folder
  }

  /// Reads the files of a command line.
  ///
  /// Evidence of a file that is named too is passed over, so that `dist/*` can be attested again; a
  /// file that is named twice counts once.
  ///
  /// - Throws: `CommandFailure` that names the file.
  static func read(_ paths: [String]) async throws -> [ArtifactFile] {
    var wanted: [String] = []
    let named = Set(paths.map { Array($0.utf8) })
    for path in paths where !wanted.contains(where: { $0.utf8.elementsEqual(path.utf8) }) {
      if !isEvidence(path, of: named) { wanted.append(path) }
    }
    guard paths.isEmpty || !wanted.isEmpty else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "all files that are named are evidence", help: ["name the files that it is about"]))
    }
    let digests = await wanted.concurrentMap(width: Platform.processorCount) { path in
      Result { () throws(FileError) in try FileReading.sha256(of: path) }
    }
    var files: [ArtifactFile] = []
    for (path, digest) in zip(wanted, digests) {
      do {
        // What can be read as a file has a name.
        let name = path.utf8.split(separator: UInt8(ascii: "/")).last.flatMap { String($0) }
        files.append(ArtifactFile(path: path, name: name ?? path, digest: try digest.get()))
      } catch {
        throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
      }
    }
    return files
  }

  private static func isEvidence(_ path: String, of named: Set<[UInt8]>) -> Bool {
    let bytes = Array(path.utf8)
    let last = bytes.split(separator: UInt8(ascii: "/")).last ?? []
    // `dist/*` names what a build and its rebuilders left there, too.
    if named.count > 1,
      DistributionArguments.isLeft(byBuild: String(decoding: last, as: UTF8.self), at: path)
    {
      return true
    }
    if last.elementsEqual(EvidenceDiscovery.shared.utf8) { return named.count > 1 }
    return EvidenceDiscovery.suffixes.contains { suffix in
      bytes.count > suffix.utf8.count && bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
        && named.contains(Array(bytes.dropLast(suffix.utf8.count)))
    }
  }
}
