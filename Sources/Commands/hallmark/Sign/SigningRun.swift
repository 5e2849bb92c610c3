// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import PyPIAttestations
import Sigstore
import Signing
import SystemPackage
import Verification

/// Signs targets and writes their files.
///
/// A target's files are written as soon as its signatures are made and verified, so that a run that
/// is stopped leaves whole files only, and the next run goes on with the rest.
struct SigningRun: Sendable {
  /// Signs, several items at a time.
  let session: SigningSession
  /// Whether files that are in the way are replaced.
  let overwrites: Bool
  let console: Console

  /// Signs what is missing.
  ///
  /// - Throws: `CommandFailure` when files are in the way, before anything is signed; ``Incomplete``.
  func run(_ targets: [SigningTarget]) async throws -> [SigningOutcome] {
    for target in targets {
      OutputFiles.removeLeftovers(of: target.outputs.map(\.name), in: target.folder)
    }
    var works = try await works(targets)
    for index in works.indices where works[index].isSigned { try write(&works[index]) }

    var items: [SigningItem] = []
    var places: [(work: Int, position: Int)] = []
    for (index, work) in works.enumerated() {
      for position in 0..<work.target.count where work.bundles[position] == nil {
        items.append(work.target.item(position))
        places.append((index, position))
      }
    }
    let progress = Progress(works)
    do {
      _ = try await session.sign(items) { [places, works] event in
        guard case .signed(let index, let item) = event else { return }
        let place = places[index]
        try works[place.work].target.check(item.signed.bundle, place.position)
        try await progress.take(item.signed.bundle, at: place) { work in try write(&work) }
      }
    } catch {
      let done = await progress.works.filter(\.isSigned).count
      throw Incomplete(cause: error, done: done, count: targets.count)
    }
    return await progress.works.map(\.outcome)
  }

  /// Not all targets are done.
  struct Incomplete: Error {
    /// The first failure.
    let cause: any Error
    /// The targets whose files are written.
    let done: Int
    /// How many targets there are.
    let count: Int
  }

  /// A target and what is there of it.
  private struct Work: Sendable {
    let target: SigningTarget
    var bundles: [Bundle?]
    var signed: Set<Int> = []
    var missing: [SigningTarget.Output]

    var isSigned: Bool { bundles.allSatisfy { $0 != nil } }

    var outcome: SigningOutcome {
      SigningOutcome(
        target: target, bundles: bundles.compactMap { $0 }, signed: signed, written: Set(missing))
    }
  }

  /// The works while signatures come in.
  private actor Progress {
    private(set) var works: [Work]

    init(_ works: [Work]) {
      self.works = works
    }

    func take(
      _ bundle: Bundle, at place: (work: Int, position: Int),
      whenSigned write: (inout Work) throws -> Void
    ) throws {
      works[place.work].bundles[place.position] = bundle
      works[place.work].signed.insert(place.position)
      if works[place.work].isSigned { try write(&works[place.work]) }
    }
  }

  /// What is there of the targets and holds; everything else is in the way.
  private func works(_ targets: [SigningTarget]) async throws -> [Work] {
    var works: [Work] = []
    var foreign: [ExistingOutputs.Foreign] = []
    for target in targets {
      let existing = ExistingOutputs(of: target)
      foreign += existing.foreign
      var work = Work(
        target: target, bundles: Array(repeating: nil, count: target.count),
        missing: target.outputs.filter { !existing.complete.contains($0) })
      for (position, found) in existing.found.sorted(by: { $0.key < $1.key }) {
        do {
          let kept = try await session.sign([target.item(position, existing: found)])
          work.bundles[position] = kept.first?.signed.bundle
        } catch let error as SigningError where error.reason == .existing {
          foreign.append(.init(path: found.path, problem: error.detail))
          // What holds of it is kept; the files are written anew.
          work.missing = target.outputs
        }
      }
      works.append(work)
    }
    if !overwrites, !foreign.isEmpty { throw Self.inTheWay(foreign) }
    return works
  }

  private static func inTheWay(_ foreign: [ExistingOutputs.Foreign]) -> CommandFailure {
    let first = foreign[0]
    return CommandFailure(
      status: ExitStatus.differs.rawValue,
      Diagnostic(
        "`\(first.path)` is there already, and is not what would be written",
        notes: [first.problem]
          + foreign.dropFirst().prefix(10).map { "`\($0.path)` is in the way too: \($0.problem)" },
        help: ["look at it, then remove it, or replace it by --overwrite"]))
  }

  private func write(_ work: inout Work) throws {
    let bundles = work.bundles.compactMap { $0 }
    try OutputFiles.write(
      try work.missing.map { output in
        OutputFiles.File(name: output.name, bytes: try Self.bytes(bundles, output.form))
      }, into: work.target.folder)
    console.progress(work.outcome.line(on: console))
  }

  private static func bytes(_ bundles: [Bundle], _ form: SigningTarget.Form) throws -> [UInt8] {
    let documents: [JSONValue] =
      switch form {
      case .bundle, .lines: bundles.map(\.json)
      case .attestation:
        try bundles.map { bundle in
          guard let attestation = PyPIAttestation(bundle) else {
            throw SigningError(
              .unverifiable, "the bundle is no attestation in the sense of PEP 740")
          }
          // What is written is read again, so that its form is right too.
          return try PyPIAttestation(parsing: Array(attestation.json.compactText.utf8)).json
        }
      }
    return documents.flatMap { Array(($0.compactText + "\n").utf8) }
  }
}

extension SigningTarget {
  /// Compares provenance by GitHub's build type with the certificate, as whoever verifies does.
  ///
  /// - Throws: `SigningError`.
  fileprivate func check(_ bundle: Bundle, _ position: Int) throws {
    guard case .statements(let statements) = content, let der = bundle.certificate else { return }
    let checks = GitHubAttestationRule.checks(
      statements[position], try SigningCertificate(der: der))
    for check in checks {
      guard case .failed(let sentence) = check.outcome else { continue }
      throw SigningError(
        .unverifiable,
        "\(sentence): `\(check.found ?? "")`, not `\(check.expected ?? "")` (\(check.rule.rawValue))"
      )
    }
  }

  /// What the session signs for one of the target's signatures.
  fileprivate func item(
    _ position: Int, existing: ExistingOutputs.Found? = nil
  ) -> SigningItem {
    switch content {
    case .file(let digest):
      return SigningItem(name: label, content: .file(digest), existing: existing?.text)
    case .statements(let statements):
      let statement = statements[position]
      return SigningItem(
        name: label, content: .statement(statement.signedText), existing: existing?.text
      ) { found in
        found.saysTheSame(as: statement)
      }
    }
  }
}
