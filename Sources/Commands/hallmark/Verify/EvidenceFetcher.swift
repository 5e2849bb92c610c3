// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging
import ServiceClients
import Verification

/// Evidence that came from elsewhere, unverified.
struct FetchedEvidence: Sendable {
  /// The documents that were found, with the place of each.
  var documents: [(place: String, bytes: [UInt8])] = []
  /// Places that were found, but whose document cannot be used.
  var unreadable: [UnreadableEvidence] = []
  /// Places that were asked and have nothing.
  var empty: [String] = []
  /// Places whose answer is not known.
  var failures: [CommandFailure] = []

  /// Nothing yet.
  init() {}

  /// What lies beside a file of this machine.
  init(beside path: String) {
    for place in EvidenceDiscovery.paths(for: path) {
      do {
        documents.append((place, try FileReading.bytes(of: place, limit: Evidence.sizeLimit)))
      } catch {
        unreadable.append(UnreadableEvidence(place: place, problem: error.problem))
      }
    }
  }

  mutating func append(_ other: FetchedEvidence) {
    documents += other.documents
    unreadable += other.unreadable
    empty += other.empty
    failures += other.failures
  }
}

/// A file that an index has, with the evidence that came with it.
struct FetchedArtifact: Sendable {
  /// The file's name.
  let filename: String
  /// The digest of what was read.
  let digest: SHA256Hash
  /// Its evidence.
  let evidence: FetchedEvidence
}

/// Gets files' evidence from the places of ``EvidenceSources``; never throws away what one place
/// said because another did not answer.
struct EvidenceFetcher: Sendable {
  let sources: EvidenceSources
  let transport: HTTPTransport

  private var index: IndexClient { IndexClient(simpleURL: sources.index, transport: transport) }

  /// Reads what an index has: the digest of each file, and its evidence.
  ///
  /// - Parameters:
  ///   - reference: the release or the file.
  ///   - progress: is told about each file.
  /// - Returns: each file with its digest and evidence.
  /// - Throws: `CommandFailure`.
  func artifacts(
    of reference: IndexReference, progress: (String) -> Void
  ) async throws -> [FetchedArtifact] {
    let page = try await index.requiredPage(of: reference.project)
    var artifacts: [FetchedArtifact] = []
    for file in try files(of: reference, on: page) {
      progress("reading \(file.filename)")
      let digest: SHA256Hash
      do {
        if case .address(let url, _) = reference {
          // Whoever serves this address need not be the index, so the evidence alone decides.
          digest = try await index.digest(of: url, filename: file.filename, promised: nil).sha256
        } else {
          digest = try await index.digest(
            of: try index.address(of: file, of: page), filename: file.filename,
            promised: file.sha256
          ).sha256
        }
      } catch {
        throw FetchFailure.commandFailure(for: error)
      }
      var evidence = await provenance(of: file, on: page)
      evidence.append(await elsewhere(filename: file.filename, digest: digest))
      artifacts.append(
        FetchedArtifact(filename: file.filename, digest: digest, evidence: evidence))
    }
    return artifacts
  }

  private func files(
    of reference: IndexReference, on page: IndexClient.Page
  ) throws -> [SimpleIndex.File] {
    switch reference {
    case .release(let project, let version):
      return try page.release(of: project, version).distributions.map(\.file)
    case .file(let name), .address(_, let name):
      guard let file = page.page.file(named: name.text) else {
        throw FetchFailure.missing("the index has no file `\(name)`", at: page.url)
      }
      return [file]
    }
  }

  /// The evidence of a file whose digest is known.
  func evidence(filename: String?, digest: SHA256Hash) async -> FetchedEvidence {
    var evidence = FetchedEvidence()
    if sources.asksIndex, let filename, let name = try? DistributionFilename(filename) {
      do {
        let page = try await index.page(of: name.project)
        if let page, let file = page.page.file(named: filename) {
          evidence.append(await provenance(of: file, on: page))
        } else {
          evidence.empty.append(index.pageURL(of: name.project).withoutQuery)
        }
      } catch {
        evidence.failures.append(FetchFailure.commandFailure(for: error))
      }
    }
    evidence.append(await elsewhere(filename: filename, digest: digest))
    return evidence
  }

  /// The provenance object of a file of a page.
  func provenance(of file: SimpleIndex.File, on page: IndexClient.Page) async -> FetchedEvidence {
    var evidence = FetchedEvidence()
    do {
      let url = try index.provenanceAddress(of: file, of: page)
      if let url, let bytes = try await index.provenance(of: file, of: page) {
        evidence.documents.append((url.withoutQuery, bytes))
      } else {
        evidence.empty.append((url ?? page.url).withoutQuery)
      }
    } catch let error as TransportError where error.reason == .tooLarge {
      evidence.unreadable.append(UnreadableEvidence(place: error.url, problem: error.detail))
    } catch let error as TransportError where error.reason == .status(403) {
      // PyPI's Integrity API says so while attestations are switched off, whoever asks.
      evidence.failures.append(
        CommandFailure(status: ExitStatus.undecided.rawValue, Diagnostic("\(error)")))
    } catch {
      evidence.failures.append(FetchFailure.commandFailure(for: error))
    }
    return evidence
  }

  /// What GitHub and folders have.
  private func elsewhere(filename: String?, digest: SHA256Hash) async -> FetchedEvidence {
    var evidence = FetchedEvidence()
    let gitHub = GitHubAttestationsClient(api: sources.gitHubAPI, transport: transport)
    for scope in sources.scopes {
      let place = GitHubAttestationsClient.address(of: digest, in: scope, at: sources.gitHubAPI)
        .withoutQuery
      do {
        let found = try await gitHub.attestations(of: digest, in: scope)
        evidence.documents += found.map { ($0.place, $0.bundle) }
        if found.isEmpty { evidence.empty.append(place) }
      } catch {
        evidence.failures.append(FetchFailure.commandFailure(for: error))
      }
    }
    let names = filename.map(EvidenceSources.names) ?? [EvidenceDiscovery.shared]
    for folder in sources.addresses {
      let client = EvidenceFolderClient(folder: folder, transport: transport)
      for name in names {
        let place = EvidenceFolderClient.address(of: name, in: folder).withoutQuery
        do {
          if let bytes = try await client.document(named: name) {
            evidence.documents.append((place, bytes))
          } else {
            evidence.empty.append(place)
          }
        } catch let error as TransportError where error.reason == .tooLarge {
          evidence.unreadable.append(UnreadableEvidence(place: place, problem: error.detail))
        } catch {
          evidence.failures.append(FetchFailure.commandFailure(for: error))
          // The rest of a folder that does not answer would not answer either.
          break
        }
      }
    }
    for folder in sources.folders { evidence.append(Self.local(folder, names: names)) }
    return evidence
  }

  private static func local(_ folder: String, names: [String]) -> FetchedEvidence {
    var evidence = FetchedEvidence()
    for name in names {
      let path = folder.utf8.last == UInt8(ascii: "/") ? folder + name : "\(folder)/\(name)"
      guard FileReading.isPresent(path) else {
        evidence.empty.append(path)
        continue
      }
      do {
        evidence.documents.append(
          (path, try FileReading.bytes(of: path, limit: Evidence.sizeLimit)))
      } catch {
        evidence.unreadable.append(UnreadableEvidence(place: path, problem: error.problem))
      }
    }
    return evidence
  }
}
