// SPDX-License-Identifier: Apache-2.0

import Approvals
import Attestations
import Policies
import PythonPackaging
import Sigstore
import Verification

/// What an approver is shown: a release whose provenance satisfies the policy, and what changed
/// since the one before.
struct ApprovalReview: Sendable {
  /// The folder.
  let folder: ReleaseFolder
  /// The release.
  let record: ReleaseRecord
  /// Who signed what about each file, by the file's name.
  let evidence: [String: [String]]
  /// What changed; `nil` if there is nothing to compare with.
  let comparison: ReleaseComparison?
  /// What was found by verifying it before; `nil` if no report is given.
  let verified: ReleaseVerified?

  /// Verifies a release and compares it.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - policy: who should have signed, and who may approve.
  ///   - roots: whom to trust.
  ///   - previous: a folder or an approval of the release before.
  ///   - report: a report of `hallmark verify-release`.
  /// - Throws: `CommandFailure`.
  init(
    of path: String, under policy: PolicyFile, trusting roots: [TrustedRoot],
    since previous: String?, verified report: String? = nil
  ) async throws {
    folder = try ReleaseFolder(path)
    verified = try report.map { [folder] path throws(CommandFailure) in
      try VerifiedReport.read(path, about: folder.release, under: policy)
    }
    let judge = ReleaseEvidence(trusting: roots, policy: policy.policy)
    var bundles: [[VerifiedBundle]] = []
    var evidence: [String: [String]] = [:]
    for file in folder.release.files {
      let verdict = try await judge.verdict(on: file)
      let counted = verdict.examined.filter { item in
        item.isValid && item.comparisons.contains(where: \.passed)
      }.compactMap(\.verified)
      bundles.append(counted)
      evidence[file.name.text] = counted.compactMap { $0.statement?.predicateType }
    }
    self.evidence = evidence
    record = folder.release.record(origins: ReleaseOrigin.collected(from: bundles))
    comparison = try await previous.asyncMap { [record] path in
      ReleaseComparison(
        record,
        since: try await PreviousRelease.record(
          path, of: record, under: policy, trusting: roots))
    }
  }
}

/// A report of `hallmark verify-release` that an approval is given under.
enum VerifiedReport {
  /// Reads it, and refuses one that is no reason to approve these files.
  ///
  /// - Throws: `CommandFailure`: status 3 for answers that are not yes, or other files.
  static func read(
    _ path: String, about release: LocalRelease, under policy: PolicyFile
  ) throws(CommandFailure) -> ReleaseVerified {
    func failure(_ status: ExitStatus, _ problem: String) -> CommandFailure {
      CommandFailure(
        status: status.rawValue,
        Diagnostic(
          "nothing is approved under this report: \(problem)", place: path,
          help: ["verify these files anew: `hallmark verify-release --dist FOLDER … --json`"]))
    }
    do {
      let bytes = try FileReading.bytes(of: path, limit: ReleaseFindings.sizeLimit)
      return try ReleaseVerified(
        ReleaseFindings(parsing: bytes), bytes: bytes, about: release.subjects,
        under: policy.sha256)
    } catch let error as FileError {
      throw failure(.couldNotRun, error.problem)
    } catch {
      throw failure(.rejected, "\(error)")
    }
  }
}

/// The release before the one that is to be approved.
enum PreviousRelease {
  /// Reads and verifies it.
  ///
  /// In a folder, everything must be validly signed, by whomever: that it was another publisher is
  /// what an approver wants to see. An approval must be by an approver of the policy.
  ///
  /// - Throws: `CommandFailure`: status 3 if it does not verify, 2 if it is of another project.
  static func record(
    _ path: String, of current: ReleaseRecord, under policy: PolicyFile,
    trusting roots: [TrustedRoot]
  ) async throws -> ReleaseRecord {
    let record =
      FileReading.isFolder(path)
      ? try await folder(path, trusting: roots)
      : try await approval(path, under: policy, trusting: roots)
    guard record.project.utf8.elementsEqual(current.project.utf8) else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "the previous release is of another project", place: path,
          expected: current.project, found: record.project))
    }
    return record
  }

  private static func folder(
    _ path: String, trusting roots: [TrustedRoot]
  ) async throws -> ReleaseRecord {
    let release = try LocalRelease(arguments: [path])
    let verifier = ArtifactVerifier(trusting: roots, expecting: nil)
    var bundles: [[VerifiedBundle]] = []
    for file in release.files {
      let (items, unreadable) = await EvidenceReader(entries: [], logs: nil)
        .read(EvidenceDiscovery.paths(for: file.path))
      let verdict = await verifier.verify(
        Artifact(filename: file.name.text, digest: file.sha256), evidence: items,
        unreadable: unreadable, now: FileReading.now())
      guard case .noExpectation(let signed) = verdict.outcome else {
        var failure = Diagnostic(
          "the previous release does not verify: `\(file.name)`", place: path,
          help: ["get it with its evidence by `hallmark download`, or name its approval"])
        if case .rejected(let check, let place) = verdict.outcome {
          failure.code = check.rule.rawValue
          failure.message += ": \(FileResult.sentence(check))"
          failure.place = place ?? path
        }
        throw CommandFailure(status: verdict.exitStatus.rawValue, failure)
      }
      bundles.append(signed)
    }
    return release.record(origins: ReleaseOrigin.collected(from: bundles))
  }

  private static func approval(
    _ path: String, under policy: PolicyFile, trusting roots: [TrustedRoot]
  ) async throws -> ReleaseRecord {
    func failure(_ status: ExitStatus, _ problem: String) -> CommandFailure {
      CommandFailure(
        status: status.rawValue,
        Diagnostic(
          "the previous release cannot be taken from this approval: \(problem)", place: path,
          help: ["name the folder of the previous release, or one of its approvals"]))
    }
    do {
      let bytes = try FileReading.bytes(of: path, limit: Approval.sizeLimit)
      let approval = try Approval(parsing: bytes, place: path)
      let count = try policy.count(trusting: roots)
      if let problem = await count.problem(withSignerOf: approval) {
        throw failure(.rejected, problem)
      }
      return approval.claim.release
    } catch let error as CommandFailure {
      throw error
    } catch let error as FileError {
      throw failure(.couldNotRun, error.problem)
    } catch {
      throw failure(.rejected, "\(error)")
    }
  }
}

extension Optional {
  fileprivate func asyncMap<Value>(
    _ transform: (Wrapped) async throws -> Value
  ) async throws -> Value? {
    guard let value = self else { return nil }
    return try await transform(value)
  }
}
