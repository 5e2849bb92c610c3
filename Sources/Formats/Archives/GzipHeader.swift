// SPDX-License-Identifier: Apache-2.0

/// The header of a gzip member (RFC 1952, section 2.3).
package struct GzipHeader: Hashable, Sendable {
  /// The modification time in seconds since the epoch; 0 means none.
  package let modificationTime: Int
  /// The original file name without its zero byte, ISO 8859-1 by the specification.
  package let name: [UInt8]?
  /// The comment without its zero byte.
  package let comment: [UInt8]?
  /// What deflate was asked for: 2 for the best compression, 4 for the fastest, 0 otherwise.
  package let extraFlags: UInt8
  /// The writer's system: 3 is Unix, 255 is unknown.
  package let operatingSystem: UInt8
  /// Whether there is an extra field.
  package let hasExtra: Bool
  /// Whether the header has a checksum of its own.
  package let hasHeaderChecksum: Bool
}

extension GzipHeader {
  /// Bytes of the smallest header and of the trailer.
  static let fixedSize = 10
  static let trailerSize = 8

  /// Reads the header at the start of a file, and says where it ends.
  ///
  /// - Throws: ``ArchiveError``.
  static func parse(_ bytes: [UInt8]) throws(ArchiveError) -> (header: GzipHeader, end: Int) {
    guard bytes.count >= fixedSize + trailerSize, bytes[0] == 0x1F, bytes[1] == 0x8B else {
      throw ArchiveError(.malformed, "not a gzip file")
    }
    let flags = bytes[3]
    guard bytes[2] == 8, flags & 0xE0 == 0 else {
      throw ArchiveError(.unsupported, "unknown method or flags in the gzip header")
    }
    let damaged = ArchiveError(.malformed, "the gzip header is damaged")
    let end = bytes.count - trailerSize
    var position = fixedSize
    if flags & 0x04 != 0 {
      guard position + 2 <= end else { throw damaged }
      position += 2 + bytes.littleEndian16(position)
    }
    // The original file name and the comment, each ended by a zero byte.
    var texts: [[UInt8]?] = []
    for flag in [UInt8(0x08), 0x10] {
      guard flags & flag != 0 else {
        texts.append(nil)
        continue
      }
      guard position < end, let zero = bytes[position..<end].firstIndex(of: 0) else {
        throw damaged
      }
      texts.append(Array(bytes[position..<zero]))
      position = zero + 1
    }
    if flags & 0x02 != 0 {
      guard position + 2 <= end,
        bytes.littleEndian16(position) == Int(Inflate.crc32(bytes[..<position]) & 0xFFFF)
      else { throw damaged }
      position += 2
    }
    guard position <= end else { throw damaged }
    let header = GzipHeader(
      modificationTime: bytes.littleEndian32(4), name: texts[0], comment: texts[1],
      extraFlags: bytes[8], operatingSystem: bytes[9], hasExtra: flags & 0x04 != 0,
      hasHeaderChecksum: flags & 0x02 != 0)
    return (header, position)
  }
}
