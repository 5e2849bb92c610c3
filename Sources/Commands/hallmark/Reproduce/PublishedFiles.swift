// SPDX-License-Identifier: Apache-2.0

import Encodings
import FoundationEssentials
import PythonPackaging
import Rebuild
import Reproducibility
import ServiceClients
import SystemPackage
import Verification

/// Reads the files of a release, from an index or from this machine.
struct PublishedFiles: Sendable {
  /// A file with its evidence, which nobody has verified yet.
  struct Item: Sendable {
    /// The file.
    let file: Reproduction.PublishedFile
    /// Its digest, if it could be read.
    let digest: SHA256Hash?
    /// Its attestations.
    let evidence: FetchedEvidence
  }

  let subject: ReproduceSubject
  let index: ServiceURL
  let transport: HTTPTransport
  /// Whether attestations are asked for too.
  let wantsEvidence: Bool
  let console: Console

  /// Most bytes of one file.
  private static let limit = 1 << 30

  private var client: IndexClient { IndexClient(simpleURL: index, transport: transport) }

  /// Reads all of them; what an index lists but does not have is told with the file.
  ///
  /// - Throws: `CommandFailure`, `CancellationError`.
  func read() async throws -> [Item] {
    switch subject {
    case .files(let files):
      return try files.map { try local(path: $0.path, name: $0.name) }
    case .index(let project, let version):
      return try await download(project, version)
    }
  }

  private func local(path: String, name: DistributionFilename) throws -> Item {
    let bytes: [UInt8]
    do {
      bytes = try FileReading.bytes(of: path, limit: Self.limit)
    } catch {
      throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    }
    return Item(
      file: Reproduction.PublishedFile(
        filename: name, contents: .success(bytes), uploadTime: nil),
      digest: SHA256Hash(hashing: bytes),
      evidence: wantsEvidence ? FetchedEvidence(beside: path) : FetchedEvidence())
  }

  private func download(_ project: ProjectName, _ version: Version) async throws -> [Item] {
    let page = try await client.requiredPage(of: project)
    let release = try page.release(of: project, version)
    let folder = try DownloadFolder(Self.temporaryFolder)
    defer { folder.close() }
    var items: [Item] = []
    for item in release.distributions {
      items.append(try await download(item, on: page, into: folder))
    }
    return items
  }

  private static var temporaryFolder: String {
    FileManager.default.temporaryDirectory.path
  }

  private func download(
    _ item: IndexedRelease.Distribution, on page: IndexClient.Page, into folder: DownloadFolder
  ) async throws -> Item {
    func result(_ contents: Result<[UInt8], RebuildFailure>) async -> Item {
      var evidence = FetchedEvidence()
      if wantsEvidence {
        evidence = await EvidenceFetcher(
          sources: EvidenceSources(index: index, gitHubAPI: index), transport: transport
        ).provenance(of: item.file, on: page)
      }
      return Item(
        file: Reproduction.PublishedFile(
          filename: item.name, contents: contents, uploadTime: item.file.uploadTime),
        digest: (try? contents.get()).map { SHA256Hash(hashing: $0) } ?? item.file.sha256,
        evidence: evidence)
    }
    if case .wheel(let name) = item.name, let failure = RebuildFailure(platformOf: name) {
      // Not built here, so not fetched either.
      return await result(.failure(failure))
    }
    let path = folder.temporary.appending(item.name.text)
    do {
      console.progress("downloading \(item.name)")
      try await client.download(item.file, of: page, to: path, limit: Self.limit)
      return await result(.success(try FileReading.bytes(of: path.string, limit: Self.limit)))
    } catch let error as TransportError
      where error.reason == .status(404) || error.reason == .status(410)
    {
      return await result(
        .failure(
          RebuildFailure(
            .fileMissing, "the index lists `\(item.name)`, but does not have it: \(error)")))
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      throw FetchFailure.commandFailure(for: error)
    }
  }
}
