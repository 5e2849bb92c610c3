// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark inspect` through the real program.
@Suite struct InspectTests {
  static let hallmark = Program("hallmark")

  @Test(
    .enabled(if: TestData.conformance.isPresent, "not run: no set sigstore-conformance"),
    arguments: [
      ("happy-path-v0.1", "hashedrekord 0.0.1"), ("happy-path-intoto-in-dsse-v3", "dsse 0.0.1"),
      ("rekor2-happy-path", "RFC 3161  2025-06-12T12:02:20Z"),
      ("managed-key-happy-path", "signed by a key"),
      ("intoto-with-custom-trust-root", "intoto 0.0.2"),
    ])
  func bundle(name: String, shows: String) throws {
    let path = "\(TestData.conformance.folder)/bundle-verify/\(name)/bundle.sigstore.json"
    let outcome = try Self.hallmark.run(["inspect", path])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains(shows), "\(outcome)")
    #expect(outcome.output.contains("not verified"), "\(outcome)")
  }

  @Test(.enabled(if: TestData.pypiAttestations.isPresent, "not run: no set pypi-attestations"))
  func provenanceAsJSON() throws {
    let path = "\(TestData.pypiAttestations.folder)/pypi_attestations-0.0.19.tar.gz.provenance"
    let outcome = try Self.hallmark.run(["inspect", "--json", path])
    #expect(outcome.status == 0, "\(outcome)")
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(document["schema"] as? String == "hallmark.inspect/v1")
    #expect(document["verified"] as? Bool == false)
    #expect((document["evidence"] as? [Any])?.count == 1)
  }

  @Test(arguments: ["", "{}", "[", "\u{0}", "{\"mediaType\":\"\u{1b}[31m\"}"])
  func whatIsNoEvidence(text: String) throws {
    let scratch = try Scratch()
    let outcome = try Self.hallmark.run(["inspect", try scratch.write("x", text)])
    #expect(outcome.status == 1, "\(outcome)")
    #expect(!outcome.errors.contains("\u{1b}"))
  }
}
