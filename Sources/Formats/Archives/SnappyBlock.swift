// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not one block of Snappy.
package struct SnappyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence.
  package let description: String
}

/// Reads one block of Snappy's raw format, as the store of GitHub's attestations serves it.
///
/// The block starts with the length of what comes out, a little-endian base-128 number of at most
/// 32 bits. Elements follow; the two low bits of an element's first byte say which:
///
/// | bits | element |
/// |---|---|
/// | 00 | a literal: its length less one in the upper six bits, or 60 to 63 for one to four bytes of length, then the bytes |
/// | 01 | a copy of 4 to 11 bytes, 11 bits of offset |
/// | 10 | a copy of 1 to 64 bytes, 16 bits of offset |
/// | 11 | a copy of 1 to 64 bytes, 32 bits of offset |
///
/// A copy may overlap what it writes. All of the block must be used, and exactly the promised
/// length must come out.
package enum SnappyBlock {
  /// The bytes that a block stands for.
  ///
  /// - Parameters:
  ///   - block: the whole block.
  ///   - limit: most bytes that may come out.
  /// - Returns: the bytes.
  /// - Throws: ``SnappyError``.
  package static func decode(_ block: [UInt8], limit: Int) throws(SnappyError) -> [UInt8] {
    var position = 0
    func take(_ count: Int) throws(SnappyError) -> ArraySlice<UInt8> {
      guard count <= block.count - position else {
        throw SnappyError(description: "the block ends in the middle of an element")
      }
      defer { position += count }
      return block[position..<(position + count)]
    }
    func number(_ count: Int) throws(SnappyError) -> Int {
      try take(count).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    var length = 0
    var shift = 0
    while true {
      let byte = try number(1)
      length |= (byte & 0x7f) << shift
      if byte < 0x80 { break }
      shift += 7
      guard shift <= 28 else { throw SnappyError(description: "its length is no 32-bit number") }
    }
    guard length <= limit else {
      throw SnappyError(description: "more than \(limit) bytes would come out")
    }

    var output: [UInt8] = []
    // What is promised is not believed before it is there: the block's size bounds the first step.
    output.reserveCapacity(min(length, block.count * 4))
    while position < block.count {
      let tag = try number(1)
      let upper = tag >> 2
      let count: Int
      let offset: Int
      switch tag & 3 {
      case 0:
        count = upper < 60 ? upper + 1 : try number(upper - 59) + 1
        guard count <= length - output.count else {
          throw SnappyError(description: "more comes out than the block promises")
        }
        output += try take(count)
        continue
      case 1:
        count = upper & 7 + 4
        offset = (upper >> 3) << 8 | (try number(1))
      case 2:
        count = upper + 1
        offset = try number(2)
      default:
        count = upper + 1
        offset = try number(4)
      }
      guard offset > 0, offset <= output.count else {
        throw SnappyError(description: "a copy starts before the beginning")
      }
      guard count <= length - output.count else {
        throw SnappyError(description: "more comes out than the block promises")
      }
      // Byte by byte, since the copy may read what it has just written.
      for index in (output.count - offset)..<(output.count - offset + count) {
        output.append(output[index])
      }
    }
    guard output.count == length else {
      throw SnappyError(description: "less comes out than the block promises")
    }
    return output
  }
}
