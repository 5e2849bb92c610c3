// SPDX-License-Identifier: Apache-2.0

import Encodings
import FoundationEssentials
import PythonPackaging
import ServiceClients
import SystemPackage
import Verification

/// The files of a release as an index serves them, each with its evidence.
struct ServedFiles: Sendable {
  /// What the index has for one name.
  enum Content: Sendable {
    /// The file, with the digest that the index promises.
    case bytes([UInt8])
    /// It is listed, and not there or not as promised.
    case broken(String)
    /// The index did not answer.
    case failed(CommandFailure)
  }

  /// One file.
  struct File: Sendable {
    /// Its name.
    let name: DistributionFilename
    /// What the index has for it.
    let content: Content
    /// When it was uploaded, if the index says so.
    let uploadTime: Timestamp?
    /// The evidence that the index has.
    let evidence: FetchedEvidence
  }

  /// The files, in the order of the index's page.
  let files: [File]

  /// Reads a release.
  ///
  /// - Throws: `CommandFailure` where the index has no such release or does not answer.
  init(
    of project: ProjectName, _ version: Version, at index: ServiceURL,
    over transport: HTTPTransport, console: Console
  ) async throws {
    let client = IndexClient(simpleURL: index, transport: transport)
    let page = try await client.requiredPage(of: project, isFresh: true)
    let release = try page.release(of: project, version)
    let fetcher = EvidenceFetcher(
      sources: EvidenceSources(index: index, gitHubAPI: index), transport: transport)
    let folder = try DownloadFolder(FileManager.default.temporaryDirectory.path)
    defer { folder.close() }
    var files: [File] = []
    for item in release.distributions {
      console.progress("downloading \(item.name)")
      files.append(
        File(
          name: item.name,
          content: try await Self.content(item, page, client, into: folder),
          uploadTime: item.file.uploadTime,
          evidence: await fetcher.provenance(of: item.file, on: page)))
    }
    self.files = files
  }

  private static func content(
    _ item: IndexedRelease.Distribution, _ page: IndexClient.Page, _ client: IndexClient,
    into folder: DownloadFolder
  ) async throws -> Content {
    let path = folder.temporary.appending(item.name.text)
    do {
      try await client.download(item.file, of: page, to: path)
      return .bytes(try FileReading.bytes(of: path.string, limit: 1 << 30))
    } catch let error as TransportError {
      switch error.reason {
      case .status(404), .status(410), .differs, .tooLarge: return .broken("\(error)")
      default: return .failed(FetchFailure.commandFailure(for: error))
      }
    } catch let error as CancellationError {
      throw error
    } catch {
      return .failed(FetchFailure.commandFailure(for: error))
    }
  }

  /// The file of a name; names are compared byte by byte.
  subscript(name: String) -> File? {
    files.first { $0.name.text.utf8.elementsEqual(name.utf8) }
  }
}
