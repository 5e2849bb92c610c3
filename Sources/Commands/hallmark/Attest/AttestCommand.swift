// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Attestations
import Encodings
import PythonPackaging
import Sigstore
import SystemPackage
import Verification

/// `hallmark attest`: signed statements about files.
struct AttestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attest",
    abstract: "Sign statements about files: publish attestations, provenance, anything else.",
    discussion: """
      Examples:
        hallmark attest dist/*
        hallmark attest dist/* --predicate publish --predicate slsa
        hallmark attest tool.tar.gz --predicate https://example.org/scan/v1=scan.json
        hallmark attest dist/* --together --predicate slsa
        hallmark attest --subjects-base64 "$(hallmark hash dist/* --base64)" --predicate slsa

      Each --predicate is one statement about each file:
        publish    PyPI's publish attestation: FILE.publish.attestation (default)
        slsa       provenance by the build type of GitHub or GitLab, from the claims of the job's \
      token: FILE.slsa.attestation and FILE.sigstore.json
        slsa=FILE  provenance that a file has
        TYPE=FILE  a predicate of any type, a URI, from a JSON file: FILE.intoto.jsonl

      With --together, or for a list of checksums, one statement is about all files: \
      multiple.intoto.jsonl. Everything is verified before it is written. What the same identity \
      said before, and holds, is kept; so a run that was stopped is completed by the same command.

      Exit status: 0 done, 1 could not run, 2 usage, 3 a service's answer does not verify, 4 the \
      identity was refused, 5 something else is there already, 6 no identity, or a service did not \
      answer.
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The files to attest.", completion: .file())
  var files: [String] = []

  @Option(
    name: .customLong("predicate"),
    help: ArgumentHelp(
      "publish, slsa, slsa=FILE or TYPE=FILE; may be repeated.", valueName: "predicate"),
    transform: { try PredicateArgument($0) })
  var predicates: [PredicateArgument] = []

  @Flag(help: "Make one statement about all files.")
  var together = false

  @Option(
    help: ArgumentHelp(
      "A list of checksums to attest, as sha256sum writes it.", valueName: "file"),
    completion: .file())
  var subjects: String?

  @Option(
    help: ArgumentHelp("The base64 of such a list.", valueName: "base64"))
  var subjectsBase64: String?

  @OptionGroup var options: SigningOptions

  private var isList: Bool { subjects != nil || subjectsBase64 != nil }
  private var wanted: [PredicateArgument] {
    predicates.isEmpty ? [together || isList ? .provenance : .publish] : predicates
  }

  func validate() throws {
    let ways = [!files.isEmpty, subjects != nil, subjectsBase64 != nil].filter { $0 }
    guard ways.count == 1 else {
      throw ValidationError(
        ways.isEmpty
          ? "Name at least one file, or a list by --subjects."
          : "Name files, or a list by --subjects or --subjects-base64, not several of them.")
    }
    for (index, predicate) in wanted.enumerated()
    where wanted[..<index].contains(where: { $0.type.utf8.elementsEqual(predicate.type.utf8) }) {
      throw ValidationError("--predicate names the type \(predicate.type) twice.")
    }
    if wanted.contains(.publish) {
      guard !together, !isList else {
        throw ValidationError(
          "A publish attestation is about one file; leave out \(isList ? "the list" : "--together")."
        )
      }
      guard options.instance.rekorVersion != 2 else {
        throw ValidationError(
          "A publish attestation has no place for the timestamp that a log of version 2 needs; "
            + "leave out --rekor-version.")
      }
    }
  }

  func run() async throws {
    let artifacts = try await ArtifactFile.read(files)
    let subjects = try listedSubjects() ?? artifacts.map(\.subject)
    let wanted = self.wanted
    if wanted.contains(.publish) {
      for file in artifacts { try AttestPlan.checkDistribution(file) }
    }
    var given: [String: JSONValue] = [PredicateType.publish: .null]
    for case .file(let type, let path) in wanted {
      given[type] = try PredicateArgument.contents(of: path, type: type)
    }
    let isTogether = together || isList
    let folder = try options.folder()
    if isTogether, folder == nil, Set(artifacts.map(\.folder)).count > 1 {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "the files are in several folders, so it is not clear where the statement goes",
          help: ["name a folder by --output-dir"]))
    }
    let writesPyPI =
      !isTogether && options.instance.rekorVersion != 2
      && wanted.contains { $0 == .publish || $0.type == PredicateType.slsaProvenance }
      && artifacts.contains { $0.isDistribution }
    try await options.run(needsVersion1: writesPyPI, global) { [given] signer in
      let plan = AttestPlan(
        predicates: try wanted.map { predicate in
          AttestPlan.Predicate(
            type: predicate.type,
            value: try given[predicate.type] ?? TokenProvenance.predicate(of: signer))
        },
        folder: folder, writesPyPIAttestations: writesPyPI)
      return isTogether
        ? [try plan.target(forAll: subjects, in: artifacts.first?.folder ?? ".")]
        : try plan.targets(for: artifacts)
    }
  }

  private func listedSubjects() throws(CommandFailure) -> [Subject]? {
    if let subjects {
      return try AttestPlan.subjects(try ChecksumFile.list(subjects, isBase64: false))
    }
    guard let subjectsBase64 else { return nil }
    do {
      return try AttestPlan.subjects(try ChecksumList(parsingBase64: Array(subjectsBase64.utf8)))
    } catch let error as ChecksumListError {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the list of checksums cannot be used: \(error)", place: "--subjects-base64",
          help: ["expected the base64 of lines as `sha256sum` writes them"]))
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    }
  }
}
