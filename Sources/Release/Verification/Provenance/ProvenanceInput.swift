// SPDX-License-Identifier: Apache-2.0

import Encodings
import Sigstore

/// The bundles in a provenance file: one, or one per line.
///
/// slsa-verifier refuses a second line; a release to which files are added later has one, so here
/// each file is judged by the lines that are about it.
enum ProvenanceInput {
  /// Reads a file.
  ///
  /// - Throws: ``ProvenanceReason/invalidFormat``; ``ProvenanceReason/rekorSearch`` for a bare
  ///   envelope with its certificate, which needs its log entry.
  static func bundles(_ bytes: [UInt8]) throws(ProvenanceFailure) -> [Bundle] {
    do {
      let evidence = try Evidence.parse(bytes, place: "provenance")
      guard evidence.allSatisfy({ !$0.isPEP740 }), !evidence.isEmpty else {
        throw ProvenanceReason.invalidFormat.failure("not a Sigstore bundle")
      }
      return evidence.map(\.bundle)
    } catch let error as ProvenanceFailure {
      throw error
    } catch {
      if (try? LegacyEnvelope(parsing: bytes)) != nil {
        throw ProvenanceReason.rekorSearch.failure(
          "it is an envelope without its log entry, which would have to be asked for")
      }
      throw ProvenanceReason.invalidFormat.failure("not a readable Sigstore bundle: \(error)")
    }
  }
}
