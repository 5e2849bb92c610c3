// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@testable import Archives

@Suite("Snappy blocks")
struct SnappyBlockTests {
  private func decode(_ hexadecimal: String, limit: Int = 1 << 20) throws -> [UInt8] {
    try SnappyBlock.decode(try Hexadecimal.decode(hexadecimal), limit: limit)
  }

  // Compressed by the library snap, by way of cramjam 2.14.0.
  static let mediaType = #""application/vnd.dev.sigstore.bundle.v0.3+json""#
  static let vectors: [(String, [UInt8])] = [
    ("00", []),
    ("081c53696773746f7265", Array("Sigstore".utf8)),
    ("c8010061fe0100fe0100fe01000d01", [UInt8](repeating: 0x61, count: 200)),
    (
      "7af03c7b226d6564696154797065223a226170706c69636174696f6e2f766e642e6465762e73696773746f72"
        + "652e62756e646c652e76302e332b6a736f6e222c193c0032c23d00007d",
      Array(#"{"mediaType":\#(mediaType),"mediaType2":\#(mediaType)}"#.utf8)
    ),
    // By hand: lengths of two bytes, and a copy with an offset of four bytes.
    ("05f404006162" + "63" + "64" + "65", Array("abcde".utf8)),
    ("040061" + "0b01000000", Array("aaaa".utf8)),
  ]

  @Test(arguments: vectors)
  func decodes(_ block: String, _ expected: [UInt8]) throws {
    #expect(try decode(block) == expected)
  }

  @Test(arguments: [
    "", "80", "ffffffffff01", "01", "0500", "0561", "04005f6100", "04006101", "0400610100",
    "0400610102", "040061feff00", "0200616100", "0100610000", "03fc01000000", "03f0",
  ])
  func refuses(_ block: String) {
    #expect(throws: SnappyError.self) { try decode(block) }
  }

  @Test func limit() {
    #expect(throws: SnappyError.self) { try decode(Self.vectors[2].0, limit: 199) }
    #expect(throws: SnappyError.self) { try decode("ffffffff0f", limit: 1 << 20) }
  }
}
