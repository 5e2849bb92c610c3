// SPDX-License-Identifier: Apache-2.0

/// Lower-case hexadecimal text (RFC 4648 §8, in the lower case that every format here uses).
package enum Hexadecimal {
  private static let digits = Array("0123456789abcdef".utf8)

  /// Returns two lower-case digits for each byte.
  package static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(2 * bytes.underestimatedCount)
    for byte in bytes {
      output.append(digits[Int(byte >> 4)])
      output.append(digits[Int(byte & 15)])
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Decodes lower-case hexadecimal digits.
  ///
  /// - Throws: ``EncodingError/hexadecimal(offset:)``.
  package static func decode(_ text: some StringProtocol) throws(EncodingError) -> [UInt8] {
    let bytes = Array(text.utf8)
    guard bytes.count % 2 == 0 else { throw .hexadecimal(offset: bytes.count) }
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count / 2)
    for offset in stride(from: 0, to: bytes.count, by: 2) {
      guard let high = value(bytes[offset]) else { throw .hexadecimal(offset: offset) }
      guard let low = value(bytes[offset + 1]) else { throw .hexadecimal(offset: offset + 1) }
      output.append(high << 4 | low)
    }
    return output
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
