// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@Suite struct Base64Tests {
  @Test(
    arguments: [
      ("", []), ("Zg==", [0x66]), ("Zm8=", [0x66, 0x6f]), ("Zm9v", [0x66, 0x6f, 0x6f]),
      ("+/8=", [0xfb, 0xff]),
    ] as [(String, [UInt8])])
  func roundTrip(text: String, bytes: [UInt8]) throws {
    #expect(try Base64.decode(text) == bytes)
    #expect(Base64.encode(bytes) == text)
  }

  @Test(arguments: [
    "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z g==", "Zg==\n", "=", "====", "A", "AB=C", "-_8=",
    "INVALID!!!BASE64!!!ENCODING====", "é===",
  ])
  func refuses(text: String) {
    #expect(throws: EncodingError.self) { try Base64.decode(text) }
  }

  @Test func urlSafe() throws {
    #expect(Base64.encodeURL([0xfb, 0xff]) == "-_8")
    #expect(try Base64.decodeURL("-_8") == [0xfb, 0xff])
    #expect(throws: EncodingError.self) { try Base64.decodeURL("-_8=") }
    #expect(throws: EncodingError.self) { try Base64.decodeURL("+/8") }
    #expect(throws: EncodingError.self) { try Base64.decodeURL("-_9") }
  }

  @Test func everyLength() throws {
    for count in 0..<70 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
      #expect(try Base64.decode(Base64.encode(bytes)) == bytes)
      #expect(try Base64.decodeURL(Base64.encodeURL(bytes)) == bytes)
    }
  }
}

extension Base64Tests {
  /// Every place of a group, in long and short texts, and the place that the error names.
  @Test func everyPlaceIsLookedAt() throws {
    for count in 1..<14 {
      let text = Array(Base64.encode((0..<count).map { UInt8($0) }).utf8)
      for place in text.indices where text[place] != UInt8(ascii: "=") {
        for bad: UInt8 in [0x20, 0x2d, 0x7f] {
          var changed = text
          changed[place] = bad
          let found = #expect(throws: EncodingError.self) {
            try Base64.decode(String(decoding: changed, as: UTF8.self))
          }
          #expect(found == .base64(offset: place))
        }
      }
    }
  }

  @Test func otherCollections() throws {
    #expect(Base64.encode((0..<5).map { UInt8($0) }.reversed()) == "BAMCAQA=")
    #expect(try Base64.decode("xBAMCAQA=".dropFirst()) == [4, 3, 2, 1, 0])
    for count in 0..<9 {
      let bytes = [UInt8](repeating: 0xa7, count: count)
      var text = Array("text: ".utf8)
      Base64.append(bytes, to: &text)
      #expect(String(decoding: text, as: UTF8.self) == "text: " + Base64.encode(bytes))
    }
  }
}

@Suite struct PEMLineTests {
  static let block = "-----BEGIN X-----\nAAEC\n-----END X-----\n"

  @Test(arguments: [
    block, "\n" + block + "\n", block.replacing("\n", with: "\r\n"), String(block.dropLast()),
    "-----BEGIN X-----\nAA\nEC  \n-----END X-----",
  ])
  func reads(text: String) throws {
    #expect(try PEM.decodeOne(text, label: "X") == [0, 1, 2])
  }

  @Test(arguments: [
    "", "x" + block, block + "x", block + block, "-----BEGIN X-----\nAAEC\n",
    "-----BEGIN X-----\nAAEC\n-----END Y-----\n", "-----BEGIN X-----\nAAE\n-----END X-----\n",
    "-----BEGIN Y-----\nAAEC\n-----END Y-----\n", "-----BEGIN X----\nAAEC\n-----END X-----\n",
    "-----BEGIN ----\n",
  ])
  func refuses(text: String) {
    #expect(throws: EncodingError.self) { try PEM.decodeOne(text, label: "X") }
  }

  @Test func limits() throws {
    #expect(try PEM.decode(String(repeating: Self.block, count: 16)).count == 16)
    #expect(throws: EncodingError.self) {
      try PEM.decode(String(repeating: Self.block, count: 17))
    }
    #expect(throws: EncodingError.self) {
      try PEM.decode(
        Array("-----BEGIN ".utf8) + [0xff] + Array("-----\n-----END ".utf8) + [0xff]
          + Array("-----\n".utf8))
    }
  }
}

@Suite struct HexadecimalTests {
  @Test func roundTrip() throws {
    #expect(Hexadecimal.encode([0, 0xab, 0xff]) == "00abff")
    #expect(try Hexadecimal.decode("00abff") == [0, 0xab, 0xff])
  }

  @Test(arguments: ["0", "0G", "AB", " 0", "0x", "é"])
  func refuses(text: String) {
    #expect(throws: EncodingError.self) { try Hexadecimal.decode(text) }
  }

  @Test func digest() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    #expect(SHA256Hash(hashing: []).hexadecimal == empty)
    #expect(SHA256Hash(hexadecimal: empty) == SHA256Hash(hashing: []))
    #expect(SHA256Hash(hexadecimal: empty.uppercased()) == nil)
    #expect(SHA256Hash(bytes: [1, 2]) == nil)
  }

  @Test(
    arguments: [
      ("0", 0), ("10", 10), ("18446744073709551615", UInt64.max), ("18446744073709551616", nil),
      ("+5", nil), ("05", nil), ("-0", nil), ("", nil), (" 1", nil), ("1_0", nil),
    ] as [(String, UInt64?)])
  func decimal(text: String, expected: UInt64?) {
    #expect(DecimalText.parse(text.utf8) == expected)
  }

  /// A label is short, and many lines that begin like an end cost no more than others.
  @Test func hostileLabels() throws {
    func text(_ label: Int, _ lines: Int) -> [UInt8] {
      let name = String(repeating: "A", count: label)
      return Array("-----BEGIN \(name)-----\n".utf8)
        + [UInt8](repeating: 0x2d, count: 1).flatMap { byte in
          (0..<lines).flatMap { _ in [byte, 0x0a] }
        } + Array("-----END \(name)-----\n".utf8)
    }
    #expect(throws: EncodingError.self) { try PEM.decode(text(65, 0)) }
    #expect(try PEM.decode(text(64, 0)).count == 1)
    #expect(throws: EncodingError.self) { try PEM.decode(text(64, 200_000)) }
  }
}
