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
    userID = try Self.octal(block[108..<116])
    groupID = try Self.octal(block[116..<124])
    time = try Self.octal(block[136..<148])
    userName = Array(block[265..<297].prefix { $0 != 0 })
    groupName = Array(block[297..<329].prefix { $0 != 0 })
    deviceNumbers = Array(block[329..<345])
    let base = try Self.text(block[0..<100])
    fillsName = base.count == 100
    linkName = try Self.text(block[157..<257])
    let prefix = isGNU ? [] : try Self.text(block[345..<500])
    guard prefix.isEmpty || !base.isEmpty else {
      throw ArchiveError(.malformed, "a tar header has a prefix, but no name")
    }
    name = prefix.isEmpty ? base : prefix + [UInt8(ascii: "/")] + base
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
