// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Verification

/// The part of `hallmark verify` that uses the network, and says what it would ask when it must not.
struct EvidenceLookup: Sendable {
  private let sources: EvidenceSources
  private let network: NetworkOptions
  private let online: Bool
  /// Whether a file's evidence is looked for elsewhere than beside it.
  let looksElsewhere: Bool
  private let console: Console

  init(options: FetchOptions, sources: EvidenceSources, console: Console) {
    self.sources = sources
    network = options.network
    online = options.online
    looksElsewhere = options.looksElsewhere
    self.console = console
  }

  /// Whether any of the arguments needs more than the files of this machine.
  func isNeeded(for arguments: [String]) throws -> Bool {
    guard !sources.asksIndex, sources.scopes.isEmpty, sources.addresses.isEmpty else { return true }
    for argument in arguments where try IndexReference(argument: argument) != nil { return true }
    return false
  }

  /// Runs work with a fetcher, if there is something to fetch.
  func withFetcher<Value: Sendable>(
    for arguments: [String], _ work: (EvidenceFetcher?) async throws -> Value
  ) async throws -> Value {
    guard try isNeeded(for: arguments) || looksElsewhere || online else {
      return try await work(nil)
    }
    return try await network.withTransport { transport in
      try await work(EvidenceFetcher(sources: sources, transport: transport))
    }
  }

  /// Prints the addresses that would be asked first, one per line.
  ///
  /// - Throws: `CommandFailure` with status 6, always: nothing was decided.
  func showPlan(for arguments: [String], json: Bool) throws {
    var addresses: [String] = []
    for argument in arguments {
      if let reference = try IndexReference(argument: argument) {
        addresses += sources.addresses(reference)
      } else {
        let artifact: Artifact
        do {
          artifact = try ArtifactArgument(argument).artifact(for: [])
        } catch {
          throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
        }
        // The services know files by SHA-256 only.
        if let digest = artifact.digest.sha256 {
          addresses += sources.addresses(filename: artifact.filename, digest: digest)
        }
      }
    }
    throw OfflinePlan(addresses: addresses).shown(on: console, json: json)
  }

  /// Checks what an index has; one result per file.
  func check(
    _ reference: IndexReference, named argument: String, by fetcher: EvidenceFetcher,
    with verification: FileVerification
  ) async -> [FileResult] {
    do {
      let artifacts = try await fetcher.artifacts(of: reference) { console.progress($0) }
      var results: [FileResult] = []
      for item in artifacts {
        results.append(
          await verification.verdict(
            on: Artifact(filename: item.filename, digest: item.digest), named: item.filename,
            fetched: item.evidence))
      }
      return results
    } catch {
      return [
        FileResult(
          file: argument, outcome: .undecided(FetchFailure.commandFailure(for: error)))
      ]
    }
  }
}

extension FetchedEvidence {
  /// The pieces in all documents, and what could not be read or asked.
  var parsed: (evidence: [Evidence], problems: [UnreadableEvidence]) {
    var items: [Evidence] = []
    var problems = unreadable
    for document in documents {
      do {
        items += try Evidence.parse(document.bytes, place: document.place)
      } catch {
        problems.append(UnreadableEvidence(place: document.place, problem: "\(error)"))
      }
    }
    return (items, problems)
  }

  /// Judges an artifact by this evidence, what else there is, and log entries where they are missing.
  ///
  /// A place that did not answer does not matter beside evidence that is enough, nor beside
  /// evidence that is refused; where there is no evidence at all it leaves the question open.
  func verdict(
    on artifact: Artifact, named file: String, with verifier: ArtifactVerifier,
    local: [Evidence] = [], unreadable: [UnreadableEvidence] = [], reader: EvidenceReader? = nil
  ) async -> FileResult {
    let fetched = parsed
    var items = local + fetched.evidence
    var problems = unreadable + fetched.problems
    if let failure = failures.first, items.isEmpty, problems.isEmpty {
      return FileResult(file: file, outcome: .undecided(failure))
    }
    problems += failures.map {
      UnreadableEvidence(place: $0.diagnostic.place ?? "network", problem: $0.diagnostic.message)
    }
    do {
      if let reader { items = try await reader.complete(items) }
    } catch {
      return FileResult(
        file: file, outcome: .undecided(FetchFailure.commandFailure(for: error)))
    }
    let verdict = await verifier.verify(
      artifact, evidence: items, unreadable: problems, now: FileReading.now())
    return FileResult(file: file, outcome: .verdict(verdict), emptyPlaces: empty)
  }
}
