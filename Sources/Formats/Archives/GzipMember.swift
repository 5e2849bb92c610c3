// SPDX-License-Identifier: Apache-2.0

/// A gzip file of exactly one member (RFC 1952), decompressed.
///
/// The format allows several members one after another and readers differ in what they make of
/// bytes after the first; here the member must be the whole file.
package struct GzipMember: Sendable {
  /// The header.
  package let header: GzipHeader
  /// The deflate stream as it stands in the file.
  package let compressed: ArraySlice<UInt8>
  /// The decompressed bytes.
  package let contents: [UInt8]

  /// The modification time of the header, in seconds since the epoch; 0 means none.
  package var modificationTime: Int { header.modificationTime }

  /// Decompresses a file.
  ///
  /// - Throws: ``ArchiveError``.
  package init(
    parsing bytes: [UInt8], limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) {
    guard bytes.count <= limits.archiveSize else {
      throw ArchiveError(.limit, "the archive is longer than \(limits.archiveSize) bytes")
    }
    let (header, start) = try GzipHeader.parse(bytes)
    let trailer = bytes.count - GzipHeader.trailerSize
    let (output, consumed) = try Inflate.raw(
      bytes[start..<trailer], maximumSize: limits.memberSize, limits: limits)
    guard start + consumed == trailer else {
      throw ArchiveError(.malformed, "bytes follow the first gzip member")
    }
    guard UInt32(bytes.littleEndian32(trailer)) == Inflate.crc32(output[...]),
      UInt32(bytes.littleEndian32(trailer + 4)) == UInt32(truncatingIfNeeded: output.count)
    else { throw ArchiveError(.corrupt, "the gzip checksum or size does not match") }
    self.header = header
    compressed = bytes[start..<trailer]
    contents = output
  }
}
