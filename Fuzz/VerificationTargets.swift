// SPDX-License-Identifier: Apache-2.0

import Attestations
import Dispatch
import Encodings
import Policies
import Sigstore
import Verification

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension FuzzTarget {
  /// The trusted root of the targets that verify.
  static let trustedRoot: TrustedRoot = {
    guard let root = try? TrustedRoot.publicGood() else { fatalError("no trusted root") }
    return root
  }()

  /// A moment at which the seeds are valid.
  private static let now = Timestamp(unixSeconds: 1_790_000_000)

  /// An artifact that no seed is about.
  private static let nothing = Artifact(
    filename: nil, digest: SHA256Hash(hashing: Array("about this nobody signed anything".utf8)))

  /// SHA-256 of the statements that were really signed: the payloads of the seeds, from the file that
  /// `FUZZ_SIGNED` names, one in hexadecimal per line.
  private static let signed: Set<String> = {
    guard let path = getenv("FUZZ_SIGNED"),
      let text = try? FileReading.bytes(of: String(cString: path), limit: 1 << 20)
    else { fatalError("FUZZ_SIGNED names no file") }
    return Set(text.split(separator: 0x0a).map { String(decoding: $0, as: UTF8.self) })
  }()

  /// From bytes to verdict.
  static let verification: [FuzzTarget] = [
    FuzzTarget("evidence") { bytes in
      // No expectation, and a policy without publishers: nothing can pass.
      let evidence = try Evidence.parse(bytes, place: "input")
      for policy in [nil, Policy(publishers: [])] {
        wait {
          let verifier = ArtifactVerifier(trusting: trustedRoot, policy: policy)
          let verdict = await verifier.verify(nothing, evidence: evidence, now: now)
          require(verdict.exitStatus != .done, "accepted without a policy")
        }
      }
    },
    FuzzTarget("verify-statement") { bytes in
      // Whatever is changed in a bundle, what verifies is a statement that somebody signed.
      let evidence = try Evidence.parse(bytes, place: "input")
      wait {
        let verifier = Verifier(trusting: trustedRoot)
        for bundle in evidence.compactMap(\.bundle) {
          let result = await verifier.verifyStatement(in: bundle, now: now)
          guard let verified = result.verified else { continue }
          require(
            signed.contains(SHA256Hash(hashing: verified.payload).hexadecimal),
            "a statement that nobody signed was verified")
        }
      }
    },
    FuzzTarget("provenance-rules") { bytes in
      // Evidence of every form, judged by slsa-verifier's rules; nothing is about this artifact.
      let evidence = try Evidence.parse(bytes, place: "input")
      let expectations = ProvenanceExpectations(sourceURI: "github.com/example/source")
      wait {
        let verifier = ArtifactVerifier(
          trusting: [trustedRoot],
          expecting: .provenance(
            expectations, package: NpmPackageExpectations(name: nil, version: nil)),
          allowsPromiseAlone: true)
        let verdict = await verifier.verify(nothing, evidence: evidence, now: now)
        require(verdict.exitStatus != .done, "accepted for an artifact that it is not about")
      }
    },
    FuzzTarget("policy") { bytes in
      let policy = try Policy(parsing: bytes)
      requireSame(policy) { try Policy(parsing: Array(policy.text.utf8)) }
    },
  ]
}

/// Runs something asynchronous to its end.
func wait(_ body: @escaping @Sendable () async -> Void) {
  let done = DispatchSemaphore(value: 0)
  Task {
    await body()
    done.signal()
  }
  done.wait()
}
