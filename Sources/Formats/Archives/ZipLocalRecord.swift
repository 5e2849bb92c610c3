// SPDX-License-Identifier: Apache-2.0

/// A local header (APPNOTE 4.3.7), the data after it and, in the general profile, their descriptor
/// (4.3.9), all of which repeat a central header.
struct ZipLocalRecord {
  private static let streamed = 0x0008

  /// Where the extra field is.
  let extra: Range<Int>
  /// Where the data are.
  let data: Range<Int>
  /// How checksum and sizes are told after the data, if they are.
  let descriptor: ZipMemberHeader.Descriptor?
  /// Where the record ends, with its descriptor.
  let end: Int

  init(
    _ bytes: [UInt8], of record: ZipCentralRecord, end limit: Int, profile: ArchiveProfile
  ) throws(ArchiveError) {
    let start = record.localOffset
    let path = record.path
    guard limit - start >= 30, bytes.littleEndian32(start) == 0x0403_4B50 else {
      throw ArchiveError(.malformed, "its local header is missing", member: path)
    }
    let nameEnd = start + 30 + bytes.littleEndian16(start + 26)
    let dataStart = nameEnd + bytes.littleEndian16(start + 28)
    guard record.compressedSize <= limit, dataStart <= limit - record.compressedSize else {
      throw ArchiveError(.malformed, "its data leave the space for members", member: path)
    }
    extra = nameEnd..<dataStart
    data = dataStart..<dataStart + record.compressedSize
    let flags = bytes.littleEndian16(start + 6)
    let isStreamed = flags & Self.streamed != 0
    guard !isStreamed || profile == .general else { throw ZipCentralRecord.descriptor(path) }
    // Some writers set the flag for descriptors only here, where it has a meaning.
    guard flags & ~Self.streamed == record.flags & ~Self.streamed,
      isStreamed || record.flags & Self.streamed == 0,
      bytes.littleEndian16(start + 8) == (record.isDeflated ? 8 : 0),
      bytes.littleEndian32(start + 10) == record.time,
      bytes[(start + 30)..<nameEnd].elementsEqual(record.name)
    else { throw Self.differ(path) }
    let fields = try ZipExtraField(bytes[extra], path: path, profile: profile)
    let sizes = try fields.widen(
      [bytes.littleEndian32(start + 22), bytes.littleEndian32(start + 18)], path: path)
    let written = [bytes.littleEndian32(start + 14), sizes[1], sizes[0]]
    let known = [Int(record.crc32), record.compressedSize, record.size]
    if isStreamed {
      // What was not known when the header was written is zero.
      guard zip(written, known).allSatisfy({ $0 == 0 || $0 == $1 }) else {
        throw Self.differ(path)
      }
      guard record.isDeflated else {
        throw ArchiveError(
          .unsupported, "stored data with a descriptor do not say where they end", member: path)
      }
      descriptor = ZipMemberHeader.Descriptor(
        isWide: fields.wideSizes != nil, repeated: written.map { $0 != 0 })
      end = try Self.descriptorEnd(
        bytes, at: data.upperBound, limit: limit, isWide: fields.wideSizes != nil, known, path)
    } else {
      guard written == known else { throw Self.differ(path) }
      descriptor = nil
      end = data.upperBound
    }
  }

  // A descriptor with its signature, wide if the local header has a ZIP64 block.
  private static func descriptorEnd(
    _ bytes: [UInt8], at start: Int, limit: Int, isWide: Bool, _ expected: [Int], _ path: String
  ) throws(ArchiveError) -> Int {
    let end = start + (isWide ? 24 : 16)
    guard end <= limit, bytes.littleEndian32(start) == 0x0807_4B50 else {
      throw ArchiveError(.malformed, "its data descriptor is missing", member: path)
    }
    let found =
      isWide
      ? [
        bytes.littleEndian32(start + 4), bytes.littleEndian64(start + 8),
        bytes.littleEndian64(start + 16),
      ]
      : [4, 8, 12].map { bytes.littleEndian32(start + $0) }
    guard found == expected else {
      throw ArchiveError(
        .malformed, "its data descriptor and its central header differ", member: path)
    }
    return end
  }

  private static func differ(_ path: String) -> ArchiveError {
    ArchiveError(.malformed, "its local and central headers differ", member: path)
  }
}
