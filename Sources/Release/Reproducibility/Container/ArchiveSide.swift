// SPDX-License-Identifier: Apache-2.0

internal import Archives
internal import PythonPackaging

/// One of the two archives of a comparison, read strictly.
struct ArchiveSide {
  /// What a member is.
  enum Kind: Hashable {
    case file
    case folder
    case link(target: String)
  }

  /// One member.
  struct Entry {
    /// The path in the archive.
    let path: [UInt8]
    let kind: Kind
    let size: Int
    /// The permission bits and, in a ZIP archive, the type bits, as the archive has them.
    let mode: Int
    /// The member's place in the archive.
    let index: Int

    var shown: String { String(decoding: path, as: UTF8.self) }
  }

  /// How the members are packed.
  enum Container {
    case wheel(ZipArchive)
    case sdist(GzipMember, TarArchive, TarLayout)
  }

  /// The bytes of the archive.
  let bytes: [UInt8]
  let container: Container
  let entries: [Entry]
  /// The folder that all of an sdist is in, or that a wheel's metadata are in; `nil` if there is
  /// not exactly one.
  let folder: [UInt8]?

  init(
    _ bytes: [UInt8], _ filename: DistributionFilename, limits: ArchiveLimits
  ) throws(ArchiveError) {
    self.bytes = bytes
    switch filename {
    case .wheel:
      // Indexes have wheels from before their strict checks.
      let archive = try ZipArchive(parsing: bytes, profile: .general, limits: limits)
      entries = archive.members.enumerated().map { index, member in
        Entry(
          path: Array(member.path.utf8), kind: member.isFolder ? .folder : .file,
          size: member.size, mode: Int(member.header.externalAttributes >> 16), index: index)
      }
      container = .wheel(archive)
    case .sdist:
      let gzip = try GzipMember(parsing: bytes, limits: limits)
      let archive = try TarArchive(parsing: gzip.contents, limits: limits)
      entries = archive.members.enumerated().map { index, member in
        let kind: Kind =
          switch member.kind {
          case .file: .file
          case .folder: .folder
          case .symbolicLink(let target): .link(target: target)
          }
        return Entry(
          path: Array(member.path.utf8), kind: kind, size: member.size, mode: member.header.mode,
          index: index)
      }
      container = .sdist(gzip, archive, TarLayout(gzip.contents, members: archive.members))
    }
    folder = Self.folder(entries, isWheel: filename.filetype == "bdist_wheel")
  }

  private static func folder(_ entries: [Entry], isWheel: Bool) -> [UInt8]? {
    var found: ArraySlice<UInt8>?
    for entry in entries {
      let top = entry.path.prefix { $0 != UInt8(ascii: "/") }
      if isWheel {
        guard top.suffix(10).elementsEqual(".dist-info".utf8) else { continue }
      }
      guard found == nil || found == top else { return nil }
      found = top
    }
    return found.map { Array($0) }
  }

  /// The contents of a file.
  ///
  /// - Throws: `ArchiveError` when they break size, ratio or checksum.
  func contents(of entry: Entry) throws(ArchiveError) -> ArraySlice<UInt8> {
    switch container {
    case .wheel(let archive): try archive.contents(of: archive.members[entry.index])[...]
    case .sdist(_, let archive, _): archive.contents(of: archive.members[entry.index])
    }
  }

  /// Reads every member, so that what cannot be decompressed is refused.
  ///
  /// - Throws: `ArchiveError`.
  func validate() throws(ArchiveError) {
    if case .wheel(let archive) = container { try archive.checkContents() }
  }

  /// A path by which members of two archives are paired: the folder's name is left out of an
  /// sdist's, and of a wheel's metadata folder only the end stays.
  func key(_ entry: Entry, isWheel: Bool) -> [UInt8] {
    guard let folder else { return entry.path }
    let top = entry.path.prefix { $0 != UInt8(ascii: "/") }
    guard top.elementsEqual(folder) else { return entry.path }
    let rest = entry.path[top.endIndex...]
    return isWheel ? Array(".dist-info".utf8) + rest : Array(rest.dropFirst())
  }
}
