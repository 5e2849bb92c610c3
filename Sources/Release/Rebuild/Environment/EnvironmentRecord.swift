// SPDX-License-Identifier: Apache-2.0

import Encodings
import SystemPackage

/// What an environment in the cache must be, and from what it was installed: a file in its folder.
///
/// ```
/// {"sha256": "…", "wheels": [{"name": "hatchling-1.33.0-py3-none-any.whl", "sha256": "…"}]}
/// ```
/// `sha256` is the ``FolderManifest`` of everything else in the folder. It finds what is damaged or
/// half-written; whoever may write to the cache, which is the user alone, can write this file too.
struct EnvironmentRecord: Hashable, Sendable {
  static let filename = "hallmark-environment.json"
  static let sizeLimit = 4 << 20
  private static let wheelLimit = 10_000

  /// Of all that is in the folder.
  let sha256: SHA256Hash
  /// The wheels that were installed, by name.
  let wheels: [BuildSite.Wheel]

  /// Describes an environment.
  init(sha256: SHA256Hash, wheels: [BuildSite.Wheel]) {
    self.sha256 = sha256
    self.wheels = wheels
  }

  /// Reads the file.
  ///
  /// - Throws: `DocumentError`.
  init(parsing bytes: [UInt8]) throws(DocumentError) {
    let root = try JSONNode(parsing: bytes, limits: JSONLimits(size: Self.sizeLimit))
    sha256 = try Self.digest(try root.required("sha256"))
    var wheels: [BuildSite.Wheel] = []
    for node in try root.required("wheels").array(limit: Self.wheelLimit) {
      wheels.append(
        BuildSite.Wheel(
          filename: try node.required("name").string(),
          sha256: try Self.digest(try node.required("sha256"))))
    }
    self.wheels = wheels
  }

  /// The file's contents.
  var json: JSONValue {
    [
      "sha256": .string(sha256.hexadecimal),
      "wheels": .array(
        wheels.map { wheel in
          ["name": .string(wheel.filename), "sha256": .string(wheel.sha256.hexadecimal)]
        }),
    ]
  }

  private static func digest(_ node: JSONNode) throws(DocumentError) -> SHA256Hash {
    guard let digest = SHA256Hash(hexadecimal: try node.string()) else {
      throw node.error("expected 64 lower-case hexadecimal digits")
    }
    return digest
  }
}
