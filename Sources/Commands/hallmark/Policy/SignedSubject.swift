// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore
import Verification

/// Something that is signed, named by itself or by its evidence.
struct SignedSubject {
  /// A signed file, or evidence.
  let file: String
  /// Evidence that is named; without any it is looked for beside the file.
  let evidence: [String]
  /// Log entries that are at hand.
  let entries: [TransparencyLogEntry]

  /// The artifact and its evidence; evidence alone is about its own first subject.
  ///
  /// - Throws: `CommandFailure` when there is neither.
  func read() async throws -> (Artifact, [Evidence], [UnreadableEvidence]) {
    let reader = EvidenceReader(entries: entries, logs: nil)
    let paths =
      evidence.isEmpty ? EvidenceDiscovery.paths(for: file) : evidence
    if paths.isEmpty {
      let items: [Evidence]
      do {
        let bytes = try FileReading.bytes(of: file, limit: Evidence.sizeLimit)
        items = try Evidence.parse(bytes, place: file)
      } catch let error as DocumentError {
        throw CommandFailure(
          status: ExitStatus.rejected.rawValue,
          Diagnostic(
            "no evidence lies beside it, and it is none itself: \(error)", place: file,
            help: ["name the evidence by --evidence"]))
      } catch {
        throw CommandFailure(
          status: ExitStatus.couldNotRun.rawValue,
          Diagnostic("\(error)", help: ["name a signed file, a bundle or an attestation"]))
      }
      let completed = try await reader.complete(items)
      guard let digest = completed.lazy.compactMap(\.firstSubject).first else {
        throw CommandFailure(
          status: ExitStatus.rejected.rawValue,
          Diagnostic("it names no artifact; name the signed file instead", place: file))
      }
      return (digest, completed, [])
    }
    let named = ArtifactArgument(file)
    let (items, unreadable) = await reader.read(paths)
    do {
      let artifact = try named.artifact(for: items)
      return (artifact, try await reader.complete(items), unreadable)
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic("\(error)", help: ["name a signed file, a bundle or an attestation"]))
    }
  }
}

extension Evidence {
  /// The first thing that a statement or signature says that it is about.
  fileprivate var firstSubject: Artifact? {
    if case .messageSignature(let digest?, _)? = bundle?.content {
      return Artifact(filename: nil, digest: digest)
    }
    guard let payload = envelope?.payload, let statement = try? Statement(parsing: payload)
    else { return nil }
    for subject in statement.subjects {
      for algorithm in ArtifactDigest.Algorithm.allCases {
        if let text = subject.digests[algorithm.rawValue],
          let digest = ArtifactDigest(algorithm, hexadecimal: text)
        {
          return Artifact(filename: subject.name, digest: digest)
        }
      }
    }
    return nil
  }
}
