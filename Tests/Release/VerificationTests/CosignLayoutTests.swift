// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Foundation
import Sigstore
import Testing
import TrustSimulator

@testable import Verification

/// A folder as `cosign save` writes it: what counts in it, and what is refused.
@Suite struct CosignLayoutTests {
  private static let kind = "dev.cosignproject.cosign/atts"
  private static let simulator = Result { try TrustSimulator() }

  /// A folder with one attestation; its removal is the caller's.
  private func layout(
    kind: String = kind, layerType: String = CosignAttestation.layerType,
    digest: (String) -> String = { "sha256:\($0)" }
  ) throws -> URL {
    let bundle = try Self.simulator.get().sign(
      Statement(
        subjects: [Subject(name: "image", sha256: SHA256Hash(hashing: [1]))],
        predicateType: PredicateType.publish, predicate: .null), as: .gitHub)
    let entry = try #require(bundle.logEntries.first)
    guard case .envelope(let envelope) = bundle.content else {
      throw EncodingError.truncated(offset: 0)
    }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("hallmark-layout-\(UUID().uuidString)")
    let blobs = folder.appendingPathComponent("blobs/sha256")
    try FileManager.default.createDirectory(at: blobs, withIntermediateDirectories: true)
    func blob(_ value: JSONValue) throws -> String {
      let bytes = Array(value.compactText.utf8)
      let name = SHA256Hash(hashing: bytes).hexadecimal
      try Data(bytes).write(to: blobs.appendingPathComponent(name))
      return name
    }
    let layer = try blob([
      "payloadType": .string(envelope.payloadType),
      "payload": .string(Base64.encode(envelope.payload)),
      "signatures": [["sig": .string(Base64.encode(envelope.signature))]],
    ])
    let entryText: JSONValue = [
      "SignedEntryTimestamp": .string(Base64.encode(entry.signedEntryTimestamp ?? [])),
      "Payload": [
        "body": .string(Base64.encode(entry.canonicalizedBody)),
        "integratedTime": .integer(entry.integratedTime ?? 0),
        "logIndex": .integer(Int64(entry.logIndex)),
        "logID": .string(Hexadecimal.encode(entry.logID)),
      ],
    ]
    let certificate = PEM.encode(try #require(bundle.certificate), label: "CERTIFICATE")
    let manifest = try blob([
      "layers": [
        [
          "mediaType": .string(layerType), "digest": .string(digest(layer)),
          "annotations": [
            "dev.sigstore.cosign/certificate": .string(certificate),
            "dev.sigstore.cosign/bundle": .string(entryText.compactText),
          ],
        ]
      ]
    ])
    let index: JSONValue = [
      "manifests": [
        ["annotations": ["kind": .string(kind)], "digest": .string("sha256:\(manifest)")]
      ]
    ]
    try Data(index.compactText.utf8).write(to: folder.appendingPathComponent("index.json"))
    return folder
  }

  private func read(_ folder: URL) throws -> (evidence: Int, unreadable: [String]) {
    let found = try CosignLayout(folder: folder.path).evidence()
    return (found.evidence.count, found.unreadable.map(\.problem))
  }

  @Test func attestationsAreRead() throws {
    let folder = try layout()
    defer { try? FileManager.default.removeItem(at: folder) }
    let found = try read(folder)
    #expect(found.evidence == 1)
    #expect(found.unreadable.isEmpty)
  }

  @Test func whatIsNoAttestationIsLeftOut() throws {
    for folder in [
      try layout(kind: "dev.cosignproject.cosign/sigs"),
      try layout(layerType: "application/vnd.oci.image.layer.v1.tar"),
    ] {
      defer { try? FileManager.default.removeItem(at: folder) }
      let found = try read(folder)
      #expect(found.evidence == 0)
      #expect(found.unreadable.isEmpty)
    }
  }

  @Test func digestsAreOfOneKind() throws {
    for digest in [
      { "sha512:\($0)\($0)" }, { "md5:\($0)" }, { "../\($0)" }, { $0.uppercased() + "x" },
    ] as [(String) -> String] {
      let folder = try layout(digest: digest)
      defer { try? FileManager.default.removeItem(at: folder) }
      let found = try read(folder)
      #expect(found.evidence == 0)
      #expect(found.unreadable.count == 1)
      #expect(found.unreadable.allSatisfy { $0.contains("64 lower-case hexadecimal digits") })
    }
  }

  /// A blob must have the digest that names it.
  @Test func changedBlobsAreRefused() throws {
    let folder = try layout()
    defer { try? FileManager.default.removeItem(at: folder) }
    let blobs = folder.appendingPathComponent("blobs/sha256")
    for name in try FileManager.default.contentsOfDirectory(atPath: blobs.path) {
      let file = blobs.appendingPathComponent(name)
      let genuine = try Data(contentsOf: file)
      try (genuine + Data(" ".utf8)).write(to: file)
      let found = try? read(folder)
      #expect(found == nil || found?.evidence == 0)
      #expect(found?.unreadable.allSatisfy { $0.contains("another digest") } ?? true)
      try genuine.write(to: file)
    }
    #expect(try read(folder).evidence == 1)
  }
}
