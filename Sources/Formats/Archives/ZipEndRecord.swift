// SPDX-License-Identifier: Apache-2.0

/// The end of a ZIP file: the end of central directory record (APPNOTE 4.3.16), and before it, in
/// the general profile, the ZIP64 record and its locator (4.3.14, 4.3.15).
struct ZipEndRecord {
  private static let signature = 0x0605_4B50
  private static let locatorSignature = 0x0706_4B50
  private static let wideSignature = 0x0606_4B50
  private static let size = 22
  private static let locatorSize = 20
  private static let wideSize = 56

  let entries: Int
  let directory: Range<Int>

  init(_ bytes: [UInt8], profile: ArchiveProfile) throws(ArchiveError) {
    let start = try Self.find(bytes)
    if start + Self.size < bytes.count {
      guard profile == .general else {
        throw ArchiveError(.unsupported, "a comment after the end record is not accepted")
      }
      try Self.checkComment(bytes[(start + Self.size)...])
    }
    // Disk, disk of the directory.
    guard bytes.littleEndian16(start + 4) == 0, bytes.littleEndian16(start + 6) == 0 else {
      throw ArchiveError(.unsupported, "archives of several disks are not accepted")
    }
    let narrow = Counts(
      onThisDisk: bytes.littleEndian16(start + 8), entries: bytes.littleEndian16(start + 10),
      size: bytes.littleEndian32(start + 12), offset: bytes.littleEndian32(start + 16))
    let locator = start - Self.locatorSize
    let hasLocator = locator >= 0 && bytes.littleEndian32(locator) == Self.locatorSignature
    guard hasLocator || narrow.isWidened else {
      try narrow.check(bytes, end: start)
      entries = narrow.entries
      directory = narrow.offset..<start
      return
    }
    guard profile == .general else {
      throw ArchiveError(.unsupported, "ZIP64 archives are not accepted")
    }
    guard hasLocator else {
      throw ArchiveError(.malformed, "the ZIP64 record that the end record points to is missing")
    }
    let place = locator - Self.wideSize
    let wide = try Self.wide(bytes, at: place, locator: locator)
    guard narrow.agrees(with: wide) else {
      throw ArchiveError(.malformed, "the end record and its ZIP64 record differ")
    }
    try wide.check(bytes, end: place)
    entries = wide.entries
    directory = wide.offset..<place
  }

  /// What both records say.
  private struct Counts {
    let onThisDisk: Int
    let entries: Int
    let size: Int
    let offset: Int

    // A field of nothing but ones stands for the wide one.
    var isWidened: Bool {
      entries == 0xFFFF || onThisDisk == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF
    }

    func agrees(with wide: Counts) -> Bool {
      (onThisDisk == 0xFFFF || onThisDisk == wide.onThisDisk)
        && (entries == 0xFFFF || entries == wide.entries)
        && (size == 0xFFFF_FFFF || size == wide.size)
        && (offset == 0xFFFF_FFFF || offset == wide.offset)
    }

    func check(_ bytes: [UInt8], end: Int) throws(ArchiveError) {
      guard onThisDisk == entries else {
        throw ArchiveError(.unsupported, "archives of several disks are not accepted")
      }
      guard size <= end, offset == end - size else {
        let isThere = size >= 46 && size < end && offset < end - size
        if isThere, bytes.littleEndian32(end - size) == 0x0201_4B50 {
          throw ArchiveError(.malformed, "bytes stand before the archive")
        }
        throw ArchiveError(.malformed, "the central directory does not end at the end record")
      }
    }
  }

  private static func wide(
    _ bytes: [UInt8], at place: Int, locator: Int
  ) throws(ArchiveError) -> Counts {
    guard place >= 0, bytes.littleEndian32(place) == wideSignature,
      bytes.littleEndian64(place + 4) == wideSize - 12
    else {
      throw ArchiveError(
        .malformed, "no ZIP64 record of the plain size stands before its locator")
    }
    // Disk of the record, its place, all disks; then disk and disk of the directory.
    guard bytes.littleEndian32(locator + 4) == 0, bytes.littleEndian64(locator + 8) == place,
      bytes.littleEndian32(locator + 16) == 1, bytes.littleEndian32(place + 16) == 0,
      bytes.littleEndian32(place + 20) == 0
    else { throw ArchiveError(.malformed, "the ZIP64 locator points elsewhere") }
    return Counts(
      onThisDisk: bytes.littleEndian64(place + 24), entries: bytes.littleEndian64(place + 32),
      size: bytes.littleEndian64(place + 40), offset: bytes.littleEndian64(place + 48))
  }

  // Where the record starts. Some readers take the last signature, others the first one whose
  // comment reaches to the end; they must find the same.
  private static func find(_ bytes: [UInt8]) throws(ArchiveError) -> Int {
    var found: Int?
    var hasOthers = false
    let last = bytes.count - size
    if last >= 0 {
      for start in stride(from: last, through: max(0, last - 0xFFFF), by: -1)
      where bytes[start] == 0x50 && bytes.littleEndian32(start) == signature {
        if start + size + bytes.littleEndian16(start + 20) == bytes.count {
          guard found == nil else {
            throw ArchiveError(.malformed, "there are several end records")
          }
          found = start
        } else if found == nil {
          hasOthers = true
        }
      }
    }
    guard let found else {
      throw ArchiveError(
        .malformed,
        hasOthers
          ? "bytes follow the end record that are no comment"
          : "not a ZIP file: the end record is missing")
    }
    guard !hasOthers else {
      throw ArchiveError(.malformed, "the comment holds another end record")
    }
    return found
  }

  // A comment that looks like records would be read by those who search for them.
  private static func checkComment(_ comment: ArraySlice<UInt8>) throws(ArchiveError) {
    for (first, second) in zip(comment, comment.dropFirst()) where first == 0x50 && second == 0x4B {
      throw ArchiveError(.malformed, "the comment could be taken for records of the archive")
    }
  }
}
