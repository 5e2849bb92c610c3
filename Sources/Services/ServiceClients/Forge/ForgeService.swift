// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import SystemPackage
package import TrustedPublishing

/// A forge's API for one release, as `ForgePublication` uses it.
package protocol ForgeService: Sendable {
  /// Which release it is about.
  var reference: ForgeReference { get }
  /// Whether files can be put where only those who may write see them.
  var hasDrafts: Bool { get }

  /// What is there now.
  ///
  /// - Throws: ``TransportError``, ``ForgeProblem``.
  func current() async throws -> ForgeRelease

  /// Makes a release that nobody else sees yet; where there are no drafts, nothing is made.
  ///
  /// - Throws: ``TransportError``.
  func makeDraft(_ release: ForgeRelease) async throws -> ForgeRelease

  /// Uploads one file once.
  ///
  /// - Throws: ``TransportError``, ``LocalFileError``.
  func upload(_ file: ForgeFile, to release: ForgeRelease) async throws -> ForgeRelease.Asset

  /// Removes what an upload left that did not come to its end.
  ///
  /// - Throws: ``TransportError``.
  func remove(partial asset: ForgeRelease.Asset) async throws

  /// Reads a file of the release.
  ///
  /// - Parameters:
  ///   - asset: the file.
  ///   - limit: most bytes of it.
  /// - Returns: the SHA-256 of its bytes.
  /// - Throws: ``TransportError``, with reason `tooLarge` for a larger file.
  func digest(of asset: ForgeRelease.Asset, limit: Int64) async throws -> SHA256Hash

  /// Makes the release, with these files, visible to everybody.
  ///
  /// - Throws: ``TransportError``.
  func publish(_ release: ForgeRelease, names: [String]) async throws
}

/// A file of this machine that becomes an asset.
package struct ForgeFile: Hashable, Sendable {
  /// What is known of it.
  package let file: PublicationPlan.LocalFile
  /// Where it is.
  package let path: FilePath

  /// Names a file.
  package init(_ file: PublicationPlan.LocalFile, path: FilePath) {
    self.file = file
    self.path = path
  }
}

/// What a forge has that this program does not go on with.
package enum ForgeProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// The project has no such tag; a release would make one at a commit of the forge's choice.
  case noTag(String)
  /// Several drafts are for the same tag.
  case severalDrafts(String, count: Int)
  /// The draft that was prepared is no longer as it was compared.
  case changed(name: String)
  /// The draft that was prepared is gone.
  case gone
  /// An asset reads back with other bytes.
  case differs(name: String, expected: SHA256Hash, found: SHA256Hash?)

  /// One sentence.
  package var description: String {
    switch self {
    case .noTag(let tag): "the project has no tag `\(tag)`"
    case .severalDrafts(let tag, let count): "the project has \(count) drafts for the tag `\(tag)`"
    case .changed(let name): "somebody changed `\(name)` in the draft after it was compared"
    case .gone: "the draft that was prepared is no longer there"
    case .differs(let name, _, _): "`\(name)` reads back from the release with other contents"
    }
  }
}
