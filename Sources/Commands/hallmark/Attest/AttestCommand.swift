// SPDX-License-Identifier: Apache-2.0

import Approvals
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
        hallmark attest dist/late.whl --predicate slsa --together --append
        hallmark attest dist/*.whl --rebuild report.json

      Each --predicate is one statement about each file:
        publish    PyPI's publish attestation: FILE.publish.attestation (default)
        slsa       provenance by the build type of GitHub or GitLab, from the claims of the job's \
      token; elsewhere from the record that `hallmark build` left beside the files or that \
      --build-record names, as SLSA build level 1: FILE.slsa.attestation and FILE.sigstore.json
        slsa=FILE  provenance that a file has
        TYPE=FILE  a predicate of any type, a URI, from a JSON file: FILE.intoto.jsonl

      With --together, or for a list of checksums, one statement is about all files: \
      multiple.intoto.jsonl. Everything is verified before it is written. What the same identity \
      said before, and holds, is kept; so a run that was stopped is completed by the same command.

      With --append, statements are added as lines to FILE.intoto.jsonl or multiple.intoto.jsonl, \
      and what is there stays as it is, byte by byte: for wheels that are built after the release. \
      With --rebuild, the statements say what `hallmark reproduce --json` found about each file, \
      whatever it found, and are added to FILE.rebuild.jsonl.

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

  @Option(
    help: ArgumentHelp(
      "What `hallmark reproduce --json` printed about the files, to be stated.",
      valueName: "file"),
    completion: .file())
  var rebuild: String?

  @Option(
    help: ArgumentHelp(
      "The record of the build, for slsa; the one beside the files otherwise.",
      valueName: "file"),
    completion: .file())
  var buildRecord: String?

  @Flag(help: "Add lines to the files of lines that are there, and touch nothing else.")
  var append = false

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
    if rebuild != nil {
      guard predicates.isEmpty, !together, !isList, buildRecord == nil else {
        throw ValidationError(
          "--rebuild is a statement of its own about each file; leave out --predicate, "
            + "--build-record, --together and lists.")
      }
      guard !options.overwrite else {
        throw ValidationError("--rebuild adds to what is there; leave out --overwrite.")
      }
      return
    }
    if append {
      guard !options.overwrite else {
        throw ValidationError("--append and --overwrite exclude each other.")
      }
      guard !wanted.contains(.publish) else {
        throw ValidationError(
          "A publish attestation has a file of its own; --append is for other --predicate.")
      }
    }
    if buildRecord != nil, !wanted.contains(.provenance) {
      throw ValidationError("--build-record goes with --predicate slsa.")
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
    if let rebuild { return try await attest(rebuild, about: artifacts) }
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
    let record = try record(of: subjects, artifacts)
    let writesPyPI =
      !isTogether && !append && options.instance.rekorVersion != 2
      && wanted.contains { $0 == .publish || $0.type == PredicateType.slsaProvenance }
      && artifacts.contains { $0.isDistribution }
    try await options.run(needsVersion1: writesPyPI, global, appends: append) { [given] signer in
      let plan = AttestPlan(
        predicates: try wanted.map { predicate in
          AttestPlan.Predicate(
            type: predicate.type,
            value: try given[predicate.type]
              ?? TokenProvenance.predicate(of: signer, adding: record))
        },
        folder: folder, writesPyPIAttestations: writesPyPI, writesLines: append)
      return isTogether
        ? [try plan.target(forAll: subjects, in: artifacts.first?.folder ?? ".")]
        : try plan.targets(for: artifacts)
    }
    if append { warn(about: artifacts) }
  }

  /// States what a rebuild found.
  private func attest(_ report: String, about artifacts: [ArtifactFile]) async throws {
    let document = try ReproductionDocument(path: report)
    let folder = try options.folder()
    let targets = try artifacts.map { file throws(CommandFailure) in
      SigningTarget(
        label: file.name,
        content: .statements([try document.statement(about: file.subject).statement]),
        folder: folder ?? file.folder,
        outputs: [.init(name: file.name + RebuilderCount.suffix, form: .lines)])
    }
    try AttestPlan.checkNames(targets)
    try await options.run(needsVersion1: false, global, appends: true) { _ in targets }
  }

  /// The build's record, if provenance is wanted and there is one.
  private func record(
    of subjects: [Subject], _ artifacts: [ArtifactFile]
  ) throws(CommandFailure) -> BuildRecordProvenance? {
    guard wanted.contains(.provenance) else { return nil }
    let record =
      if let buildRecord { try BuildRecordProvenance(path: buildRecord) } else {
        try BuildRecordProvenance.beside(artifacts)
      }
    try record?.check(subjects)
    return record
  }

  /// Says who reads what was written, and what late files lack.
  private func warn(about artifacts: [ArtifactFile]) {
    let console = global.console
    console.progress("note: \(AppendRun.readers)")
    for (name, types) in SiblingPredicates.missing(for: artifacts) {
      console.report(
        Diagnostic(
          "`\(name)` lacks statements that other files of the release have", severity: .warning,
          expected: types.joined(separator: ", "),
          help: ["attest it by the same --predicate, or say why it has less"]))
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
