// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// A release of a forge, as the forge tells.
package struct ForgeRelease: Hashable, Sendable {
  /// Who can see it.
  package enum State: Hashable, Sendable {
    /// There is none of this tag.
    case absent
    /// There is one that only those who may write see.
    case draft
    /// Everybody who sees the project sees it.
    case published(isImmutable: Bool)
  }

  /// A file of it.
  package struct Asset: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// The forge's number for it; 0 where there is none.
    package let number: Int64
    /// Its size in bytes, if the forge tells.
    package let size: Int64?
    /// Its digest, if the forge tells.
    package let sha256: SHA256Hash?
    /// Whether all of it was received.
    package let isComplete: Bool

    /// Describes a file.
    package init(
      name: String, number: Int64, size: Int64?, sha256: SHA256Hash?, isComplete: Bool = true
    ) {
      self.name = name
      self.number = number
      self.size = size
      self.sha256 = sha256
      self.isComplete = isComplete
    }
  }

  /// Who can see it.
  package let state: State
  /// The forge's number for it; 0 where there is none.
  package let number: Int64
  /// The commit that the tag stands for, if the forge tells.
  package let commit: String?
  /// Its files.
  package let assets: [Asset]
  /// The names of the files that everybody sees.
  package let visibleNames: Set<String>
  /// Names that are taken by something that is not a file of the release.
  package let foreignNames: Set<String>
  /// Where files are uploaded to, as the forge wrote it; `nil` where that needs no saying.
  package let uploadAddress: String?
  /// Its page.
  package let page: String

  /// Describes a release.
  package init(
    state: State, number: Int64, commit: String?, assets: [Asset], visibleNames: Set<String>,
    foreignNames: Set<String> = [], uploadAddress: String? = nil, page: String
  ) {
    self.state = state
    self.number = number
    self.commit = commit
    self.assets = assets
    self.visibleNames = visibleNames
    self.foreignNames = foreignNames
    self.uploadAddress = uploadAddress
    self.page = page
  }

  /// Whether everybody sees it.
  package var isPublished: Bool { if case .published = state { true } else { false } }

  /// The file of a name, complete or not; names are compared byte by byte.
  package func asset(named name: String) -> Asset? {
    assets.last { $0.name.utf8.elementsEqual(name.utf8) }
  }
}
