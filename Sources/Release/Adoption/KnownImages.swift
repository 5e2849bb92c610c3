// SPDX-License-Identifier: Apache-2.0

/// Digests of container images that this program knows by itself, so that an adoption needs no
/// registry.
///
/// It is a snapshot. Each digest was found on ``date`` beside its tag, or beside the full version
/// that the tag stood for, in files of at least two public repositories that have nothing to do
/// with each other. An image that is not in it is not known, and no digest is made up for it;
/// Renovate keeps those that are written up to date.
package enum KnownImages {
  /// An image by its tag.
  package struct Image: Hashable, Sendable {
    /// Name and tag.
    package let name: String
    /// The version of Python that it held.
    package let version: String
    /// The SHA-256 of its index, which is of all platforms, in hexadecimal.
    package let sha256: String
  }

  /// The day on which all of them were learned.
  package static let date = "2026-11-29"

  /// What is known.
  package static let images: [Image] = table.split(separator: "\n").compactMap { line in
    let words = line.split(separator: " ").map(String.init)
    return words.count == 3 ? Image(name: words[0], version: words[1], sha256: words[2]) : nil
  }

  /// An image with its digest; nil where none is known.
  ///
  /// - Parameter name: name and tag, such as `python:3.13-slim`.
  /// - Returns: the same with `@sha256:` and the digest.
  package static func pinned(_ name: String) -> String? {
    images.first { $0.name == name }.map { "\(name)@sha256:\($0.sha256)" }
  }

  private static let table = """
    python:3.11-bookworm 3.11.16 35d3a4a3d5e42e02ab916d44513a050689f12c0533d45598d229672503fe77ca
    python:3.12-bookworm 3.12.13 3cd9086bdb30f7c9bc08a3fa621d9842e0d3f6f9291aeb4677e0547817c10b12
    python:3.13-bookworm 3.13.15 227b6570d6ee07061ae6ca2eb04dedfb6d2b34045835f343065b9869e4d427ea
    python:3.14-bookworm 3.14.8 b3c121f5b6b446c964c6ea924d9a099e259b29d7b56df82729e33572a31eadcc
    python:3.10-slim 3.10.18 420fbb0e468d3eaf0f7e93ea6f7a48792cbcadc39d43ac95b96bee2afe4367da
    python:3.11-slim 3.11.16 9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7
    python:3.12-slim 3.12.14 78387bc3881b8273120a12ebe6c1ab22b018ccc2c9adf565ae1ac9b536e184ea
    python:3.13-slim 3.13.15 7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b
    python:3.14-slim 3.14.8 f85c5697265c178cc6887276c55fe16cf3d14ca35c3df6a5eab3b360534a55d2
    python:3.11 3.11.15 d0199e2a90bf7a206a485b115323a75bc946f30b463d704c5435a454aca084dd
    python:3.12 3.12 dd4fe98ab39f91e936f8e7e7a65a3ce59ecfb11e32f9a125b3132779920ba7f7
    python:3.13 3.13.14 36f5673ec01bd1001d7cbb8f12215101aa4ee5d70ddbbb72e01b2930d7c12f19
    python:3.14 3.14 3a9d2dd3f18e5c7a9d8de7b3659418a4ab848ccd409fb9e91ef9d7a6a3520ba7
    """
}

extension PythonVersion {
  /// The image with git in which releases are built, with its digest; nil where none is known.
  var imageOfReleases: String? { Self.image(ofReleases) }

  /// The images in which changes are tested, by their versions: those that are known.
  var testedImages: [(version: String, image: String)] {
    tested.compactMap { version in Self.image(version).map { (version, $0) } }
  }

  private static func image(_ version: String) -> String? {
    KnownImages.pinned("python:\(version)-bookworm")
  }
}
