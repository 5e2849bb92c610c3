// SPDX-License-Identifier: Apache-2.0

import Sigstore
import Verification

/// What verification found for one artifact, for people and for machines.
struct FileResult {
  /// What came out.
  enum Outcome {
    /// The file itself cannot be read.
    case unreadable(String)
    /// A decision.
    case verdict(ArtifactVerdict)
    /// No decision, because a service did not say what was asked, or refused.
    case undecided(CommandFailure)
  }

  /// The file, digest or image as it was named.
  let file: String
  /// What came out.
  let outcome: Outcome
  /// The places that were asked for evidence and have none.
  var emptyPlaces: [String] = []
  /// What rebuilders say about it, where they are demanded.
  var rebuilders: RebuilderRequirement.Outcome?

  /// The exit status for this file alone.
  var status: ExitStatus {
    // Too few rebuilders are refused like any evidence that is missing.
    guard let rebuilders, !rebuilders.isMet else { return statusOfOutcome }
    return ExitStatus.worst(of: [.rejected, statusOfOutcome])
  }

  private var statusOfOutcome: ExitStatus {
    switch outcome {
    case .unreadable: .couldNotRun
    case .verdict(let verdict): verdict.exitStatus
    case .undecided(let failure): ExitStatus(rawValue: failure.status) ?? .undecided
    }
  }

  /// What a person can do about a rule that is not met.
  static func help(for rule: VerificationRule) -> String? {
    switch rule {
    case .evidence:
      "get the attestations that were published with the file, or name them by --evidence"
    case .artifactBinding:
      "download the file and its evidence again, from the place that published them"
    case .identity, .issuer: "if that signer may publish, add it to `[[publisher]]` in the policy"
    case .sourceRef: "if that ref may publish, set `ref` of the publisher in the policy"
    case .runner: "if self-hosted machines may publish, set `runner = \"any\"` in the policy"
    case .knownLog, .certificateChain, .certificateTimestamp:
      "for a private instance, name its trusted root by --trusted-root"
    case .predicate: "ask the publisher for the attestation that is missing"
    case .builder:
      "name the builder by --builder-id, or the repository by --repository for GitHub attestations"
    default: nil
    }
  }

  /// What a person can do about something that is needed and not at hand.
  static func help(for missing: MissingInput) -> String {
    switch missing {
    case .logEntry(let uuids):
      "fetch the log's entry (GET /api/v1/log/entries/\(uuids.first ?? "UUID")) and name it by "
        + "--rekor-entry, or let --online ask for it"
    case .key:
      "name the key by --key, or a folder with the registry's keys by --trust-folder"
    case .sourceExpectation:
      "say what it should be built from, by --source-uri and --builder-id"
    }
  }
}
