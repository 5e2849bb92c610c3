// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore
import TestSupport
import Testing
import TransparencyLog
import TrustSimulator

/// Evidence whose log entry binds the envelope's text: cosign's layers, and the bare envelopes of
/// slsa-github-generator.
@Suite(.enabled(if: TestData.slsa.isPresent || TestData.isCI)) struct EnvelopeTextTests {
  static let layouts = [
    "v1.4.0", "v1.5.0", "v1.6.0", "v1.7.0", "v1.8.0", "v1.9.0", "v1.10.0", "v2.0.0", "v2.1.0",
  ].map { "files/gha_generic_container/\($0)/container_workflow_dispatch" }

  /// A layer and its annotations.
  private func layer(_ layout: String) throws -> (bytes: [UInt8], annotations: JSONNode) {
    func blob(_ descriptor: JSONNode) throws -> [UInt8] {
      let digest = try descriptor.required("digest").string().dropFirst("sha256:".count)
      return try TestData.slsa.bytes("\(layout)/blobs/sha256/\(digest)")
    }
    let index = try JSONNode(parsing: try TestData.slsa.bytes("\(layout)/index.json"))
    let manifests = try index.required("manifests").array(limit: 8)
    let attestations = try #require(
      try manifests.first {
        try $0.required("annotations").required("kind").string().hasSuffix("/atts")
      })
    let manifest = try JSONNode(parsing: try blob(attestations))
    let layer = try #require(try manifest.required("layers").array(limit: 8).first)
    return (try blob(layer), try layer.required("annotations"))
  }

  private func verify(_ bundle: Bundle) async throws -> VerificationReport {
    let root = try TrustedRoot(parsing: try TestData.slsa.bytes("trusted_root.json"))
    let verifier = Verifier(
      trusting: root, requirements: VerificationRequirements(inclusionProof: .whenPresent))
    return await verifier.verifyStatement(in: bundle, now: ConformanceTests.now).report
  }

  @Test(arguments: layouts)
  func layersVerify(layout: String) async throws {
    let (bytes, annotations) = try layer(layout)
    let report = try await verify(
      try CosignAttestation.bundle(layer: bytes, annotations: annotations))
    #expect(report.passed, "\(report.checks)")
  }

  /// A changed byte outside payload and signature is nowhere but in the text's hash.
  @Test(arguments: layouts)
  func changedTextIsRefused(layout: String) async throws {
    let (bytes, annotations) = try layer(layout)
    let report = try await verify(
      try CosignAttestation.bundle(layer: bytes + [0x20], annotations: annotations))
    #expect(report.primaryFailure?.rule == .entryBinding)
  }

  /// The entry of an envelope can be computed from its text and certificate.
  @Test(arguments: layouts)
  func entriesAreComputed(layout: String) async throws {
    let (bytes, annotations) = try layer(layout)
    let bundle = try CosignAttestation.bundle(layer: bytes, annotations: annotations)
    let pem = try annotations.required("dev.sigstore.cosign/certificate").string()
    let envelope = try LegacyEnvelope(text: bytes, certificatePEM: pem)
    let entry = try #require(bundle.logEntries.first)
    #expect(envelope.bundle(matching: entry) == bundle)
    #expect(envelope.entryUUIDs.contains(MerkleHash.leaf(entry.canonicalizedBody).hexadecimal))
    // A line break that was added when the file was written was not logged.
    let written = try LegacyEnvelope(text: bytes + [0x0a], certificatePEM: pem)
    #expect(written.bundle(matching: entry) == bundle)
    let other = try LegacyEnvelope(text: bytes + [0x20], certificatePEM: pem)
    #expect(other.bundle(matching: entry) == nil)
  }

  /// A bundle does not keep the text; as the generators wrote it, it can be made again. Any other
  /// text leaves the oldest entries bound to nothing.
  @Test(arguments: layouts)
  func textIsMadeAgain(layout: String) async throws {
    let (bytes, annotations) = try layer(layout)
    let bundle = try CosignAttestation.bundle(layer: bytes, annotations: annotations)
    let written = try Bundle(parsing: Array(bundle.json.compactText.utf8))
    #expect(written.envelopeText == nil)
    #expect(try await verify(written).passed)
    guard case .envelope(let envelope) = bundle.content else { return }
    let relabelled = Bundle(
      certificate: bundle.certificate ?? [],
      content: .envelope(
        DSSEEnvelope(
          payloadType: envelope.payloadType, payload: envelope.payload,
          signature: envelope.signature, keyID: "another")), logEntries: bundle.logEntries)
    let bindsText = bundle.logEntries.contains { $0.kind == "intoto" }
    #expect(
      try await verify(relabelled).primaryFailure?.rule == (bindsText ? .entryBinding : nil))
  }

  @Test func envelopesWithoutCertificateAreRefused() throws {
    let (bytes, _) = try layer(Self.layouts[0])
    #expect(throws: DocumentError.self) { try LegacyEnvelope(parsing: bytes) }
  }
}
