// SPDX-License-Identifier: Apache-2.0

/// A gzip file of exactly one member (RFC 1952), decompressed.
///
/// The format allows several members one after another and readers differ in what they make of
/// bytes after the first; here the member must be the whole file.
package struct GzipMember: Sendable {
  /// The modification time of the header, in seconds since the epoch; 0 means none.
  package let modificationTime: Int
  /// The decompressed bytes.
  package let contents: [UInt8]

  /// Decompresses a file.
  ///
  /// - Throws: ``ArchiveError``.
  package init(
    parsing bytes: [UInt8], limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) {
    guard bytes.count <= limits.archiveSize else {
      throw ArchiveError(.limit, "the archive is longer than \(limits.archiveSize) bytes")
    }
    guard bytes.count >= 18, bytes[0] == 0x1F, bytes[1] == 0x8B else {
      throw ArchiveError(.malformed, "not a gzip file")
    }
    guard bytes[2] == 8, bytes[3] & 0xE0 == 0 else {
      throw ArchiveError(.unsupported, "unknown method or flags in the gzip header")
    }
    modificationTime = bytes.littleEndian32(4)
    let start = try Self.headerEnd(bytes)
    let (output, consumed) = try Inflate.raw(
      bytes[start..<bytes.count - 8], maximumSize: limits.memberSize, limits: limits)
    let trailer = start + consumed
    guard trailer + 8 == bytes.count else {
      throw ArchiveError(.malformed, "bytes follow the first gzip member")
    }
    guard UInt32(bytes.littleEndian32(trailer)) == Inflate.crc32(output[...]),
      UInt32(bytes.littleEndian32(trailer + 4)) == UInt32(truncatingIfNeeded: output.count)
    else { throw ArchiveError(.corrupt, "the gzip checksum or size does not match") }
    contents = output
  }

  /// Where the compressed data start: after the fixed header and the optional fields.
  private static func headerEnd(_ bytes: [UInt8]) throws(ArchiveError) -> Int {
    let damaged = ArchiveError(.malformed, "the gzip header is damaged")
    let end = bytes.count - 8
    var position = 10
    if bytes[3] & 0x04 != 0 {
      guard position + 2 <= end else { throw damaged }
      position += 2 + bytes.littleEndian16(position)
    }
    // The original file name and the comment, each ended by a zero byte.
    for flag in [UInt8(0x08), 0x10] where bytes[3] & flag != 0 {
      guard position < end, let zero = bytes[position..<end].firstIndex(of: 0) else {
        throw damaged
      }
      position = zero + 1
    }
    if bytes[3] & 0x02 != 0 {
      guard position + 2 <= end,
        bytes.littleEndian16(position) == Int(Inflate.crc32(bytes[..<position]) & 0xFFFF)
      else { throw damaged }
      position += 2
    }
    guard position <= end else { throw damaged }
    return position
  }
}
