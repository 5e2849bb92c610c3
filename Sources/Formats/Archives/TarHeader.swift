// SPDX-License-Identifier: Apache-2.0

/// One header block of a tar archive (POSIX.1-2017, "ustar Interchange Format").
struct TarHeader {
  /// Bytes of a block.
  static let size = 512

  let type: UInt8
  let size: Int
  let mode: Int
  let userID: Int
  let groupID: Int
  /// Seconds since the epoch.
  let time: Int
  /// Prefix and name, joined.
  let name: [UInt8]
  /// Whether the field of the name is full to its last byte.
  let fillsName: Bool
  let linkName: [UInt8]
  let userName: [UInt8]
  let groupName: [UInt8]
  let deviceNumbers: [UInt8]
  /// Whether the header is GNU tar's, whose bytes for the prefix have another meaning.
  let isGNU: Bool

  init(_ block: [UInt8]) throws(ArchiveError) {
    if block[257..<265].elementsEqual("ustar\u{0}00".utf8) {
      isGNU = false
    } else if block[257..<265].elementsEqual("ustar  \u{0}".utf8) {
      isGNU = true
    } else {
      throw ArchiveError(.malformed, "a tar header has neither the POSIX nor the GNU mark")
    }
    var sum = 0
    for (index, byte) in block.enumerated() {
      // The checksum itself counts as spaces.
      sum += (148..<156).contains(index) ? 0x20 : Int(byte)
    }
    guard try Self.octal(block[148..<156]) == sum else {
      throw ArchiveError(.corrupt, "the checksum of a tar header does not match")
    }
    type = block[156]
    size = try Self.octal(block[124..<136])
    mode = try Self.octal(block[100..<108])
    userID = try Self.number(block[108..<116], isGNU: isGNU)
    groupID = try Self.number(block[116..<124], isGNU: isGNU)
    time = try Self.number(block[136..<148], isGNU: isGNU)
    userName = try Self.text(block[265..<297])
    groupName = try Self.text(block[297..<329])
    deviceNumbers = Array(block[329..<345])
    let base = try Self.text(block[0..<100])
    fillsName = base.count == 100
    linkName = try Self.text(block[157..<257])
    // The rest of the block: GNU tar has fields for backups there, POSIX the prefix before it.
    guard block[(isGNU ? 345 : 500)...].allSatisfy({ $0 == 0 }) || type == UInt8(ascii: "S") else {
      throw ArchiveError(.malformed, "a tar header holds bytes without a meaning")
    }
    let prefix = isGNU ? [] : try Self.text(block[345..<500])
    guard prefix.isEmpty || !base.isEmpty else {
      throw ArchiveError(.malformed, "a tar header has a prefix, but no name")
    }
    name = prefix.isEmpty ? base : prefix + [UInt8(ascii: "/")] + base
  }

  // Owners and times may be left out, and GNU tar writes large ones in binary; neither changes what
  // is unpacked where.
  private static func number(
    _ field: ArraySlice<UInt8>, isGNU: Bool
  ) throws(ArchiveError) -> Int {
    if field.allSatisfy({ $0 == 0 }) { return 0 }
    guard isGNU, field.first == 0x80 else { return try octal(field) }
    let value = field.dropFirst().suffix(8)
    guard value[value.startIndex] < 0x80, field.dropFirst().dropLast(8).allSatisfy({ $0 == 0 })
    else { throw ArchiveError(.malformed, "a number of a tar header is damaged") }
    return value.reduce(0) { $0 << 8 | Int($1) }
  }

  // Octal digits, then zeros or spaces to the end of the field. GNU's binary numbers are for sizes
  // from 8 GiB, which no distribution has.
  private static func octal(_ field: ArraySlice<UInt8>) throws(ArchiveError) -> Int {
    let digits = field.prefix { $0 >= 0x30 && $0 <= 0x37 }
    guard !digits.isEmpty, field.dropFirst(digits.count).allSatisfy({ $0 == 0 || $0 == 0x20 })
    else { throw ArchiveError(.malformed, "a number of a tar header is damaged") }
    return digits.reduce(0) { $0 << 3 | Int($1 - 0x30) }
  }

  // Bytes up to the first zero; what follows must be zeros, or readers could differ.
  private static func text(_ field: ArraySlice<UInt8>) throws(ArchiveError) -> [UInt8] {
    let text = field.prefix { $0 != 0 }
    guard field.dropFirst(text.count).allSatisfy({ $0 == 0 }) else {
      throw ArchiveError(.malformed, "a text of a tar header is damaged")
    }
    return Array(text)
  }
}
