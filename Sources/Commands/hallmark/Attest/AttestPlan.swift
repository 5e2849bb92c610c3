// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Archives
import Attestations
import Encodings
import PythonPackaging
import SystemPackage
import TrustedPublishing
import Verification

/// Which statements are made about which files, and what is written of them.
struct AttestPlan: Sendable {
  /// A predicate with its type.
  struct Predicate: Hashable, Sendable {
    /// The type, a URI.
    let type: String
    /// The predicate; `null` is none.
    let value: JSONValue
  }

  /// The predicates, in the order of the command line.
  let predicates: [Predicate]
  /// Where everything is written; `nil` is beside each file.
  let folder: FilePath?
  /// Whether attestation objects of PEP 740 are written: they have no place for the timestamp that
  /// a log of version 2 needs.
  let writesPyPIAttestations: Bool
  /// Whether provenance goes into the file of lines too, and into no file of its own.
  var writesLines = false

  /// One or more targets for each file.
  ///
  /// - Throws: `CommandFailure` when two files would be written under one name.
  func targets(for files: [ArtifactFile]) throws(CommandFailure) -> [SigningTarget] {
    var targets: [SigningTarget] = []
    for file in files {
      func statement(_ predicate: Predicate) -> Statement {
        Statement(
          subjects: [file.subject], predicateType: predicate.type, predicate: predicate.value)
      }
      func add(_ statements: [Statement], _ outputs: [SigningTarget.Output]) {
        targets.append(
          SigningTarget(
            label: file.name, content: .statements(statements), folder: folder ?? file.folder,
            outputs: outputs))
      }
      var others: [Statement] = []
      for predicate in predicates {
        switch predicate.type {
        case PredicateType.publish:
          add(
            [statement(predicate)],
            [.init(name: "\(file.name).publish.attestation", form: .attestation)])
        case PredicateType.slsaProvenance where !writesLines:
          let bundle = SigningTarget.Output(name: "\(file.name).sigstore.json", form: .bundle)
          let attestation = SigningTarget.Output(
            name: "\(file.name).slsa.attestation", form: .attestation)
          add(
            [statement(predicate)],
            file.isDistribution && writesPyPIAttestations ? [attestation, bundle] : [bundle])
        default: others.append(statement(predicate))
        }
      }
      if !others.isEmpty {
        add(others, [.init(name: "\(file.name).intoto.jsonl", form: .lines)])
      }
    }
    try Self.checkNames(targets)
    return targets
  }

  /// The one target of statements about everything together.
  ///
  /// - Throws: `CommandFailure` when two subjects have one name, or there are too many.
  func target(forAll subjects: [Subject], in ownFolder: FilePath) throws(CommandFailure)
    -> SigningTarget
  {
    var names: Set<[UInt8]> = []
    for subject in subjects where !names.insert(Array(subject.name.utf8)).inserted {
      throw Self.usage("two files are named `\(subject.name)`, and one statement is about both")
    }
    guard subjects.count <= Statement.subjectLimit else {
      throw Self.usage(
        "one statement is about \(Statement.subjectLimit) files at most, these are"
          + " \(subjects.count)")
    }
    return SigningTarget(
      label: subjects.count == 1 ? subjects[0].name : "\(subjects.count) files",
      content: .statements(
        predicates.map {
          Statement(subjects: subjects, predicateType: $0.type, predicate: $0.value)
        }),
      folder: folder ?? ownFolder,
      outputs: [.init(name: EvidenceDiscovery.shared, form: .lines)])
  }

  private static func usage(_ message: String, help: [String] = []) -> CommandFailure {
    CommandFailure(status: ExitStatus.usage.rawValue, Diagnostic(message, help: help))
  }

  /// Refuses targets that would write the same file.
  ///
  /// - Throws: `CommandFailure`.
  static func checkNames(_ targets: [SigningTarget]) throws(CommandFailure) {
    var paths: Set<FilePath> = []
    for target in targets {
      for output in target.outputs {
        let path = target.path(of: output).lexicallyNormalized()
        guard paths.insert(path).inserted else {
          throw usage(
            "two files of the command line would both get `\(path)`",
            help: ["attest them apart, or without --output-dir"])
        }
      }
    }
  }

  /// The subjects of a list of checksums, whose names are shown to whoever verifies and may be joined
  /// to a folder there.
  ///
  /// - Throws: `CommandFailure` that names the subject.
  static func subjects(_ list: ChecksumList) throws(CommandFailure) -> [Subject] {
    for entry in list.entries where !isPlainPath(entry.name) {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "`\(entry.name)` cannot be the name of a subject",
          help: [
            "subjects are named by relative paths with slashes, without `.` and `..`, and without"
              + " characters that do not show"
          ]))
    }
    return list.entries.map { Subject(name: $0.name, sha256: $0.digest) }
  }

  private static func isPlainPath(_ name: String) -> Bool {
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let isRelative = parts.allSatisfy { part in
      !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
    }
    // What a terminal would not show as it is, and a backslash, which separates folders elsewhere.
    return isRelative && UntrustedText.printable(name, limit: .max).utf8.elementsEqual(name.utf8)
      && !name.utf8.contains(UInt8(ascii: "\\")) && name.utf8.first != 0x20
      && name.utf8.last != 0x20
  }

  /// Refuses files that an index would not take: a publish attestation is for a distribution whose
  /// metadata are those of its name.
  ///
  /// - Throws: `CommandFailure` that names the file.
  static func checkDistribution(_ file: ArtifactFile) throws(CommandFailure) {
    do {
      let name = try DistributionFilename(file.name)
      let bytes = try FileReading.bytes(of: file.path, limit: 1 << 30)
      guard SHA256Hash(hashing: bytes) == file.digest else {
        throw CommandFailure(
          status: ExitStatus.differs.rawValue,
          Diagnostic("`\(file.path)` changed while it was read"))
      }
      let metadata =
        switch name {
        case .wheel: try DistributionMetadata.wheelMetadata(in: bytes)
        case .sdist: try DistributionMetadata.sdistMetadata(in: bytes)
        }
      _ = try DistributionUpload(
        filename: file.name, metadata: try CoreMetadata(parsing: metadata), sha256: file.digest,
        attestations: [])
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "no index would take the file: \(error)", place: file.path,
          help: [
            "publish attestations are for wheels and sdists; for other files use `hallmark sign`,"
              + " or another --predicate"
          ]))
    }
  }
}
