// SPDX-License-Identifier: Apache-2.0

/// Finding the core metadata inside a distribution.
package enum DistributionMetadata {
  /// Core metadata with the name of the folder in which they are.
  package struct Located: Hashable, Sendable {
    /// The folder, such as `greeting-1.0.0.dist-info` or `greeting-1.0.0`.
    package let folder: String
    /// The bytes of `METADATA` or `PKG-INFO`.
    package let bytes: [UInt8]
  }

  /// The single `*.dist-info/METADATA` at the top of a wheel.
  ///
  /// - Throws: ``ArchiveError``, also when there is no such file or more than one `.dist-info`.
  package static func wheel(
    in bytes: [UInt8], limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) -> Located {
    try wheel(in: try ZipArchive(parsing: bytes, limits: limits))
  }

  /// The same of an archive that has been read.
  ///
  /// - Throws: ``ArchiveError``.
  package static func wheel(in archive: ZipArchive) throws(ArchiveError) -> Located {
    let folder = try folder(in: archive)
    return Located(folder: folder, bytes: try archive.contents(of: "\(folder)/METADATA"))
  }

  /// The bytes of a wheel's metadata; see ``wheel(in:limits:)``.
  ///
  /// - Throws: ``ArchiveError``.
  package static func wheelMetadata(
    in bytes: [UInt8], limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) -> [UInt8] {
    try wheel(in: bytes, limits: limits).bytes
  }

  /// The tool that made a wheel, as its file `*.dist-info/WHEEL` names it (`hatchling 1.27.0`).
  ///
  /// - Throws: ``ArchiveError``.
  package static func wheelGenerator(
    in bytes: [UInt8], limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) -> String? {
    try wheelGenerator(in: try ZipArchive(parsing: bytes, limits: limits))
  }

  /// The same of an archive that has been read.
  ///
  /// - Throws: ``ArchiveError``.
  package static func wheelGenerator(in archive: ZipArchive) throws(ArchiveError) -> String? {
    let text = try archive.contents(of: "\(try folder(in: archive))/WHEEL")
    let key = "Generator: "
    for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: key.utf8) {
      let value = line.dropFirst(key.utf8.count).prefix(200)
      guard value.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { return nil }
      return String(decoding: value, as: UTF8.self)
    }
    return nil
  }

  /// The bytes of a source distribution's metadata; see ``sdist(in:limits:)``.
  ///
  /// - Throws: ``ArchiveError``.
  package static func sdistMetadata(
    in bytes: [UInt8], limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) -> [UInt8] {
    try sdist(in: bytes, limits: limits).bytes
  }

  /// `PKG-INFO` in the single top folder of a source distribution.
  ///
  /// - Throws: ``ArchiveError``, also when there are several top folders or no such file.
  package static func sdist(
    in bytes: [UInt8], limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) -> Located {
    let archive = try SdistArchive(parsing: bytes, limits: limits)
    return Located(folder: archive.folder, bytes: archive.metadata)
  }

  static func folder(in archive: ZipArchive) throws(ArchiveError) -> String {
    let suffix = Array(".dist-info".utf8)
    let folders = Set(
      archive.members.filter { $0.isFolder || $0.path.utf8.contains(UInt8(ascii: "/")) }
        .map { topFolder(of: $0.path) }
        .filter { $0.utf8.suffix(suffix.count).elementsEqual(suffix) })
    guard let folder = folders.first else {
      throw ArchiveError(.missing, "the wheel has no `.dist-info` folder")
    }
    guard folders.count == 1 else {
      throw ArchiveError(.malformed, "the wheel has several `.dist-info` folders")
    }
    return folder
  }

  static func topFolder(of path: String) -> String {
    String(decoding: path.utf8.prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self)
  }
}
