// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore
import TestSupport
import Testing

@testable import Verification

/// Files with several lines, bare envelopes, and what is neither.
@Suite(.enabled(if: TestData.slsa.isPresent || TestData.isCI)) struct ProvenanceInputTests {
  static let first = "files/gha_go/v2.1.0/binary-linux-amd64-push-v14.intoto.jsonl"
  static let second = "files/gha_maven/v2.1.0/binary-linux-amd64-push-v14.build.slsa"
  static let firstDigest = "sha256:f6ab7ad0c7549b5a4942c3b0690519d791c28c4c0f8b286208cb40da3322a066"
  static let secondDigest =
    "sha256:18a114f0a2d8031687d28e5514d7ababe54d641e08fd01d99f22c3f8745caf0a"

  /// The reason against an artifact, or `pass`; `unreadable` for a file that is no evidence.
  private func decide(
    _ digest: String, _ provenance: [UInt8],
    source: String = "github.com/slsa-framework/example-package"
  ) async throws -> String {
    guard let evidence = try? Evidence.parse(provenance, place: "provenance") else {
      return "unreadable"
    }
    let root = try TrustedRoot(parsing: try TestData.slsa.bytes("trusted_root.json"))
    let verifier = ProvenanceVerifier(
      trusting: [root], keys: TrustFolder(path: nil), now: Timestamp(unixSeconds: 1_795_000_000))
    let artifact = Artifact(filename: nil, digest: try #require(ArtifactDigest(digest)))
    return await verifier.verify(
      artifact, evidence: evidence, ProvenanceExpectations(sourceURI: source)
    ).decision.name
  }

  /// One bundle per line.
  private func lines(_ paths: [String]) throws -> [UInt8] {
    var text: [UInt8] = []
    for path in paths {
      let node = try JSONNode(parsing: try TestData.slsa.bytes(path))
      text += Array(node.value.compactText.utf8) + [0x0a]
    }
    return text
  }

  @Test func eachFileIsJudgedByTheLineAboutIt() async throws {
    let file = try lines([Self.first, Self.second])
    for digest in [Self.firstDigest, Self.secondDigest] {
      #expect(try await decide(digest, file) == "pass")
    }
    let neither = try await decide("sha256:" + String(repeating: "0", count: 64), file)
    #expect(neither == "ErrorMismatchHash")
  }

  @Test func aBrokenLineDoesNotHideAGoodOne() async throws {
    let good = try TestData.slsa.bytes(Self.first)
    let node = try JSONNode(parsing: good)
    var broken = try node.object()
    var envelope = try node.required("dsseEnvelope").object()
    envelope["signatures"] = [["sig": "AAAA"]]
    broken["dsseEnvelope"] = .object(envelope)
    let brokenLine = Array(JSONValue.object(broken).compactText.utf8) + [0x0a]
    #expect(try await decide(Self.firstDigest, brokenLine) == "ErrorInvalidSignature")
    let file = brokenLine + (try lines([Self.first]))
    #expect(try await decide(Self.firstDigest, file) == "pass")
  }

  @Test func bareEnvelopesNeedTheirEntry() async throws {
    let bundle = try Bundle(parsing: try TestData.slsa.bytes(Self.first))
    guard case .envelope(let envelope) = bundle.content, let der = bundle.certificate else {
      Issue.record("not a bundle with an envelope")
      return
    }
    var signature = JSONObject([("sig", .string(Base64.encode(envelope.signature)))])
    let bare = { (signature: JSONObject) -> [UInt8] in
      Array(
        JSONValue.object([
          ("payloadType", .string(envelope.payloadType)),
          ("payload", .string(Base64.encode(envelope.payload))),
          ("signatures", .array([.object(signature)])),
        ]).compactText.utf8)
    }
    #expect(try await decide(Self.firstDigest, bare(signature)) == "ErrorInvalidFormat")
    signature["cert"] = .string(PEM.encode(der, label: "CERTIFICATE"))
    #expect(try await decide(Self.firstDigest, bare(signature)) == "ErrorRekorSearch")
  }

  @Test(arguments: [
    ("", "unreadable"), ("{}", "unreadable"), ("[]", "unreadable"),
    ("{\"mediaType\": \"x\"}", "unreadable"), ("\u{0}", "unreadable"),
    ("{\"attestations\": []}", "ErrorNoValidSignature"),
  ])
  func otherFilesAreRefused(text: String, outcome: String) async throws {
    #expect(try await decide(Self.firstDigest, Array(text.utf8)) == outcome)
  }
}
