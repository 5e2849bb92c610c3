// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings

/// A wheel that an index takes: a ZIP archive in the profile for uploads whose `.dist-info` folder
/// is that of its name and whose `RECORD` lists exactly its files, with digests and sizes that are theirs.
package struct WheelArchive: Sendable {
  /// The archive.
  package let archive: ZipArchive
  /// The folder of the metadata, such as `greeting-1.0.0.dist-info`.
  package let folder: String
  /// The bytes of `METADATA`.
  package let metadata: [UInt8]

  /// Most bytes of a file of the metadata, which are held in memory.
  private static let metadataLimit = 64 << 20

  /// Reads a wheel, with the contents of every member.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - stem: Name and version as the file name has them (`greeting-1.0.0`), if it is known.
  ///   - limits: What the wheel may ask of its reader.
  /// - Throws: ``ArchiveError``.
  package init(
    parsing bytes: [UInt8], named stem: String? = nil, limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) {
    archive = try ZipArchive(parsing: bytes, limits: limits)
    folder = try DistributionMetadata.folder(in: archive)
    if let stem, !folder.utf8.elementsEqual("\(stem).dist-info".utf8) {
      throw ArchiveError(
        .malformed,
        "the wheel's folder is `\(ArchiveError.shown(folder, limit: 120))`, but its "
          + "name calls for `\(ArchiveError.shown(stem, limit: 120)).dist-info`")
    }
    for member in archive.members where member.size > Self.metadataLimit {
      guard DistributionMetadata.topFolder(of: member.path) != folder else {
        throw ArchiveError(
          .limit, "it is larger than \(Self.metadataLimit) bytes", member: member.path)
      }
    }
    metadata = try archive.contents(of: "\(folder)/METADATA")
    _ = try archive.contents(of: "\(folder)/WHEEL")
    let record = try WheelRecord(parsing: try archive.contents(of: "\(folder)/RECORD"))
    try Self.compare(archive, with: record, folder: folder)
  }

  private static func compare(
    _ archive: ZipArchive, with record: WheelRecord, folder: String
  ) throws(ArchiveError) {
    var entries: [String: WheelRecord.Entry] = [:]
    for entry in record.entries {
      guard entries.updateValue(entry, forKey: entry.path) == nil else {
        throw ArchiveError(.malformed, "RECORD lists it twice", member: entry.path)
      }
    }
    // They are made after RECORD, of which they are signatures.
    let signatures = ["RECORD.jws", "RECORD.p7s"].map { "\(folder)/\($0)" }
    for member in archive.members where !member.isFolder {
      var hash = SHA256()
      try archive.read(member) { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
      let entry = entries.removeValue(forKey: member.path)
      guard let entry, entry.path.utf8.elementsEqual(member.path.utf8) else {
        if signatures.contains(where: { $0.utf8.elementsEqual(member.path.utf8) }) { continue }
        throw ArchiveError(.malformed, "RECORD does not list it", member: member.path)
      }
      guard entry.size ?? member.size == member.size else {
        throw ArchiveError(.corrupt, "RECORD has another size", member: member.path)
      }
      // As PyPI, we take lines without a digest.
      let digest = SHA256Hash(hash.finalize())
      guard entry.sha256 ?? digest == digest else {
        throw ArchiveError(.corrupt, "RECORD has another digest", member: member.path)
      }
    }
    if let missing = entries.keys.min(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      throw ArchiveError(.malformed, "RECORD lists it, but it is not there", member: missing)
    }
  }
}
