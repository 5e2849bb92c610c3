// SPDX-License-Identifier: Apache-2.0

/// Walks over SSH's data types (RFC 4251 §5): `uint32`, `string` (a length and as many bytes) and
/// `mpint`.
struct SSHReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Takes the next bytes.
  mutating func take(_ count: Int) throws(SSHError) -> ArraySlice<UInt8> {
    guard count <= bytes.count - position else {
      throw SSHError(.truncated, "it ends within a value")
    }
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func uint32() throws(SSHError) -> UInt32 {
    try take(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func string() throws(SSHError) -> [UInt8] {
    Array(try take(Int(try uint32())))
  }

  /// A string of visible ASCII characters, or an empty one.
  mutating func text() throws(SSHError) -> String {
    let bytes = try string()
    guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw SSHError(.text, "a name in it is not of visible ASCII characters")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The bytes of a positive `mpint`, which are those of an INTEGER in DER too.
  mutating func positiveNumber() throws(SSHError) -> [UInt8] {
    let bytes = try string()
    let isMinimal = bytes.count < 2 || bytes[0] != 0 || bytes[1] >= 0x80
    guard let first = bytes.first, first < 0x80, bytes != [0], isMinimal else {
      throw SSHError(.number, "a number in it is not positive or not in its shortest form")
    }
    return bytes
  }

  func finish() throws(SSHError) {
    guard position == bytes.count else {
      throw SSHError(.trailing, "there are bytes after its end")
    }
  }
}

/// SSH's data types, written.
enum SSHWriting {
  /// A `string`.
  static func string(_ bytes: some Collection<UInt8>) -> [UInt8] {
    uint32(UInt32(bytes.count)) + bytes
  }

  /// A `uint32`.
  static func uint32(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}

/// The little DER (X.690 §10) that keys and ECDSA signatures need.
enum DERWriting {
  /// A SEQUENCE of INTEGERs, given as their contents.
  static func sequence(ofIntegers contents: [[UInt8]]) -> [UInt8] {
    element(0x30, contents.flatMap { element(0x02, $0) })
  }

  private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    [tag] + length(content.count) + content
  }

  private static func length(_ count: Int) -> [UInt8] {
    if count < 0x80 { return [UInt8(count)] }
    let bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }.drop { $0 == 0 }
    return [0x80 | UInt8(bytes.count)] + bytes
  }
}
