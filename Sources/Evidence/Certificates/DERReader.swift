// SPDX-License-Identifier: Apache-2.0

/// Walks over DER (X.690 §10) without a copy: an element is two ranges of the bytes.
///
/// Strict: definite lengths in the fewest bytes, tags of one byte, nothing beyond the enclosing
/// element. It is for the structures that every verification reads, a certificate's above all; what
/// is rare or deep is read by SwiftASN1.
struct DERReader {
  /// What the bytes are not.
  struct Malformed: Error {}

  /// One element.
  struct Element: Sendable {
    /// The identifier byte: class, constructed bit, number.
    let tag: UInt8
    /// The element with its header.
    let whole: Range<Int>
    /// The content.
    let content: Range<Int>
  }

  /// Identifier bytes of the universal types that are read here.
  enum Tag {
    static let boolean: UInt8 = 0x01
    static let integer: UInt8 = 0x02
    static let bitString: UInt8 = 0x03
    static let octetString: UInt8 = 0x04
    static let null: UInt8 = 0x05
    static let objectIdentifier: UInt8 = 0x06
    static let utf8String: UInt8 = 0x0c
    static let utcTime: UInt8 = 0x17
    static let generalizedTime: UInt8 = 0x18
    static let sequence: UInt8 = 0x30
    static let set: UInt8 = 0x31
  }

  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  /// Reads the elements within a range, which must lie in the bytes.
  init(_ bytes: [UInt8], in range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// Whether nothing is left.
  var isAtEnd: Bool { position == end }

  /// The identifier byte of the next element.
  var nextTag: UInt8? { position < end ? bytes[position] : nil }

  /// The next element, of whatever type.
  mutating func next() throws(Malformed) -> Element {
    guard end - position >= 2 else { throw Malformed() }
    let start = position
    let tag = bytes[start]
    // The high form of tag numbers does not occur in what is read here.
    guard tag & 0x1f != 0x1f else { throw Malformed() }
    var content = start + 2
    var length = Int(bytes[start + 1])
    if length >= 0x80 {
      let count = length & 0x7f
      guard (1...4).contains(count), end - content >= count else { throw Malformed() }
      length = bytes[content..<content + count].reduce(0) { $0 << 8 | Int($1) }
      content += count
      // The fewest bytes: the short form up to 127, no leading zero.
      guard length >= 0x80, length >> (8 * (count - 1)) > 0 else { throw Malformed() }
    }
    guard end - content >= length else { throw Malformed() }
    position = content + length
    return Element(tag: tag, whole: start..<position, content: content..<position)
  }

  /// The next element, which must have a type.
  mutating func next(_ tag: UInt8) throws(Malformed) -> Element {
    let element = try next()
    guard element.tag == tag else { throw Malformed() }
    if tag == Tag.objectIdentifier {
      guard isObjectIdentifier(element.content) else { throw Malformed() }
    }
    return element
  }

  /// Whether bytes are an object identifier's: whole arcs, each in the fewest bytes (X.690 §8.19).
  ///
  /// Two texts of one identifier would be two extensions to one reader and one to another.
  private func isObjectIdentifier(_ content: Range<Int>) -> Bool {
    guard let last = content.last, bytes[last] < 0x80 else { return false }
    var isStart = true
    for byte in bytes[content] {
      if isStart, byte == 0x80 { return false }
      isStart = byte < 0x80
    }
    return true
  }

  /// Goes into the next element, which must have a type.
  mutating func enter(_ tag: UInt8) throws(Malformed) -> DERReader {
    DERReader(bytes, in: try next(tag).content)
  }

  /// Demands that nothing is left.
  func finish() throws(Malformed) {
    guard isAtEnd else { throw Malformed() }
  }
}
