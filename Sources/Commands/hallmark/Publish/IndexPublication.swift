// SPDX-License-Identifier: Apache-2.0

import Encodings
import PyPIAttestations
import PythonPackaging
import ServiceClients
import SystemPackage
import TrustedPublishing
import Verification

/// The publication of a release at one index, in three phases.
///
/// 1. ``prepare(mintsAlways:)`` looks at the index and gets the right to upload. Nothing becomes
///    visible; whatever stops a release stops it here.
/// 2. ``commit(_:progress:)`` uploads what is missing. It does not throw for what an index does:
///    it says of each file where it is now.
/// 3. ``readBack(_:patience:)`` reads everything again, as a stranger would, and compares.
///
/// Whoever publishes at several places prepares all of them before the first commit.
struct IndexPublication: Sendable {
  /// What is published.
  let release: LocalRelease
  /// Its verified attestations by file name; `nil` when it is published without.
  let attestations: [String: ReleaseEvidence.FileAttestations]?
  /// Judges the provenance that an index has for files that were there; `nil` without attestations.
  let evidence: ReleaseEvidence?
  /// Where.
  let index: PublishingIndex
  /// By what right.
  let authorization: UploadAuthorization
  /// How services are reached.
  let transport: HTTPTransport

  /// What ``prepare(mintsAlways:)`` found out.
  struct Prepared: Sendable {
    /// What is to be done.
    let plan: PublicationPlan
    /// The right to upload; `nil` when nothing is to be uploaded.
    let session: UploadSession?
  }

  var client: IndexClient { IndexClient(simpleURL: index.simpleURL, transport: transport) }

  /// Whether attestations are uploaded with the files.
  var sendsAttestations: Bool { attestations != nil && authorization.carriesAttestations }

  /// The attestations that are uploaded with a file.
  func uploaded(with file: LocalRelease.File) -> [PyPIAttestation] {
    sendsAttestations ? attestations?[file.name.text]?.attestations ?? [] : []
  }

  /// Compares the release with the index and gets an upload token.
  ///
  /// - Parameter mintsAlways: whether a token is wanted also when nothing is to be uploaded.
  /// - Returns: what ``commit(_:progress:)`` needs; its token must be given up by
  ///   ``discard(_:)`` if that is not called.
  /// - Throws: `CommandFailure`: status 5 for a file that the index has with other contents, 3 for
  ///   provenance there that the policy refuses, 4 when there is no right to upload, 6 when the
  ///   index does not answer.
  func prepare(mintsAlways: Bool = false) async throws -> Prepared {
    do {
      let plan = try await plan()
      let isWanted = mintsAlways || !plan.uploads.isEmpty
      return Prepared(
        plan: plan,
        session: isWanted
          ? try await UploadSession(authorization, at: index, over: transport) : nil)
    } catch {
      throw PublishFailure.commandFailure(for: error)
    }
  }

  /// Gives up what was prepared.
  @discardableResult
  func discard(_ prepared: Prepared) async -> UploadSession.End? { await prepared.session?.end() }

  private func plan() async throws -> PublicationPlan {
    let page = try await client.page(of: release.project, isFresh: true)
    var plan = PublicationPlan(release.files.map(\.planned), page: page?.page)
    guard let page else { return plan }
    for file in plan.unread {
      guard let listed = page.page.file(named: file.name) else { continue }
      plan = plan.settling(
        file.name, digest: try await digest(of: listed, size: file.size, on: page))
    }
    if let first = plan.conflicts.first { throw conflict(first, in: plan, at: page.url) }
    for file in release.files where plan.skipped.contains(file.planned) {
      guard let listed = page.page.file(named: file.name.text) else { continue }
      try await checkProvenance(of: file, listed: listed, on: page)
    }
    return plan
  }

  /// The digest of a file's bytes at the index.
  func digest(
    of listed: SimpleIndex.File, size: Int64, on page: IndexClient.Page
  ) async throws -> SHA256Hash {
    try await client.digest(
      of: try client.address(of: listed, of: page), filename: listed.filename,
      promised: listed.sha256, limit: max(Int(size), 1)
    ).sha256
  }

  private func conflict(
    _ first: (file: PublicationPlan.LocalFile, conflict: PublicationPlan.Conflict),
    in plan: PublicationPlan, at url: ServiceURL
  ) -> CommandFailure {
    let (file, conflict) = first
    let found: String? =
      switch conflict {
      case .otherBytes(let digest): "SHA-256 \(digest) (at the index)"
      case .otherSize(let size): "\(size) bytes (at the index)"
      case .listedTwice, .otherSdist: nil
      }
    let others = plan.conflicts.dropFirst().map {
      "`\($0.file.name)` too: the index has \($0.conflict.description)"
    }
    return CommandFailure(
      status: ExitStatus.differs.rawValue,
      Diagnostic(
        "`\(file.name)` cannot be published: the index has \(conflict.description)",
        place: url.withoutQuery,
        expected: found == nil ? nil : "SHA-256 \(file.sha256), \(file.size) bytes (this file)",
        found: found, notes: others + ["nothing was sent"],
        help: ["published files never change: raise the version"]))
  }

  /// A file that is there already must have attestations that satisfy the policy, since none can be
  /// added later.
  private func checkProvenance(
    of file: LocalRelease.File, listed: SimpleIndex.File, on page: IndexClient.Page
  ) async throws {
    guard let evidence, sendsAttestations else { return }
    let place =
      try client.provenanceAddress(of: listed, of: page)?.withoutQuery ?? page.url.withoutQuery
    guard let served = try await client.provenance(of: listed, of: page, isFresh: true) else {
      throw CommandFailure(
        status: ExitStatus.differs.rawValue,
        Diagnostic(
          "the index has `\(listed.filename)` already, byte for byte, but without attestations",
          place: place, notes: ["attestations cannot be added later", "nothing was sent"],
          help: [
            "raise the version, or go on without them by `hallmark publish --no-attestations`"
          ]))
    }
    if var failure = await evidence.problem(with: served, at: place, of: file) {
      failure.diagnostic.message =
        "the index has `\(listed.filename)` already, but not by you: \(failure.diagnostic.message)"
      failure.diagnostic.notes.append("nothing was sent")
      failure.diagnostic.help = [
        "find out who published it: somebody else may have the right to upload to this project"
      ]
      throw failure
    }
  }
}
