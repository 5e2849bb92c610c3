// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore

/// An image with its attestations in a folder, as `cosign save` writes it: an OCI image layout whose
/// index marks each manifest with what it is (OCI image-layout 1.0).
package struct CosignLayout: Hashable, Sendable {
  private static let documentLimit = 4 << 20
  private static let attestationsKind = "dev.cosignproject.cosign/atts"

  /// The folder's path.
  package let folder: String

  /// Names a folder.
  package init(folder: String) {
    self.folder = folder
  }

  /// The attestations in the folder.
  ///
  /// Every blob must have the digest by which it is named. A layer that cannot be read does not hide
  /// the others.
  ///
  /// - Returns: the attestations, and what could not be read of them.
  /// - Throws: `FileError`, `DocumentError` when index or manifest cannot be read.
  package func evidence() throws -> (evidence: [Evidence], unreadable: [UnreadableEvidence]) {
    let index = try JSONNode(parsing: try bytes("index.json"))
    var evidence: [Evidence] = []
    var unreadable: [UnreadableEvidence] = []
    for descriptor in try index.required("manifests").array(limit: 1024) {
      let kind = try descriptor.optional("annotations")?.optional("kind")?.string()
      guard kind == Self.attestationsKind else { continue }
      let manifest = try JSONNode(parsing: try blob(descriptor))
      for (number, layer) in try manifest.required("layers").array(limit: 256).enumerated() {
        let place = "\(folder) (attestation layer \(number + 1))"
        do {
          guard try layer.required("mediaType").string() == CosignAttestation.layerType else {
            continue
          }
          let bundle = try CosignAttestation.bundle(
            layer: try blob(layer), annotations: try layer.required("annotations"))
          evidence.append(Evidence(form: .cosign, place: place, content: .bundle(bundle)))
        } catch {
          unreadable.append(UnreadableEvidence(place: place, problem: "\(error)"))
        }
      }
    }
    return (evidence, unreadable)
  }

  private func blob(_ descriptor: JSONNode) throws -> [UInt8] {
    let node = try descriptor.required("digest")
    guard let digest = ArtifactDigest(try node.string()), digest.algorithm == .sha256 else {
      throw node.error("expected sha256: and 64 lower-case hexadecimal digits")
    }
    let bytes = try bytes("blobs/sha256/\(digest.hexadecimal)")
    guard ArtifactDigest(SHA256Hash(hashing: bytes)) == digest else {
      throw node.error("the blob has another digest")
    }
    return bytes
  }

  private func bytes(_ path: String) throws(FileError) -> [UInt8] {
    try FileReading.bytes(of: "\(folder)/\(path)", limit: Self.documentLimit)
  }
}
