// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings
import Testing

/// Requests for timestamps have the one DER form.
@Suite struct TimestampQueryTests {
  @Test(
    arguments: [
      (0x7f, "02017f"), (0x80, "02020080"), (0, "020100"), (0x1_0000, "0203010000"),
      (UInt64.max, "020900ffffffffffffffff"),
    ] as [(UInt64, String)])
  func nonces(nonce: UInt64, der: String) throws {
    let text = Hexadecimal.encode(TimestampQuery(message: [1, 2, 3], nonce: nonce).der)
    let imprint =
      "3031300d060960864801650304020105000420"
      + "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"
    let content = "020101" + imprint + der + "0101ff"
    let length = String(content.utf8.count / 2, radix: 16)
    #expect(text == "30" + (length.utf8.count == 1 ? "0" : "") + length + content)
  }
}
