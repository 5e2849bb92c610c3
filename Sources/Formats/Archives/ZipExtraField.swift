// SPDX-License-Identifier: Apache-2.0

/// The extra field of a ZIP header (APPNOTE 4.5): blocks of a number, a length and bytes.
///
/// They must be well-formed, and none may replace name, comment or encryption. ZIP64 sizes (4.5.3)
/// are kept in the general profile.
struct ZipExtraField {
  /// The bytes of the ZIP64 block, if there is one.
  private(set) var wideSizes: [UInt8]?

  init(
    _ extra: ArraySlice<UInt8>, path: String, profile: ArchiveProfile
  ) throws(ArchiveError) {
    var rest = extra
    while !rest.isEmpty {
      guard rest.count >= 4 else { throw Self.damaged(path) }
      let header = Array(rest.prefix(4))
      let length = header.littleEndian16(2)
      guard rest.count >= 4 + length else { throw Self.damaged(path) }
      switch header.littleEndian16(0) {
      case 0x0001:
        guard profile == .general else {
          throw ArchiveError(.unsupported, "ZIP64 members are not accepted", member: path)
        }
        guard wideSizes == nil else {
          throw ArchiveError(.malformed, "it has ZIP64 sizes twice", member: path)
        }
        wideSizes = Array(rest.dropFirst(4).prefix(length))
      case 0x7075, 0x6375:
        throw ArchiveError(.unsupported, "a second name or comment is not accepted", member: path)
      case 0x9901, 0x0017:
        throw ArchiveError(.unsupported, "encryption is not accepted", member: path)
      default: break
      }
      rest = rest.dropFirst(4 + length)
    }
  }

  /// Fills in fields of 32 bits that are nothing but ones, in the order of the format.
  ///
  /// The block must hold a number for each of them and for no others: readers that go by its length
  /// and readers that go by the fields would otherwise differ.
  func widen(_ fields: [Int], path: String) throws(ArchiveError) -> [Int] {
    let wide = wideSizes ?? []
    let count = fields.count { $0 == 0xFFFF_FFFF }
    guard wide.count == 8 * count else {
      throw ArchiveError(.malformed, "its ZIP64 sizes do not fit its header", member: path)
    }
    var next = 0
    return fields.map { field in
      guard field == 0xFFFF_FFFF else { return field }
      defer { next += 8 }
      return wide.littleEndian64(next)
    }
  }

  private static func damaged(_ path: String) -> ArchiveError {
    ArchiveError(.malformed, "an extra field is damaged", member: path)
  }
}
