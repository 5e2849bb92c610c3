// SPDX-License-Identifier: Apache-2.0

import Encodings
import ServiceClients
import Sigstore
import TransparencyLog
import Verification

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

extension EvidenceReader {
  /// The bundle with the inclusion proof of its entry, where it had none and the entry is at hand.
  ///
  /// - Throws: `TransportError` when a log cannot be asked.
  func withProof(_ bundle: Bundle) async throws -> Bundle {
    guard let old = bundle.logEntries.first, old.inclusion == nil else { return bundle }
    let body = old.canonicalizedBody
    if let entry = entries.first(where: { $0.canonicalizedBody == body }) {
      return bundle.replacingLogEntries([entry])
    }
    for log in logs ?? [] {
      let uuid = MerkleHash.leaf(body).hexadecimal
      if let entry = try await log.entry(uuid: uuid), entry.canonicalizedBody == body {
        return bundle.replacingLogEntries([entry])
      }
    }
    return bundle
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
