// SPDX-License-Identifier: Apache-2.0

/// The end of central directory record (APPNOTE 4.3.16) as the last 22 bytes of the file.
struct ZipEndRecord {
  static let signature = 0x0605_4B50
  private static let size = 22

  let entries: Int
  let directory: Range<Int>

  init(_ bytes: [UInt8]) throws(ArchiveError) {
    let start = bytes.count - Self.size
    guard start >= 0, bytes.littleEndian32(start) == Self.signature else {
      throw Self.explanation(bytes)
    }
    guard bytes.littleEndian16(start + 20) == 0 else {
      throw ArchiveError(.malformed, "the end record announces a comment that is not there")
    }
    let onThisDisk = bytes.littleEndian16(start + 8)
    entries = bytes.littleEndian16(start + 10)
    let size = bytes.littleEndian32(start + 12)
    let offset = bytes.littleEndian32(start + 16)
    guard entries != 0xFFFF, onThisDisk != 0xFFFF, size != 0xFFFF_FFFF, offset != 0xFFFF_FFFF else {
      throw ArchiveError(.unsupported, "ZIP64 archives are not accepted")
    }
    guard bytes.littleEndian16(start + 4) == 0, bytes.littleEndian16(start + 6) == 0,
      onThisDisk == entries
    else { throw ArchiveError(.unsupported, "archives of several disks are not accepted") }
    guard offset + size == start else {
      if start >= 20, bytes.littleEndian32(start - 20) == 0x0706_4B50 {
        throw ArchiveError(.unsupported, "ZIP64 archives are not accepted")
      }
      throw ArchiveError(.malformed, "the central directory does not end at the end record")
    }
    directory = offset..<start
  }

  // Tells a comment or trailing bytes from a file of another kind, within the bounds of the format.
  private static func explanation(_ bytes: [UInt8]) -> ArchiveError {
    let last = bytes.count - size
    if last >= 0 {
      for start in stride(from: last, through: max(0, last - 0xFFFF), by: -1)
      where bytes[start] == 0x50 && bytes.littleEndian32(start) == signature {
        return ArchiveError(.unsupported, "a comment or other bytes follow the end record")
      }
    }
    return ArchiveError(.malformed, "not a ZIP file: the end record is missing")
  }
}

/// A central directory header (APPNOTE 4.3.12) and the local header that must repeat it (4.3.7).
struct ZipCentralRecord {
  let path: String
  let isFolder: Bool
  let isDeflated: Bool
  let isExecutable: Bool
  let crc32: UInt32
  let size: Int
  let localOffset: Int
  /// Where the record starts.
  let start: Int
  /// Where its extra field is.
  let extra: Range<Int>
  /// Where the next record starts.
  var end: Int { extra.upperBound }

  private let flags: Int
  private let compressedSize: Int
  private let name: ArraySlice<UInt8>

  init(
    _ bytes: [UInt8], at start: Int, end limit: Int, _ limits: ArchiveLimits
  ) throws(ArchiveError) {
    guard limit - start >= 46, bytes.littleEndian32(start) == 0x0201_4B50 else {
      throw ArchiveError(.malformed, "the central directory is damaged")
    }
    let nameEnd = start + 46 + bytes.littleEndian16(start + 28)
    let extraEnd = nameEnd + bytes.littleEndian16(start + 30)
    guard extraEnd <= limit else {
      throw ArchiveError(.malformed, "the central directory is damaged")
    }
    name = bytes[(start + 46)..<nameEnd]
    flags = bytes.littleEndian16(start + 8)
    let method = bytes.littleEndian16(start + 10)
    isDeflated = method == 8
    crc32 = UInt32(bytes.littleEndian32(start + 16))
    compressedSize = bytes.littleEndian32(start + 20)
    size = bytes.littleEndian32(start + 24)
    let attributes = bytes.littleEndian32(start + 38)
    isExecutable = attributes >> 16 & 0o100 != 0
    localOffset = bytes.littleEndian32(start + 42)
    self.start = start
    extra = nameEnd..<extraEnd
    isFolder = name.last == UInt8(ascii: "/")
    path = try MemberPath.check(name, isFolder: isFolder, limits: limits)
    try checkProfile(
      method: method, attributes: attributes, comment: bytes.littleEndian16(start + 32),
      disk: bytes.littleEndian16(start + 34))
    try Self.checkExtra(bytes[nameEnd..<extraEnd], path: path)
  }

  private func checkProfile(
    method: Int, attributes: Int, comment: Int, disk: Int
  ) throws(ArchiveError) {
    let member = path
    func refuse(_ reason: ArchiveError.Reason, _ problem: String) -> ArchiveError {
      ArchiveError(reason, problem, member: member)
    }
    guard comment == 0 else {
      throw refuse(.unsupported, "comments are not accepted")
    }
    guard disk == 0 else {
      throw refuse(.unsupported, "archives of several disks are not accepted")
    }
    guard flags & 0x2041 == 0 else { throw refuse(.unsupported, "encryption is not accepted") }
    guard flags & 0x0008 == 0 else {
      throw refuse(.unsupported, "data descriptors are not accepted")
    }
    // Left over: the level of deflate (bits 1 and 2) and UTF-8 names (bit 11).
    guard flags & ~0x0806 == 0 else { throw refuse(.unsupported, "unknown flags are set") }
    guard flags & 0x0800 != 0 || name.allSatisfy({ $0 < 0x80 }) else {
      throw refuse(.unsupported, "its name is neither ASCII nor marked as UTF-8")
    }
    guard method == 0 || method == 8 else {
      throw refuse(.unsupported, "compression method \(method) is not accepted")
    }
    guard compressedSize != 0xFFFF_FFFF, size != 0xFFFF_FFFF, localOffset != 0xFFFF_FFFF else {
      throw refuse(.unsupported, "ZIP64 members are not accepted")
    }
    guard isDeflated || compressedSize == size else {
      throw refuse(.malformed, "a stored member has two sizes")
    }
    // Deflate cannot shrink data to less than 1/1032; more is a lie about the size.
    guard size <= compressedSize * 1_032 + 1_032 else {
      throw refuse(.limit, "its declared size is impossible for its compressed size")
    }
    // The attributes' upper half holds the Unix mode, absent in archives from elsewhere.
    let unixType = attributes >> 16 & 0xF000
    guard unixType == 0 || unixType == (isFolder ? 0x4000 : 0x8000) else {
      throw refuse(.unsupported, "links and special files are not accepted")
    }
    guard !isFolder || (size == 0 && compressedSize == 0) else {
      throw refuse(.malformed, "a folder has contents")
    }
    // The DOS bit for folders must not contradict the name.
    guard isFolder || attributes & 0x10 == 0 else {
      throw refuse(.malformed, "a file is marked as a folder")
    }
  }

  /// Where the variable parts of a local header are.
  struct Place {
    let extra: Range<Int>
    let data: Range<Int>
  }

  /// Where the member's data are, after its local header has been compared with this record.
  func place(_ bytes: [UInt8], end limit: Int) throws(ArchiveError) -> Place {
    let start = localOffset
    guard limit - start >= 30, bytes.littleEndian32(start) == 0x0403_4B50 else {
      throw ArchiveError(.malformed, "its local header is missing", member: path)
    }
    let nameEnd = start + 30 + bytes.littleEndian16(start + 26)
    let dataStart = nameEnd + bytes.littleEndian16(start + 28)
    guard dataStart + compressedSize <= limit else {
      throw ArchiveError(.malformed, "its data leave the space for members", member: path)
    }
    guard bytes.littleEndian16(start + 6) == flags,
      bytes.littleEndian16(start + 8) == (isDeflated ? 8 : 0),
      UInt32(bytes.littleEndian32(start + 14)) == crc32,
      bytes.littleEndian32(start + 18) == compressedSize, bytes.littleEndian32(start + 22) == size,
      bytes[(start + 30)..<nameEnd].elementsEqual(name)
    else {
      throw ArchiveError(.malformed, "its local and central headers differ", member: path)
    }
    try Self.checkExtra(bytes[nameEnd..<dataStart], path: path)
    return Place(extra: nameEnd..<dataStart, data: dataStart..<dataStart + compressedSize)
  }

  // Extra fields must be well-formed, and none may replace name, comment or sizes.
  private static func checkExtra(
    _ extra: ArraySlice<UInt8>, path: String
  ) throws(ArchiveError) {
    var rest = extra
    while !rest.isEmpty {
      guard rest.count >= 4 else {
        throw ArchiveError(.malformed, "an extra field is damaged", member: path)
      }
      let header = Array(rest.prefix(4))
      let length = header.littleEndian16(2)
      guard rest.count >= 4 + length else {
        throw ArchiveError(.malformed, "an extra field is damaged", member: path)
      }
      switch header.littleEndian16(0) {
      case 0x0001: throw ArchiveError(.unsupported, "ZIP64 members are not accepted", member: path)
      case 0x7075, 0x6375:
        throw ArchiveError(.unsupported, "a second name or comment is not accepted", member: path)
      case 0x9901, 0x0017:
        throw ArchiveError(.unsupported, "encryption is not accepted", member: path)
      default: break
      }
      rest = rest.dropFirst(4 + length)
    }
  }
}
