// SPDX-License-Identifier: Apache-2.0

/// Finds the evidence that lies next to a file.
///
/// Looked for, in this order: `FILE.sigstore.json`, `FILE.sigstore`, `FILE.publish.attestation`,
/// `FILE.slsa.attestation`, `FILE.attestation`, `FILE.provenance`, `FILE.intoto.jsonl`, and
/// `multiple.intoto.jsonl` in the same folder. All that exist are read. A policy is never looked
/// for there: whoever can put a file beside an artifact must not decide who may sign it.
package enum EvidenceDiscovery {
  /// The suffixes, in order.
  package static let suffixes = [
    ".sigstore.json", ".sigstore", ".publish.attestation", ".slsa.attestation", ".attestation",
    ".provenance", ".intoto.jsonl",
  ]

  /// The file that may hold the evidence of several artifacts of one folder.
  package static let shared = "multiple.intoto.jsonl"

  /// The paths of the evidence that exists for an artifact.
  package static func paths(for artifact: String) -> [String] {
    var candidates = suffixes.map { artifact + $0 }
    let folder = artifact.utf8.lastIndex(of: UInt8(ascii: "/")).map { artifact[...$0] } ?? ""
    candidates.append(folder + shared)
    return candidates.filter(FileReading.isPresent)
  }
}
