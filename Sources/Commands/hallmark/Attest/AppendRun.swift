// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import FoundationEssentials
import Signing
import Sigstore
import SystemPackage
import Verification

/// Signs statements and adds each as a line to a file of lines that may be there already.
///
/// What is there stays, byte by byte, whoever signed it; a file that is not such a list is not
/// touched. What the same identity said before, and holds, is not said again. The file is replaced
/// at once, and not at all if it changed in the meantime.
struct AppendRun: Sendable {
  let session: SigningSession
  let console: Console

  /// Who reads files of several lines, for a person.
  static let readers = """
    a file of several lines is read by `hallmark verify` and `gh attestation verify --bundle`; \
    slsa-verifier, cosign and sigstore-python take one bundle per file
    """

  /// A file as it was before anything was signed.
  private struct Existing {
    let bytes: [UInt8]
    let lines: [[UInt8]]
    let bundles: [Bundle]
  }

  /// Signs what is missing, and adds it.
  ///
  /// - Throws: `CommandFailure` of status 5 when a file is not a list of bundles, before anything is
  ///   signed; what signing throws.
  func run(_ targets: [SigningTarget]) async throws -> [SigningOutcome] {
    var existing: [Existing] = []
    for target in targets { existing.append(try Self.read(target)) }
    var outcomes: [SigningOutcome] = []
    for (target, before) in zip(targets, existing) {
      outcomes.append(try await run(target, before))
    }
    return outcomes
  }

  private static func path(of target: SigningTarget) -> FilePath {
    target.path(of: target.outputs[0])
  }

  private static func read(_ target: SigningTarget) throws(CommandFailure) -> Existing {
    let path = path(of: target).string
    guard FileReading.isPresent(path) else { return Existing(bytes: [], lines: [], bundles: []) }
    do {
      let bytes = try FileReading.bytes(of: path, limit: Evidence.sizeLimit)
      let lines = bytes.split(separator: UInt8(ascii: "\n")).map { Array($0) }
      var bundles: [Bundle] = []
      for line in lines { bundles.append(try Bundle(parsing: line)) }
      return Existing(bytes: bytes, lines: lines, bundles: bundles)
    } catch {
      throw CommandFailure(
        status: ExitStatus.differs.rawValue,
        Diagnostic(
          "`\(path)` is not a list of bundles, one per line, and is left as it is: \(error)",
          help: ["look at it, and move it away; or write elsewhere by --output-dir"]))
    }
  }

  private func run(_ target: SigningTarget, _ before: Existing) async throws -> SigningOutcome {
    guard case .statements(let statements) = target.content else { throw CancellationError() }
    var bundles: [Bundle] = []
    var signed: Set<Int> = []
    for (position, statement) in statements.enumerated() {
      if let kept = try await present(statement, target, before) {
        bundles.append(kept)
        continue
      }
      let item = SigningItem(name: target.label, content: .statement(statement.signedText))
      guard let made = try await session.sign([item]).first else { throw CancellationError() }
      bundles.append(made.signed.bundle)
      signed.insert(position)
    }
    let outcome = SigningOutcome(
      target: target, bundles: bundles, signed: signed,
      written: signed.isEmpty ? [] : Set(target.outputs))
    if !signed.isEmpty {
      try write(signed.sorted().map { bundles[$0] }, to: target, after: before)
    }
    console.progress(outcome.line(on: console))
    return outcome
  }

  /// A line by this identity that says the same.
  private func present(
    _ statement: Statement, _ target: SigningTarget, _ before: Existing
  ) async throws -> Bundle? {
    for (line, bundle) in zip(before.lines, before.bundles) {
      guard case .envelope(let envelope) = bundle.content,
        let said = try? Statement(parsing: envelope.payload), said.saysTheSame(as: statement)
      else { continue }
      let item = SigningItem(
        name: target.label, content: .statement(statement.signedText), existing: line
      ) { $0.saysTheSame(as: statement) }
      do {
        return try await session.sign([item]).first?.signed.bundle
      } catch let error as SigningError where error.reason == .existing {
        // Somebody else's, or one that does not hold: it stays, and this one is added.
        continue
      }
    }
    return nil
  }

  private func write(
    _ bundles: [Bundle], to target: SigningTarget, after before: Existing
  ) throws(CommandFailure) {
    let path = Self.path(of: target)
    var bytes = before.bytes
    if let last = bytes.last, last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
    for bundle in bundles { bytes += Array((bundle.json.compactText + "\n").utf8) }
    let now = try Self.read(target)
    guard now.bytes == before.bytes else {
      throw CommandFailure(
        status: ExitStatus.differs.rawValue,
        Diagnostic(
          "`\(path)` changed while statements were signed, and is left as it is",
          help: ["run the command again"]))
    }
    try OutputFiles.write(
      [.init(name: target.outputs[0].name, bytes: bytes)], into: target.folder)
  }
}

/// Which kinds of statements the files of a folder have, to see what a late file lacks.
enum SiblingPredicates {
  /// For each file of the run, the types that others of its folder have and it has not.
  static func missing(for files: [ArtifactFile]) -> [(name: String, types: [String])] {
    files.compactMap { file in
      let folder = file.folder
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []
      var others: Set<String> = []
      for name in names.sorted().prefix(DistributionArguments.limit)
      where DistributionArguments.isDistribution(name) && name != file.name {
        others.formUnion(types(of: folder.appending(name).string))
      }
      let own = types(of: folder.appending(file.name).string)
      let missing = others.subtracting(own).sorted()
      return missing.isEmpty ? nil : (file.name, missing)
    }
  }

  /// The types of the statements about a file that lie beside it, unverified: it is only a hint.
  private static func types(of path: String) -> Set<String> {
    guard let digest = try? FileReading.sha256(of: path) else { return [] }
    var types: Set<String> = []
    for (place, bytes) in FetchedEvidence(beside: path).documents {
      for item in (try? Evidence.parse(bytes, place: place)) ?? [] {
        guard let payload = item.envelope?.payload,
          let statement = try? Statement(parsing: payload),
          !statement.subjects(with: digest).isEmpty
        else { continue }
        types.insert(statement.predicateType)
      }
    }
    return types
  }
}
