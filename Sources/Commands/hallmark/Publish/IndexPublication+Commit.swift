// SPDX-License-Identifier: Apache-2.0

import PyPIAttestations
import PythonPackaging
import ServiceClients
import SystemPackage
import TrustedPublishing
import Verification

extension IndexPublication {
  /// Where a file of the release is after ``commit(_:progress:)``.
  enum Placement: String, Hashable, Sendable {
    /// This run uploaded it.
    case uploaded
    /// The index had it already, byte for byte.
    case wasThere = "already there"
    /// The index refused it.
    case refused
    /// The connection broke or the index failed in the middle, and nobody can say.
    case unknown
    /// It was not sent, because another one came to nothing.
    case notSent = "not sent"
  }

  /// What was uploaded.
  struct Committed: Sendable {
    /// Where each file is, in the order of the plan.
    var files: [(name: String, placement: Placement)] = []
    /// Why not all of them are there; `nil` when they are.
    var failure: CommandFailure?
    /// What became of the token.
    var end: UploadSession.End?

    /// The files of a placement.
    func names(_ placement: Placement) -> [String] {
      files.filter { $0.placement == placement }.map(\.name)
    }
  }

  private static let attempts = 4
  private static let budget: Duration = .seconds(60)

  /// Uploads what is missing, one file after the other, and gives the token up.
  ///
  /// A file whose upload ended unclearly is looked for before it is sent again, so that nothing is
  /// uploaded twice. The first file that comes to nothing ends the phase; the next run goes on
  /// where this one stopped.
  ///
  /// - Parameters:
  ///   - prepared: what ``prepare(mintsAlways:)`` gave.
  ///   - progress: is told about each file when it is there.
  /// - Returns: where each file is.
  /// - Throws: `CancellationError` alone.
  func commit(
    _ prepared: Prepared, progress: @Sendable (String, Placement) -> Void
  ) async throws -> Committed {
    var committed = Committed()
    for item in prepared.plan.items {
      let name = item.file.name
      guard committed.failure == nil else {
        committed.files.append((name, item.action == .skip ? .wasThere : .notSent))
        continue
      }
      guard item.action == .upload, let session = prepared.session,
        let file = release.files.first(where: { $0.planned == item.file })
      else {
        committed.files.append((name, .wasThere))
        continue
      }
      do {
        let placement = try await upload(file, session)
        committed.files.append((name, placement))
        progress(name, placement)
      } catch let error as UploadStop {
        committed.files.append((name, error.placement))
        committed.failure = error.failure
      } catch {
        if error is CancellationError || Task.isCancelled {
          _ = await session.end()
          throw CancellationError()
        }
        committed.files.append((name, .notSent))
        committed.failure = PublishFailure.commandFailure(for: error)
      }
    }
    committed.end = await prepared.session?.end()
    let notes = notes(on: committed)
    committed.failure?.diagnostic.notes += notes
    return committed
  }

  private func notes(on committed: Committed) -> [String] {
    let lines: [(String, [String])] = [
      ("uploaded by this run", committed.names(.uploaded)),
      ("already there", committed.names(.wasThere)),
      ("perhaps there", committed.names(.unknown)),
      ("not sent", committed.names(.notSent)),
    ]
    var notes = lines.filter { !$0.1.isEmpty }.map { "\($0.0): \($0.1.joined(separator: ", "))" }
    let isOut = committed.files.contains { $0.placement == .uploaded || $0.placement == .wasThere }
    if !isOut, committed.names(.unknown).isEmpty { notes.append("nothing of the release is out") }
    return notes
  }

  /// Why a file did not get there.
  private struct UploadStop: Error {
    let placement: Placement
    let failure: CommandFailure
  }

  private func upload(
    _ file: LocalRelease.File, _ session: UploadSession
  ) async throws -> Placement {
    var mayBeThere = false
    do {
      return try await send(file, session, mayBeThere: &mayBeThere)
    } catch let stop as UploadStop {
      let isOpen = mayBeThere && stop.failure.status != ExitStatus.differs.rawValue
      throw isOpen ? UploadStop(placement: .unknown, failure: stop.failure) : stop
    } catch  where mayBeThere && !(error is CancellationError) && !Task.isCancelled {
      throw UploadStop(placement: .unknown, failure: PublishFailure.commandFailure(for: error))
    }
  }

  private func send(
    _ file: LocalRelease.File, _ session: UploadSession, mayBeThere: inout Bool
  ) async throws -> Placement {
    let form = try DistributionUpload(
      filename: file.name.text, metadata: file.metadata, sha256: file.sha256,
      attestations: uploaded(with: file).map(\.json))
    let uploads = UploadClient(url: index.uploadURL, transport: transport)
    let start = ContinuousClock.now
    var pause: Duration = .milliseconds(500)
    var hasRenewed = false
    var attempt = 1
    while true {
      let outcome = try await uploads.attempt(
        form, file: FilePath(file.path), token: try await session.current())
      switch outcome {
      case .stored: return .uploaded
      case .refused(let refusal) where refusal.isConflict:
        // An earlier try may have been stored, or somebody may have been quicker.
        for look in 1...3 {
          if try await isThere(file) { return attempt > 1 ? .uploaded : .wasThere }
          if look < 3 { try await Task.sleep(for: .milliseconds(500)) }
        }
        throw UploadStop(
          placement: .refused, failure: PublishFailure.commandFailure(for: refusal))
      case .refused(let refusal):
        if refusal.isAuthenticationRefusal, !hasRenewed, try await session.renew() {
          hasRenewed = true
          continue
        }
        throw UploadStop(
          placement: .refused, failure: PublishFailure.commandFailure(for: refusal))
      case .unclear(let error, let retryAfter):
        if error.reason != .rateLimited { mayBeThere = true }
        let wait = max(pause, retryAfter ?? .zero)
        let goesOn =
          attempt < Self.attempts && ContinuousClock.now - start + wait < Self.budget
        if goesOn { try await Task.sleep(for: wait * Double.random(in: 1...1.2)) }
        if try await isThere(file) { return .uploaded }
        guard goesOn else {
          throw UploadStop(
            placement: error.reason == .rateLimited ? .notSent : .unknown,
            failure: PublishFailure.commandFailure(for: error))
        }
        attempt += 1
        pause = pause * 2
      }
    }
  }

  /// Whether the index lists a file now; one with other contents ends everything.
  private func isThere(_ file: LocalRelease.File) async throws -> Bool {
    let page: IndexClient.Page?
    do {
      page = try await client.page(of: release.project, isFresh: true)
    } catch let error as TransportError where error.isTemporary {
      // The index has its troubles; the caller has its budget.
      return false
    }
    guard let listed = page?.page.file(named: file.name.text) else { return false }
    if let digest = listed.sha256, digest != file.sha256 {
      throw UploadStop(
        placement: .refused,
        failure: CommandFailure(
          status: ExitStatus.differs.rawValue,
          Diagnostic(
            "the index has a file `\(file.name)` with other contents, which came in between",
            place: page?.url.withoutQuery, expected: "SHA-256 \(file.sha256) (this file)",
            found: "SHA-256 \(digest) (at the index)",
            help: ["find out who else publishes this version, and raise yours"])))
    }
    return true
  }
}
