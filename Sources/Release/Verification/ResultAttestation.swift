// SPDX-License-Identifier: Apache-2.0

package import Attestations
import Certificates
import Crypto
package import Encodings
import Sigstore

/// The result of a verification as a statement that others can rely on
/// (slsa.dev/verification_summary/v1), signed by the verifier's key.
package struct ResultAttestation: Sendable {
  /// Why a key cannot sign.
  package struct KeyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence, without anything of the key.
    package let description: String
  }

  /// Who verified, a URI.
  private let verifierID: String
  /// The policy that was used: its name and, for a file, its SHA-256.
  private let policy: (uri: String, digest: SHA256Hash?)
  private let key: P256.Signing.PrivateKey

  /// Takes over the verifier's name and key.
  ///
  /// - Parameters:
  ///   - verifierID: who verifies, a URI.
  ///   - policy: what was expected, as a URI or path, and the file's digest.
  ///   - pem: a P-256 private key in PEM (PKCS #8 or SEC 1).
  /// - Throws: ``KeyError``.
  package init(
    verifierID: String, policy: (uri: String, digest: SHA256Hash?), privateKey pem: String
  ) throws(KeyError) {
    self.verifierID = verifierID
    self.policy = policy
    do {
      key = try P256.Signing.PrivateKey(pemRepresentation: pem)
    } catch {
      throw KeyError(description: "it is not a P-256 private key in PEM")
    }
  }

  /// Says how a verification ended.
  ///
  /// - Parameters:
  ///   - verdict: the verdict.
  ///   - resourceURI: what the artifact is, a URI.
  ///   - time: when it was judged.
  /// - Returns: the signed envelope; `nil` for an artifact that was not judged.
  /// - Throws: `CanonicalJSON.UnsupportedNumber`, which these statements have none of.
  package func envelope(
    for verdict: ArtifactVerdict, resourceURI: String, time: Timestamp
  ) throws -> DSSEEnvelope? {
    guard let artifact = verdict.artifact else { return nil }
    let isPassed: Bool
    switch verdict.outcome {
    case .accepted: isPassed = true
    case .rejected: isPassed = false
    case .noExpectation, .undecided: return nil
    }
    var policy = JSONObject([("uri", .string(self.policy.uri))])
    if let digest = self.policy.digest {
      policy["digest"] = ["sha256": .string(digest.hexadecimal)]
    }
    let statement = Statement(
      subjects: [Subject(name: artifact.filename ?? "", artifact.digests)],
      predicateType: VerificationSummary.predicateType,
      predicate: [
        "verifier": ["id": .string(verifierID)],
        "timeVerified": .string(time.rfc3339),
        "resourceUri": .string(resourceURI),
        "policy": .object(policy),
        "verificationResult": isPassed ? "PASSED" : "FAILED",
        "verifiedLevels": .array(isPassed ? Self.levels(verdict).map { .string($0) } : []),
        "slsaVersion": "1.0",
      ])
    let payload = try statement.payload()
    let type = DSSEEnvelope.inTotoPayloadType
    let signed = DSSEEnvelope.preAuthenticationEncoding(payloadType: type, payload: payload)
    let name = SHA256Hash(hashing: Array(key.publicKey.derRepresentation)).base64
    return DSSEEnvelope(
      payloadType: type, payload: payload,
      signature: Array(try key.signature(for: signed).derRepresentation), keyID: "SHA256:\(name)")
  }

  /// The SLSA build level that the accepted evidence shows; none where it is no provenance.
  ///
  /// Level 3 for the isolated builders that slsa-verifier trusts by themselves, level 2 for
  /// provenance that a hosted workflow signed about itself.
  static func levels(_ verdict: ArtifactVerdict) -> [String] {
    guard case .accepted(let evidence, let acceptance) = verdict.outcome else { return [] }
    switch acceptance {
    case .builder(let builder):
      let name = String(decoding: builder.utf8.prefix { $0 != UInt8(ascii: "@") }, as: UTF8.self)
      let isIsolated =
        TrustedBuilders.forArtifacts.union(TrustedBuilders.forImages).contains(bytesOf: name)
        || name.utf8.elementsEqual(TrustedBuilders.cloudBuild.utf8)
      return isIsolated ? ["SLSA_BUILD_LEVEL_3"] : ["SLSA_BUILD_LEVEL_2"]
    case .publisher:
      let isHosted = evidence.contains { item in
        item.verified?.statement?.predicateType == PredicateType.slsaProvenance
          && item.verified?.certificate.claims[.runnerEnvironment] == "github-hosted"
      }
      return isHosted ? ["SLSA_BUILD_LEVEL_2"] : []
    case .summary, .key: return []
    }
  }
}
