// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import BuildVersion
import Encodings
import ServiceClients
import Sigstore
import SystemPackage
import Verification

/// Where evidence and trust come from.
struct EvidenceOptions: ParsableArguments {
  @Option(
    name: [.customLong("evidence"), .customLong("bundle"), .customLong("provenance-path")],
    help: "A file of evidence, or an image's folder, to use instead of looking for some.")
  var evidence: [String] = []

  @Option(help: "A log's answer about the entry of an envelope that comes without it.")
  var rekorEntry: [String] = []

  @Flag(help: "Ask the log for an entry that is missing: one request by its computed name.")
  var online = false

  @Option(help: "A trusted root to use instead of the public-good one; may be repeated.")
  var trustedRoot: [String] = []

  @Flag(help: "Use the trusted root of the public staging instance.")
  var staging = false

  @Option(help: "A folder with keys of registries and build services: npm-keys, gcb-keys.")
  var trustFolder: String?

  @Flag(help: "Accept bundles of version 0.1 that have only the log's signed promise, no proof.")
  var allowMissingProof = false

  func validate() throws {
    if staging, !trustedRoot.isEmpty {
      throw ValidationError("--staging and --trusted-root exclude each other.")
    }
  }

  /// Whom to trust: the roots that are named, each alone or several one per line, else the built-in
  /// one.
  func trustedRoots() throws -> [TrustedRoot] {
    var path: String?
    do {
      guard !trustedRoot.isEmpty else {
        return [try staging ? TrustedRoot.staging() : TrustedRoot.publicGood()]
      }
      var roots: [TrustedRoot] = []
      for file in trustedRoot {
        path = file
        roots += try TrustedRoot.list(
          parsing: try FileReading.bytes(of: file, limit: Evidence.sizeLimit))
      }
      return roots
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the trusted root cannot be used: \(error)", place: path,
          help: ["name a trusted_root.json of media type v0.1, as an instance publishes it"]))
    }
  }

  /// The log entries of `--rekor-entry`.
  func logEntries() throws -> [TransparencyLogEntry] {
    try rekorEntry.map { path in
      do {
        return try RekorAnswer(
          parsing: try FileReading.bytes(of: path, limit: Evidence.sizeLimit)
        ).entry
      } catch {
        throw CommandFailure(
          status: ExitStatus.couldNotRun.rawValue,
          Diagnostic(
            "the log entry cannot be used: \(error)", place: path,
            help: ["expected a log's answer to GET /api/v1/log/entries/UUID"]))
      }
    }
  }
}

/// Reads evidence from files and folders, and completes it by log entries.
struct EvidenceReader {
  /// Log entries that are at hand.
  let entries: [TransparencyLogEntry]
  /// The logs to ask for others; `nil` without `--online`.
  let logs: [RekorClient]?

  /// Reads all pieces; what cannot be read is reported beside them.
  func read(
    _ paths: [String]
  ) async -> (evidence: [Evidence], unreadable: [UnreadableEvidence]) {
    var items: [Evidence] = []
    var unreadable: [UnreadableEvidence] = []
    for path in paths {
      do {
        if FileReading.isFolder(path) {
          let found = try CosignLayout(folder: path).evidence()
          items += found.evidence
          unreadable += found.unreadable
        } else {
          let bytes = try FileReading.bytes(of: path, limit: Evidence.sizeLimit)
          items += try Evidence.parse(bytes, place: path)
        }
      } catch {
        unreadable.append(UnreadableEvidence(place: path, problem: "\(error)"))
      }
    }
    return (items, unreadable)
  }

  /// The same evidence with log entries where they were missing and could be had.
  ///
  /// - Throws: `TransportError` when a log cannot be asked.
  func complete(_ evidence: [Evidence]) async throws -> [Evidence] {
    var completed: [Evidence] = []
    for item in evidence {
      var item = item.completed(with: entries)
      // Without an answer from the first log another one may have the entry.
      for log in logs ?? [] where !item.missingEntryUUIDs.isEmpty {
        for uuid in item.missingEntryUUIDs {
          guard let entry = try await log.entry(uuid: uuid) else { continue }
          item = item.completed(with: [entry])
          break
        }
      }
      completed.append(item)
    }
    return completed
  }
}

extension TrustedRoot {
  /// Clients of the logs that have an address and Rekor's API, version 1.
  func logClients(_ transport: HTTPTransport) -> [RekorClient] {
    transparencyLogs.compactMap { log in
      (try? ServiceURL(log.baseURL)).map { RekorClient(url: $0, transport: transport) }
    }
  }
}
