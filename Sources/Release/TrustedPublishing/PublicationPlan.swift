// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// What is to be done with each file of a release at one place: an index, or the assets of a
/// forge's release.
///
/// A file that is not there is uploaded, one that is there with the same bytes is skipped, and one
/// that is there with others stops everything: what was published never changes. Nothing here
/// reads or sends anything.
package struct PublicationPlan: Hashable, Sendable {
  /// A file of this machine.
  package struct LocalFile: Hashable, Sendable {
    /// Its name, without folders; compared byte by byte.
    package let name: String
    /// Its digest.
    package let sha256: SHA256Hash
    /// Its size in bytes.
    package let size: Int64

    /// Describes a file.
    package init(name: String, sha256: SHA256Hash, size: Int64) {
      self.name = name
      self.sha256 = sha256
      self.size = size
    }
  }

  /// A file as the place lists it.
  package struct ListedFile: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// Its digest, if the place tells.
    package let sha256: SHA256Hash?
    /// Its size in bytes, if the place tells.
    package let size: Int64?

    /// Describes a file.
    package init(name: String, sha256: SHA256Hash?, size: Int64? = nil) {
      self.name = name
      self.sha256 = sha256
      self.size = size
    }
  }

  /// What is to be done with a file.
  package enum Action: Hashable, Sendable {
    /// It is not there.
    case upload
    /// It is there, byte for byte.
    case skip
    /// It is there, but its digest is not told: its bytes must be read, see ``settling(_:digest:)``.
    case read
    /// It cannot be published here.
    case conflict(Conflict)
  }

  /// Why a file cannot be published.
  package enum Conflict: Hashable, Sendable {
    /// A file of this name has other bytes.
    case otherBytes(SHA256Hash)
    /// A file of this name has another size.
    case otherSize(Int64)
    /// Two files of this name are listed, with different bytes.
    case listedTwice
    /// The release has another sdist, of this name; there may be one only.
    case otherSdist(String)
  }

  /// A file with what is to be done.
  package struct Item: Hashable, Sendable {
    /// The file.
    package let file: LocalFile
    /// What is to be done.
    package let action: Action

    /// Says what is to be done with a file.
    package init(_ file: LocalFile, _ action: Action) {
      self.file = file
      self.action = action
    }
  }

  /// The files in the order in which they were given.
  package let items: [Item]

  private init(items: [Item]) { self.items = items }

  /// Compares files with what is listed; the list may hold any other files too.
  package init(_ files: [LocalFile], listed: [ListedFile]) {
    items = files.map { Item($0, Self.action(for: $0, among: listed)) }
  }

  private static func action(for file: LocalFile, among listed: [ListedFile]) -> Action {
    let same = listed.filter { $0.name.utf8.elementsEqual(file.name.utf8) }
    guard let first = same.first else { return .upload }
    guard same.allSatisfy({ $0.sha256 == first.sha256 }) else { return .conflict(.listedTwice) }
    if let digest = first.sha256 {
      return digest == file.sha256 ? .skip : .conflict(.otherBytes(digest))
    }
    if let size = first.size, size != file.size { return .conflict(.otherSize(size)) }
    return .read
  }

  /// The plan after a file's bytes at the place were read.
  ///
  /// - Parameters:
  ///   - name: the file.
  ///   - digest: the digest of what was read.
  /// - Returns: the plan in which this file is skipped, or a conflict.
  package func settling(_ name: String, digest: SHA256Hash) -> PublicationPlan {
    replacing(name) { file in
      digest == file.sha256 ? .skip : .conflict(.otherBytes(digest))
    }
  }

  /// The plan with another action for a file.
  package func replacing(_ name: String, by action: (LocalFile) -> Action) -> PublicationPlan {
    PublicationPlan(
      items: items.map { item in
        item.file.name.utf8.elementsEqual(name.utf8) ? Item(item.file, action(item.file)) : item
      })
  }

  /// The files to be uploaded.
  package var uploads: [LocalFile] { files { $0 == .upload } }
  /// The files that are there already.
  package var skipped: [LocalFile] { files { $0 == .skip } }
  /// The files whose bytes must be read first.
  package var unread: [LocalFile] { files { $0 == .read } }

  /// The files that cannot be published, with the reasons.
  package var conflicts: [(file: LocalFile, conflict: Conflict)] {
    items.compactMap { item in
      if case .conflict(let conflict) = item.action { (item.file, conflict) } else { nil }
    }
  }

  private func files(where isWanted: (Action) -> Bool) -> [LocalFile] {
    items.filter { isWanted($0.action) }.map(\.file)
  }
}

extension PublicationPlan.Conflict {
  /// What is wrong, to follow "the index has" or "the release has".
  package var description: String {
    switch self {
    case .otherBytes: "a file of this name with other contents"
    case .otherSize: "a file of this name with another size"
    case .listedTwice: "two different files of this name"
    case .otherSdist(let name): "another sdist for this version, `\(name)`"
    }
  }
}
