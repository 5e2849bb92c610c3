// SPDX-License-Identifier: Apache-2.0

/// The fields of a central directory header (APPNOTE 4.3.12) that say how a member was packed and
/// nothing about which bytes it holds.
package struct ZipMemberHeader: Hashable, Sendable {
  /// How checksum and sizes are told where they follow the data (APPNOTE 4.3.9).
  package struct Descriptor: Hashable, Sendable {
    /// Whether its sizes have eight bytes.
    package let isWide: Bool
    /// Whether the local header tells checksum, compressed and plain size, too; else it has zeros.
    package let repeated: [Bool]
  }

  /// The writer's system (upper byte, 3 is Unix) and version of the specification.
  package let versionMadeBy: UInt16
  /// The version of the specification that a reader needs.
  package let versionNeeded: UInt16
  /// The general purpose bit flags (APPNOTE 4.4.4).
  package let flags: UInt16
  /// The compression method: 0 is stored, 8 is deflate.
  package let method: UInt16
  /// The time of day as MS-DOS packs it, in steps of two seconds, without a time zone.
  package let dosTime: UInt16
  /// The date as MS-DOS packs it, from 1980.
  package let dosDate: UInt16
  /// The internal attributes, a field of 16 bits; bit 0 marks text.
  package let internalAttributes: UInt32
  /// The external attributes; the upper half is a Unix mode where the writer's system is Unix.
  package let externalAttributes: UInt32
  /// The extra field of the local header, as it stands.
  package let localExtra: [UInt8]
  /// The extra field of the central header, as it stands.
  package let centralExtra: [UInt8]
  /// The data descriptor, which only the general profile accepts.
  package let descriptor: Descriptor?
}

extension ZipMemberHeader {
  /// Reads the fixed fields of a central header whose 46 bytes are there.
  init(
    _ bytes: [UInt8], at start: Int, localExtra: [UInt8], centralExtra: [UInt8],
    descriptor: Descriptor?
  ) {
    func number(_ offset: Int) -> UInt16 {
      UInt16(truncatingIfNeeded: bytes.littleEndian16(start + offset))
    }
    versionMadeBy = number(4)
    versionNeeded = number(6)
    flags = number(8)
    method = number(10)
    dosTime = number(12)
    dosDate = number(14)
    internalAttributes = UInt32(number(36))
    externalAttributes = UInt32(bytes.littleEndian32(start + 38))
    self.localExtra = localExtra
    self.centralExtra = centralExtra
    self.descriptor = descriptor
  }
}
