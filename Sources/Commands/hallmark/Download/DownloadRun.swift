// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings
import PythonPackaging
import ServiceClients
import Sigstore
import SystemPackage
import Verification

/// One run of `hallmark download`: chooses releases, reads their files, and judges each.
struct DownloadRun: Sendable {
  /// Whose policies count.
  let policies: PolicySet
  /// Whose authorities and logs count.
  let trustedRoots: [TrustedRoot]
  /// The index.
  let fetcher: EvidenceFetcher
  /// Where files go; nil if only their digests are wanted.
  let folder: DownloadFolder?
  /// Whether pre-releases count where no version is pinned.
  let includesPreReleases: Bool
  /// Which files are taken; empty means all.
  let patterns: [FilePattern]
  let console: Console

  private var index: IndexClient {
    IndexClient(simpleURL: fetcher.sources.index, transport: fetcher.transport)
  }

  /// Why a file stops the run.
  struct Stopped: Error {
    let result: FileResult
  }

  /// Takes a release.
  ///
  /// - Throws: ``Stopped`` for a file that does not pass, `CommandFailure`.
  func take(_ wanted: WantedRelease) async throws -> DownloadedRelease {
    let project = wanted.requirement.project
    let verifier = ArtifactVerifier(
      trusting: trustedRoots, expecting: .publishers(try policies.policy(of: project)))
    let page = try await index.requiredPage(of: project)
    guard
      let release = page.page.newestRelease(
        for: wanted.requirement, includingPreReleases: includesPreReleases)
    else {
      throw FetchFailure.missing(
        "the index has no version of `\(project)` that `\(wanted.requirement.text)` allows",
        at: page.url)
    }
    try FetchFailure.check(release, at: page.url)
    if release.isYanked {
      console.report(
        Diagnostic(
          "`\(project)` \(release.version) was withdrawn (yanked) by its publisher",
          severity: .warning, place: page.url.withoutQuery))
    }
    var files: [DownloadedRelease.File] = []
    for item in try chosen(from: release, for: wanted, at: page.url) {
      console.progress("checking \(item.name)")
      files.append(try await check(item, on: page, with: verifier))
    }
    return DownloadedRelease(
      requirement: wanted.requirement, version: release.version, files: files)
  }

  /// The files that are wanted of a release.
  private func chosen(
    from release: IndexedRelease, for wanted: WantedRelease, at url: ServiceURL
  ) throws(CommandFailure) -> [IndexedRelease.Distribution] {
    var items = release.distributions
    if !wanted.lockedFiles.isEmpty {
      items = []
      for locked in wanted.lockedFiles {
        guard
          let item = release.distributions.first(where: {
            $0.name.text.utf8.elementsEqual(locked.filename.utf8)
          })
        else {
          throw FetchFailure.missing("the index does not have `\(locked.filename)`", at: url)
        }
        guard item.file.sha256 == locked.sha256 else {
          throw Self.differs(
            "`\(locked.filename)` is not the file of the lock", wanted.origin,
            expected: locked.sha256, found: item.file.sha256)
        }
        items.append(item)
      }
    }
    if !wanted.hashes.isEmpty {
      items = items.filter { $0.file.sha256.map(wanted.hashes.contains) ?? false }
      guard !items.isEmpty else {
        throw Self.differs(
          "no file of `\(wanted.requirement.project)` \(release.version) has a hash that is asked "
            + "for", wanted.origin, expected: wanted.hashes.first, found: nil)
      }
    }
    if !patterns.isEmpty {
      items = items.filter { item in patterns.contains { $0.matches(item.name.text) } }
      guard !items.isEmpty else {
        throw FetchFailure.missing(
          "no file of `\(wanted.requirement.project)` \(release.version) is of the pattern of "
            + "--file", at: url)
      }
    }
    return items
  }

  private static func differs(
    _ sentence: String, _ origin: String, expected: SHA256Hash?, found: SHA256Hash?
  ) -> CommandFailure {
    CommandFailure(
      status: ExitStatus.rejected.rawValue,
      Diagnostic(
        sentence, code: VerificationRule.artifactBinding.rawValue, place: origin,
        expected: expected.map { "sha256:\($0.hexadecimal)" },
        found: found.map { "sha256:\($0.hexadecimal)" } ?? "no such file at the index"))
  }

  /// Judges one file, by the digest of the page; the file itself is read if it is wanted, and must
  /// have that digest.
  private func check(
    _ item: IndexedRelease.Distribution, on page: IndexClient.Page, with verifier: ArtifactVerifier
  ) async throws -> DownloadedRelease.File {
    let name = item.name.text
    guard let digest = item.file.sha256 else {
      throw FetchFailure.missing("the index gives no SHA-256 for `\(name)`", at: page.url)
    }
    let evidence = await fetcher.provenance(of: item.file, on: page)
    let result = await evidence.verdict(
      on: Artifact(filename: name, digest: digest), named: name, with: verifier)
    guard case .verdict(let verdict) = result.outcome,
      case .accepted(let accepted, _) = verdict.outcome
    else { throw Stopped(result: result) }
    if let folder {
      do {
        try await index.download(
          item.file, of: page, to: folder.temporary.appending(name),
          limit: IndexClient.fileLimit, expected: digest)
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        throw FetchFailure.commandFailure(for: error)
      }
    }
    var signers: [String] = []
    for bundle in accepted.compactMap(\.verified) {
      let signer = bundle.certificate.subjectAlternativeName.text
      if !signers.contains(signer) { signers.append(signer) }
    }
    return DownloadedRelease.File(filename: name, sha256: digest, signers: signers)
  }
}
