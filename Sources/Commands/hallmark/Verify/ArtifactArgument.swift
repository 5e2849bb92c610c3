// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Verification

/// What is to be verified, as it is named on the command line: a file, `sha256:HEX`, `sha512:HEX`,
/// or an image `NAME@sha256:HEX`.
enum ArtifactArgument: Hashable, Sendable {
  /// A file at a path.
  case file(String)
  /// Anything, by its digest.
  case digest(ArtifactDigest)
  /// An image by name and digest.
  case image(ImageReference)

  /// Reads an argument; a file that exists is one, whatever it is called.
  init(_ text: String) {
    if FileReading.exists(text) {
      self = .file(text)
    } else if let digest = ArtifactDigest(text) {
      self = .digest(digest)
    } else if let image = try? ImageReference(text) {
      self = .image(image)
    } else {
      self = .file(text)
    }
  }

  /// Whether evidence can lie beside it.
  var isFile: Bool {
    if case .file = self { true } else { false }
  }

  /// The artifact with the digests that the evidence compares by; a file is read once per hash.
  ///
  /// - Throws: `FileError`.
  func artifact(for evidence: [Evidence]) throws -> Artifact {
    switch self {
    case .digest(let digest): return Artifact(filename: nil, digest: digest)
    case .image(let image):
      return Artifact(filename: nil, digest: image.digest, imageName: image.name)
    case .file(let path):
      let filename = path.utf8.split(separator: UInt8(ascii: "/")).last.flatMap { String($0) }
      let others = try Set(evidence.compactMap(\.otherHash)).map { hash in
        try FileReading.digest(of: path, hash)
      }
      return Artifact(
        filename: filename, digest: ArtifactDigest(try FileReading.sha256(of: path)),
        others: others)
    }
  }
}
