// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Archives

@Suite struct TarTimeTests {
  static let moments: [(String, Int64, Int32)] = [
    ("0", 0, 0), ("-0", 0, 0), ("12", 12, 0), ("012", 12, 0), ("-12", -12, 0),
    ("12.", 12, 0), ("12.5", 12, 500_000_000), ("12.000000001", 12, 1),
    ("1700000000.123456789", 1_700_000_000, 123_456_789),
    // Finer than a nanosecond: rounded down.
    ("12.9999999999", 12, 999_999_999), ("0.0000000001", 0, 0),
    ("-0.5", -1, 500_000_000), ("-0.000000001", -1, 999_999_999), ("-1.25", -2, 750_000_000),
    ("-1.0000000000", -1, 0), ("-1.0000000001", -2, 999_999_999),
    ("-0.9999999999", -1, 0),
    ("999999999999999", 999_999_999_999_999, 0),
    ("-999999999999999.9", -1_000_000_000_000_000, 100_000_000),
    ("1." + String(repeating: "0", count: 62), 1, 0),
  ]

  @Test(arguments: moments)
  func decimalTextIsAMoment(text: String, seconds: Int64, nanoseconds: Int32) {
    let time = TarTime(parsing: text.utf8)
    #expect(time?.seconds == seconds, "\(text)")
    #expect(time?.nanoseconds == nanoseconds, "\(text)")
  }

  @Test(arguments: [
    "", "-", ".", "-.5", ".5", "+1", "--1", "1-", "1.2.3", "1,5", "1e9", " 1", "1 ", "0x1", "١",
    "1.-5", "1.5\u{0}", "1000000000000000", "-9223372036854775808.5",
    "1." + String(repeating: "0", count: 63),
  ])
  func otherTextIsNone(text: String) {
    #expect(TarTime(parsing: text.utf8) == nil, "\(text)")
  }

  /// GNU's binary numbers reach further than text does; nothing overflows on the way.
  @Test func farAwayHeaderTimesAreKept() throws {
    var block = TarSample.member("a", gnu: true)
    let latest: [UInt8] = [0x80, 0, 0, 0, 0x7F, 255, 255, 255, 255, 255, 255, 255]
    block.replaceSubrange(136..<148, with: latest)
    block.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
    let sum = String(block[..<512].reduce(0) { $0 + Int($1) }, radix: 8)
    block.replaceSubrange(
      148..<156, with: Array((String(repeating: "0", count: 6 - sum.count) + sum).utf8) + [0, 0x20])
    let archive = try TarArchive(parsing: block + TarSample.end)
    #expect(archive.members[0].header.time == TarTime(seconds: .max))
    #expect(archive.members[0].header.modificationTime == "9223372036854775807")
  }
}
