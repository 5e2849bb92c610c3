// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@Suite struct JSONTests {
  @Test(
    arguments: [
      ("null", .null), ("true", true), ("-12", -12), ("9223372036854775807", .integer(.max)),
      ("9223372036854775808", .number("9223372036854775808")), ("1.0", .number("1.0")),
      ("1e2", .number("1e2")), ("-0", .number("-0")), (" [ 1 , \"a\" ] ", [1, "a"]),
      (#"{"a":{},"b":[]}"#, ["a": .object([]), "b": []]),
      (#""\u00e9\ud83d\ude00\n\/""#, "é😀\n/"),
    ] as [(String, JSONValue)])
  func reads(text: String, value: JSONValue) throws {
    #expect(try JSONReader.parse(Array(text.utf8)) == value)
  }

  @Test(arguments: [
    "", " ", "{", "[", "[1,]", #"{"a":1,}"#, #"{"a" 1}"#, #"{"a":1 "b":2}"#, "{a:1}", "01", "+1",
    ".5", "1.", "1e", "0x1", "tru", "nul", "NaN", "'a'", #""a"#, #""\x""#, #""\u12""#,
    #""\ud800""#, #""\udc00""#, #""\ud800\u0041""#, "\"\u{01}\"", "1 2", "[1]]", "\u{feff}1",
    "// x\n1", "[1 2]",
  ])
  func refusesSyntax(text: String) {
    #expect(throws: JSONError.self) { try JSONReader.parse(Array(text.utf8)) }
  }

  @Test func refusesInvalidUTF8() {
    for bytes in [[0x22, 0xff, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0x5c, 0x6e, 0xff, 0x22]] {
      #expect(throws: JSONError.self) { try JSONReader.parse(bytes.map { UInt8($0) }) }
    }
  }

  /// Texts are looked at eight bytes at a time: every place of what ends or spoils one.
  @Test func everyPlaceOfAText() throws {
    for count in 0..<20 {
      let plain = String(repeating: "a", count: count)
      #expect(try JSONReader.parse(Array("\"\(plain)\"".utf8)) == .string(plain))
      for place in 0...count {
        func spoilt(_ bytes: [UInt8]) -> [UInt8] {
          var text = Array("\"\(plain)\"".utf8)
          text.insert(contentsOf: bytes, at: 1 + place)
          return text
        }
        for byte: UInt8 in [0x00, 0x1f, 0x22, 0x5c, 0x80, 0xff] {
          #expect(throws: JSONError.self) { try JSONReader.parse(spoilt([byte])) }
        }
        let before = String(repeating: "a", count: place)
        let after = String(repeating: "a", count: count - place)
        for (bytes, text): ([UInt8], String) in [
          ([0x20], " "), ([0x7f], "\u{7f}"), (Array("é".utf8), "é"), (Array(#"\n"#.utf8), "\n"),
        ] {
          #expect(try JSONReader.parse(spoilt(bytes)) == .string(before + text + after))
        }
      }
    }
  }

  /// Few members are compared, many are looked up.
  @Test(arguments: [2, 15, 16, 17, 18, 40])
  func duplicatesAmongMany(count: Int) throws {
    let members = (0..<count).map { #""k\#($0)":0"# }
    let good = "{" + members.joined(separator: ",") + "}"
    guard case .object(let object) = try JSONReader.parse(Array(good.utf8)) else {
      throw MissingValue()
    }
    #expect(object.members.count == count)
    #expect(object["k\(count - 1)"] == 0)
    for again in [0, count / 2, count - 1] {
      let bad = "{" + (members + [#""k\#(again)":1"#]).joined(separator: ",") + "}"
      #expect(throws: JSONError.self) { try JSONReader.parse(Array(bad.utf8)) }
    }
  }

  @Test func refusesDuplicateKeys() {
    #expect(throws: JSONError.duplicateKey("a", offset: 7)) {
      try JSONReader.parse(Array(#"{"a":1,"\u0061":2}"#.utf8))
    }
  }

  @Test func keepsCanonicallyEquivalentKeysApart() throws {
    let text = "{\"\u{e9}\":1,\"e\u{301}\":2}"
    let value = try JSONReader.parse(Array(text.utf8))
    guard case .object(let object) = value else { throw MissingValue() }
    #expect(object.members.count == 2)
    #expect(object["\u{e9}"] == 1)
    #expect(object["e\u{301}"] == 2)
  }

  @Test func limits() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: JSONError.self) { try JSONReader.parse(Array(deep.utf8)) }
    let nested = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
    #expect(throws: Never.self) { try JSONReader.parse(Array(nested.utf8)) }
    #expect(throws: JSONError.limit("nested deeper than 64 levels", offset: 65)) {
      try JSONReader.parse(Array(("[" + nested + "]").utf8))
    }
    #expect(throws: JSONError.limit("more than 3 values", offset: 5)) {
      try JSONReader.parse(Array("[1,2,3]".utf8), limits: JSONLimits(values: 3))
    }
    #expect(throws: JSONError.limit("more than 4 bytes", offset: 4)) {
      try JSONReader.parse(Array("[1,2]".utf8), limits: JSONLimits(size: 4))
    }
  }

  @Test(arguments: [
    (#"{"b":1,"a":[true,null,"x"]}"#, #"{"a":[true,null,"x"],"b":1}"#),
    (#"{"\u20ac":1,"\r":2,"1":3,"\u0080":4}"#, "{\"\\r\":2,\"1\":3,\"\u{80}\":4,\"€\":1}"),
    (#""\u000f\u00e9\u2028\"\\""#, "\"\\u000fé\u{2028}\\\"\\\\\""),
  ])
  func canonical(text: String, expected: String) throws {
    let value = try JSONReader.parse(Array(text.utf8))
    #expect(String(decoding: try CanonicalJSON.encode(value), as: UTF8.self) == expected)
  }

  @Test func canonicalRefusesOtherNumbers() {
    #expect(throws: CanonicalJSON.UnsupportedNumber.self) {
      try CanonicalJSON.encode(.number("1.5"))
    }
    #expect(throws: CanonicalJSON.UnsupportedNumber.self) {
      try CanonicalJSON.encode(.integer(1 << 53 + 1))
    }
  }

  @Test func nodesSayWhere() throws {
    let node = try JSONNode(parsing: Array(#"{"a":[{"b":"x","n":null}]}"#.utf8))
    let item = try #require(try node.required("a").array(limit: 2).first)
    #expect(try item.optional("n")?.value == nil)
    #expect(throws: DocumentError(path: "a[0].b", problem: "expected an integer")) {
      try item.required("b").integer()
    }
    #expect(throws: DocumentError(path: "a[0]", problem: "`c` is missing")) {
      try item.required("c")
    }
    #expect(throws: DocumentError.self) { try node.required("a").array(limit: 0) }
  }

  @Test(arguments: ["-1", "\"-1\"", "\"+1\"", "\"01\"", "1.0", "\"9223372036854775808\"", "true"])
  func unsigned64Refuses(text: String) throws {
    let node = try JSONNode(parsing: Array(text.utf8))
    #expect(throws: DocumentError.self) { try node.unsigned64() }
  }
}

private struct MissingValue: Error {}
