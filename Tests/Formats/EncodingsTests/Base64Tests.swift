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
}
