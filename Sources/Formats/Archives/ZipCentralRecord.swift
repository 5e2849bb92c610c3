// SPDX-License-Identifier: Apache-2.0

/// A central directory header (APPNOTE 4.3.12).
struct ZipCentralRecord {
  let path: String
  let isFolder: Bool
  let isDeflated: Bool
  let isExecutable: Bool
  let crc32: UInt32
  let size: Int
  let compressedSize: Int
  let localOffset: Int
  let flags: Int
  /// The DOS time and date, as one number.
  let time: Int
  let name: ArraySlice<UInt8>
  /// Where the record starts.
  let start: Int
  /// Where its extra field is.
  let extra: Range<Int>
  /// Where the next record starts.
  var end: Int { extra.upperBound }

  init(
    _ bytes: [UInt8], at start: Int, end limit: Int, profile: ArchiveProfile,
    limits: ArchiveLimits
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
    time = bytes.littleEndian32(start + 12)
    let method = bytes.littleEndian16(start + 10)
    isDeflated = method == 8
    crc32 = UInt32(bytes.littleEndian32(start + 16))
    let attributes = bytes.littleEndian32(start + 38)
    isExecutable = attributes >> 16 & 0o100 != 0
    self.start = start
    extra = nameEnd..<extraEnd
    isFolder = name.last == UInt8(ascii: "/")
    path = try MemberPath.check(name, isFolder: isFolder, limits: limits)
    let fields = try ZipExtraField(bytes[extra], path: path, profile: profile).widen(
      [
        bytes.littleEndian32(start + 24), bytes.littleEndian32(start + 20),
        bytes.littleEndian32(start + 42),
      ], path: path)
    size = fields[0]
    compressedSize = fields[1]
    localOffset = fields[2]
    try checkProfile(
      profile, method: method, attributes: attributes, comment: bytes.littleEndian16(start + 32),
      disk: bytes.littleEndian16(start + 34))
    try checkSizes(limits)
  }

  private func checkProfile(
    _ profile: ArchiveProfile, method: Int, attributes: Int, comment: Int, disk: Int
  ) throws(ArchiveError) {
    guard comment == 0 else { throw refused("comments of members are not accepted") }
    guard disk == 0 else { throw refused("archives of several disks are not accepted") }
    guard flags & 0x2041 == 0 else { throw refused("encryption is not accepted") }
    guard flags & 0x0008 == 0 || profile == .general else { throw Self.descriptor(path) }
    // Left over: the level of deflate (bits 1 and 2) and UTF-8 names (bit 11).
    guard flags & ~0x080E == 0 else { throw refused("unknown flags are set") }
    guard flags & 0x0800 != 0 || name.allSatisfy({ $0 < 0x80 }) else {
      throw refused("its name is neither ASCII nor marked as UTF-8")
    }
    guard method == 0 || method == 8 else {
      throw refused("compression method \(method) is not accepted")
    }
    // The attributes' upper half holds the Unix mode, absent in archives from elsewhere.
    let unixType = attributes >> 16 & 0xF000
    guard unixType == 0 || unixType == (isFolder ? 0x4000 : 0x8000) else {
      throw refused("links and special files are not accepted")
    }
    guard profile == .general || attributes >> 16 & 0o6000 == 0 else {
      throw refused("files that run as their owner or group are not accepted")
    }
    // The DOS bit for folders must not contradict the name.
    guard isFolder || attributes & 0x10 == 0 else {
      throw ArchiveError(.malformed, "a file is marked as a folder", member: path)
    }
  }

  private func checkSizes(_ limits: ArchiveLimits) throws(ArchiveError) {
    guard isDeflated || compressedSize == size else {
      throw ArchiveError(.malformed, "a stored member has two sizes", member: path)
    }
    guard size <= limits.memberSize, compressedSize <= limits.archiveSize else {
      throw ArchiveError(.limit, "it is larger than \(limits.memberSize) bytes", member: path)
    }
    // Deflate cannot shrink data to less than 1/1032; more is a lie about the size.
    guard size <= compressedSize * 1_032 + 1_032 else {
      throw ArchiveError(
        .limit, "its declared size is impossible for its compressed size", member: path)
    }
    // Deflate of nothing has two bytes.
    guard !isFolder || (size == 0 && compressedSize <= 2) else {
      throw ArchiveError(.malformed, "a folder has contents", member: path)
    }
  }

  private func refused(_ problem: String) -> ArchiveError {
    ArchiveError(.unsupported, problem, member: path)
  }

  static func descriptor(_ path: String) -> ArchiveError {
    ArchiveError(.unsupported, "data descriptors are not accepted", member: path)
  }
}
