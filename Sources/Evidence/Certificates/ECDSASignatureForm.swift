// SPDX-License-Identifier: Apache-2.0

/// The two forms of an ECDSA signature: `SEQUENCE { r INTEGER, s INTEGER }` in DER (RFC 3279
/// §2.2.3), and `r‖s`, each as long as the group's order (IEEE P1363).
enum ECDSASignatureForm {
  /// The second form of a signature in the first; `nil` if it is not in DER, or if a number is
  /// negative or too long.
  static func raw(_ der: [UInt8], size: Int) -> [UInt8]? {
    var top = DERReader(der, in: der.indices)
    guard var pair = try? top.enter(DERReader.Tag.sequence), top.isAtEnd,
      let r = try? pair.next(DERReader.Tag.integer).content,
      let s = try? pair.next(DERReader.Tag.integer).content, pair.isAtEnd
    else { return nil }
    var raw: [UInt8] = []
    raw.reserveCapacity(2 * size)
    for number in [r, s] {
      guard var digits = magnitude(der, number) else { return nil }
      // A leading zero only keeps the number positive.
      if der[digits.lowerBound] == 0 { digits = digits.dropFirst() }
      guard digits.count <= size else { return nil }
      raw.append(contentsOf: repeatElement(0, count: size - digits.count))
      raw.append(contentsOf: der[digits])
    }
    return raw
  }

  /// The content of an INTEGER that is not negative and in the fewest bytes.
  private static func magnitude(_ der: [UInt8], _ content: Range<Int>) -> Range<Int>? {
    guard let first = content.first, der[first] < 0x80 else { return nil }
    if content.count > 1, der[first] == 0, der[first + 1] < 0x80 { return nil }
    return content
  }
}
