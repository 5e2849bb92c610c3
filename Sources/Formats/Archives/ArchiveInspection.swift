// SPDX-License-Identifier: Apache-2.0

/// One file judged by a profile, whatever kind of archive it is: its structure, and the contents of
/// every member.
package struct ArchiveInspection: Hashable, Sendable {
  /// A kind of file.
  package enum Kind: String, Hashable, Sendable {
    /// A ZIP archive.
    case zip
    /// A wheel; the upload profile has rules of its own for it.
    case wheel
    /// A tar archive.
    case tar
    /// A gzipped tar archive; named `.tar.gz`, it is a source distribution in the upload profile.
    case gzippedTar = "tar.gz"
    /// A gzip file of anything.
    case gzip
    /// A raw deflate stream.
    case deflate
  }

  /// What the file is.
  package let kind: Kind
  /// Members of an archive, 1 for a stream.
  package let members: Int
  /// Bytes of all members, for tar with its headers.
  package let unpackedSize: Int

  /// Judges a file.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - filename: Its name without folders; its ending says what it is, and where it does not, the
  ///     first bytes do.
  ///   - profile: What is accepted.
  ///   - limits: What the file may ask of its reader.
  /// - Throws: ``ArchiveError`` with the reason why it is refused.
  package init(
    _ bytes: [UInt8], filename: String, profile: ArchiveProfile,
    limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) {
    kind = try Self.kind(of: bytes, filename: filename)
    switch kind {
    case .zip:
      let archive = try ZipArchive(parsing: bytes, profile: profile, limits: limits)
      try archive.checkContents()
      (members, unpackedSize) = (archive.members.count, archive.unpackedSize)
    case .wheel:
      let archive: ZipArchive
      switch profile {
      case .general:
        archive = try ZipArchive(parsing: bytes, profile: profile, limits: limits)
        try archive.checkContents()
      case .upload:
        let parts = filename.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 5 else {
          throw ArchiveError(.malformed, "the file's name is not that of a wheel")
        }
        let stem = parts[..<2].joined(separator: "-")
        archive = try WheelArchive(parsing: bytes, named: stem, limits: limits).archive
      }
      (members, unpackedSize) = (archive.members.count, archive.unpackedSize)
    case .tar:
      let archive = try TarArchive(parsing: bytes, profile: profile, limits: limits)
      (members, unpackedSize) = (archive.members.count, bytes.count)
    case .gzippedTar:
      let contents: TarContents
      if profile == .upload, filename.lowercased().hasSuffix(".tar.gz") {
        contents = try SdistArchive(
          parsing: bytes, named: String(filename.dropLast(7)), limits: limits
        ).contents
      } else {
        contents = try TarContents(parsingGzip: bytes, profile: profile, limits: limits)
      }
      (members, unpackedSize) = (contents.members, contents.unpackedSize)
    case .gzip:
      var stream = try GzipStream(bytes, limits: limits)
      var size = 0
      while true {
        let piece = try stream.next()
        guard !piece.isEmpty else { break }
        size += piece.count
      }
      (members, unpackedSize) = (1, size)
    case .deflate:
      (members, unpackedSize) = (1, try Inflate.check(bytes, limits: limits))
    }
  }

  private static func kind(
    of bytes: [UInt8], filename: String
  ) throws(ArchiveError) -> Kind {
    let name = filename.lowercased()
    let endings: [(String, Kind)] = [
      (".whl", .wheel), (".zip", .zip), (".tar.gz", .gzippedTar), (".tgz", .gzippedTar),
      (".tar", .tar), (".gz", .gzip), (".deflate", .deflate),
    ]
    if let ending = endings.first(where: { name.hasSuffix($0.0) }) { return ending.1 }
    if bytes.starts(with: [0x50, 0x4B]) { return .zip }
    if bytes.starts(with: [0x1F, 0x8B]) { return .gzip }
    if bytes.count >= 512, bytes[257..<262].elementsEqual("ustar".utf8) { return .tar }
    throw ArchiveError(.malformed, "neither the name nor the first bytes are those of an archive")
  }
}
