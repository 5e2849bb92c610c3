// SPDX-License-Identifier: Apache-2.0

/// A source distribution (source distribution format): a gzipped tar archive with one top folder, in
/// it `PKG-INFO`.
///
/// The archive is decompressed while it is read; only the metadata are kept.
package struct SdistArchive: Hashable, Sendable {
  /// The top folder, such as `greeting-1.0.0`.
  package let folder: String
  /// The bytes of `PKG-INFO`.
  package let metadata: [UInt8]
  /// What the archive holds in all.
  package let contents: TarContents

  /// Most bytes of `PKG-INFO`.
  private static let metadataLimit = 16 << 20

  /// Reads a source distribution to its end.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - stem: The file's name without `.tar.gz` (`greeting-1.0.0`), if it is known.
  ///   - profile: What is accepted.
  ///   - limits: What the file may ask of its reader.
  /// - Throws: ``ArchiveError``.
  package init(
    parsing bytes: [UInt8], named stem: String? = nil, profile: ArchiveProfile = .upload,
    limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) {
    var reader = TarReader(
      GunzippedTar(try GzipStream(bytes, limits: limits)), profile: profile, limits: limits)
    var top: String?
    var metadata: [UInt8]?
    while let member = try reader.next() {
      let first = DistributionMetadata.topFolder(of: member.path)
      guard first.utf8.elementsEqual((top ?? first).utf8),
        member.kind == .folder || first.utf8.count < member.path.utf8.count
      else { throw ArchiveError(.malformed, "a source distribution must have one top folder") }
      top = first
      guard member.kind == .file,
        member.path.utf8.dropFirst(first.utf8.count).elementsEqual("/PKG-INFO".utf8)
      else { continue }
      guard member.size <= Self.metadataLimit else {
        throw ArchiveError(
          .limit, "it is larger than \(Self.metadataLimit) bytes", member: member.path)
      }
      metadata = try reader.contents()
    }
    guard let top else {
      throw ArchiveError(.malformed, "a source distribution must have one top folder")
    }
    if let stem, !top.utf8.elementsEqual(stem.utf8) {
      throw ArchiveError(
        .malformed,
        "the top folder is `\(ArchiveError.shown(top, limit: 120))`, but the file's "
          + "name calls for `\(ArchiveError.shown(stem, limit: 120))`")
    }
    guard let metadata else {
      throw ArchiveError(.missing, "the archive has no such file", member: "\(top)/PKG-INFO")
    }
    folder = top
    self.metadata = metadata
    contents = TarContents(members: reader.count, unpackedSize: reader.position)
  }
}

/// What a tar archive holds, in numbers.
package struct TarContents: Hashable, Sendable {
  /// Files, folders and links.
  package let members: Int
  /// Bytes of the archive, unpacked.
  package let unpackedSize: Int

  init(members: Int, unpackedSize: Int) {
    self.members = members
    self.unpackedSize = unpackedSize
  }

  /// Reads a gzipped tar archive to its end, and keeps nothing.
  ///
  /// - Throws: ``ArchiveError``.
  package init(
    parsingGzip bytes: [UInt8], profile: ArchiveProfile = .upload,
    limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) {
    var reader = TarReader(
      GunzippedTar(try GzipStream(bytes, limits: limits)), profile: profile, limits: limits)
    while try reader.next() != nil {}
    self.init(members: reader.count, unpackedSize: reader.position)
  }
}
