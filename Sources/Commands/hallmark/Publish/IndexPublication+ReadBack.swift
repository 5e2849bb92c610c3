// SPDX-License-Identifier: Apache-2.0

import Encodings
import PyPIAttestations
import PythonPackaging
import ServiceClients
import TrustedPublishing
import Verification

extension IndexPublication {
  /// What the provenance that the index serves for a file is.
  enum ProvenanceFound: String, Hashable, Sendable {
    /// Exactly what was uploaded.
    case same
    /// Attestations of an earlier upload, which satisfy the policy.
    case accepted
    /// None was uploaded, so none is asked for.
    case notUploaded = "not uploaded"
  }

  /// What was found of one file.
  struct FileReport: Sendable {
    /// The file's name.
    let name: String
    /// Where the file is at the index.
    var url: String?
    /// What its provenance is; `nil` when it is not in order.
    var provenance: ProvenanceFound?
    /// What is wrong; `nil` when all of it is what was published.
    var failure: CommandFailure?
    /// Whether a later look may find something else: a file or its provenance may come late, other
    /// bytes and other provenance stay what they are.
    var mayChange = false
  }

  /// Reads every file of the release from the index, and compares bytes and provenance.
  ///
  /// - Parameters:
  ///   - committed: what ``commit(_:progress:)`` gave; files that did not get there are left out.
  ///   - patience: how long the index may take until it lists what it took.
  /// - Returns: a report per file: status 5 for what differs, 6 for what never came.
  /// - Throws: `CancellationError` alone.
  func readBack(_ committed: Committed, patience: Duration) async throws -> [FileReport] {
    let expected = release.files.filter { file in
      committed.files.contains {
        $0.name.utf8.elementsEqual(file.name.text.utf8)
          && ($0.placement == .uploaded || $0.placement == .wasThere)
      }
    }
    let deadline = ContinuousClock.now + patience
    var reports: [String: FileReport] = [:]
    var pause: Duration = .milliseconds(250)
    while true {
      let open = expected.filter { reports[$0.name.text]?.mayChange != false }
      for report in try await look(for: open, committed) { reports[report.name] = report }
      let rest = deadline - ContinuousClock.now
      if rest <= .zero || !reports.values.contains(where: \.mayChange) { break }
      try await Task.sleep(for: min(pause, rest))
      pause = min(pause * 2, .seconds(10))
    }
    return expected.compactMap { reports[$0.name.text] }
  }

  private func look(
    for files: [LocalRelease.File], _ committed: Committed
  ) async throws -> [FileReport] {
    let page: IndexClient.Page?
    do {
      page = try await client.page(of: release.project, isFresh: true)
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      let failure = PublishFailure.commandFailure(for: error)
      return files.map { FileReport(name: $0.name.text, failure: failure, mayChange: true) }
    }
    var reports: [FileReport] = []
    for file in files {
      var report = FileReport(name: file.name.text)
      if let page, let listed = page.page.file(named: file.name.text) {
        let wasThere = committed.names(.wasThere).contains(file.name.text)
        do {
          report.url = try client.address(of: listed, of: page).description
          try await compareBytes(of: file, listed, on: page)
          report.provenance = try await compareProvenance(of: file, listed, page, wasThere)
        } catch is CancellationError {
          throw CancellationError()
        } catch let late as Late {
          report.failure = late.failure
          report.mayChange = true
        } catch {
          let failure = PublishFailure.commandFailure(for: error)
          report.failure = failure
          report.mayChange = failure.status == ExitStatus.undecided.rawValue
        }
      } else {
        report.mayChange = true
        report.failure = CommandFailure(
          status: ExitStatus.undecided.rawValue,
          Diagnostic(
            "the index took `\(file.name)`, but does not list it",
            place: client.pageURL(of: release.project).withoutQuery,
            help: ["run the command again later: it uploads only what is missing"]))
      }
      reports.append(report)
    }
    return reports
  }

  /// What is not there yet.
  private struct Late: Error {
    let failure: CommandFailure
  }

  private func compareBytes(
    of file: LocalRelease.File, _ listed: SimpleIndex.File, on page: IndexClient.Page
  ) async throws {
    func differs(_ found: String) -> CommandFailure {
      CommandFailure(
        status: ExitStatus.differs.rawValue,
        Diagnostic(
          "what the index serves as `\(file.name)` is not the file that was published",
          place: (try? client.address(of: listed, of: page))?.withoutQuery,
          expected: "SHA-256 \(file.sha256), \(file.size) bytes", found: found,
          help: ["withdraw (yank) the release, and tell the index's operator"]))
    }
    for other in page.page.files where other.filename.utf8.elementsEqual(file.name.text.utf8) {
      if let digest = other.sha256, digest != file.sha256 {
        throw differs("SHA-256 \(digest), as the index lists it")
      }
    }
    do {
      let digest = try await digest(of: listed, size: file.size, on: page)
      guard digest == file.sha256 else { throw differs("SHA-256 \(digest)") }
    } catch let error as TransportError where error.reason == .differs {
      throw differs("other bytes")
    } catch let error as TransportError where error.reason == .tooLarge {
      throw differs("more bytes")
    }
  }

  private func compareProvenance(
    of file: LocalRelease.File, _ listed: SimpleIndex.File, _ page: IndexClient.Page,
    _ wasThere: Bool
  ) async throws -> ProvenanceFound {
    let expected = uploaded(with: file)
    guard !expected.isEmpty else { return .notUploaded }
    let place = try client.provenanceAddress(of: listed, of: page)?.withoutQuery
    let bytes = try await client.provenance(of: listed, of: page, isFresh: true)
    let served = try bytes.map { bytes in
      do {
        return try Provenance(parsing: bytes)
      } catch {
        throw otherProvenance(file, place, found: "no provenance object: \(error)")
      }
    }
    switch ServedProvenance(served, uploaded: expected) {
    case .same: return .same
    case .none:
      throw Late(
        failure: CommandFailure(
          status: ExitStatus.differs.rawValue,
          Diagnostic(
            "the index serves `\(file.name)` without the attestations that were uploaded",
            place: place ?? page.url.withoutQuery,
            help: ["ask the index's operator: nobody can verify the release as it is"])))
    case .other(let missing, let additional):
      // An earlier run may have uploaded the file, with attestations of its own.
      if wasThere, let evidence, let bytes {
        if let failure = await evidence.problem(with: bytes, at: place ?? "", of: file) {
          throw failure
        }
        return .accepted
      }
      throw otherProvenance(
        file, place, found: "\(missing) of \(expected.count) missing, \(additional) unknown")
    }
  }

  private func otherProvenance(
    _ file: LocalRelease.File, _ place: String?, found: String
  ) -> CommandFailure {
    CommandFailure(
      status: ExitStatus.differs.rawValue,
      Diagnostic(
        "the index serves other attestations for `\(file.name)` than were uploaded", place: place,
        expected: "the \(uploaded(with: file).count) that were uploaded", found: found,
        help: ["withdraw (yank) the release, and tell the index's operator"]))
  }
}
