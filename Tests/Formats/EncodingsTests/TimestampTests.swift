// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@Suite struct TimestampTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0, 0), ("2000-02-29T12:00:00Z", 951_825_600, 0),
      ("2026-01-01T00:00:00Z", 1_767_225_600, 0), ("1969-12-31T23:59:59Z", -1, 0),
      ("2026-01-01T01:00:00.5+01:00", 1_767_225_600, 500_000_000),
      ("2022-10-31t23:59:59.999z", 1_667_260_799, 999_000_000),
      ("9999-12-31T23:59:59Z", 253_402_300_799, 0),
      ("2023-08-04T05:26:43.0109763Z", 1_691_126_803, 10_976_300),
    ] as [(String, Int64, Int32)])
  func reads(text: String, seconds: Int64, nanoseconds: Int32) throws {
    let time = try Timestamp(rfc3339: text)
    #expect(time == Timestamp(unixSeconds: seconds, nanoseconds: nanoseconds))
    #expect(try Timestamp(rfc3339: time.rfc3339) == time)
  }

  @Test(arguments: [
    "", "2026-01-01", "2026-01-01T00:00:00", "2026-02-30T00:00:00Z", "2025-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
    "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T23:59:60Z",
    "2026-01-01 00:00:00Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+0100",
    "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00.1234567890Z", "+026-01-01T00:00:00Z",
  ])
  func refuses(text: String) {
    #expect(throws: EncodingError.self) { try Timestamp(rfc3339: text) }
  }

  @Test func everyDayOfFourCenturies() throws {
    for day in stride(from: Int64(-200_000), to: 200_000, by: 97) {
      let time = Timestamp(unixSeconds: day * 86_400 + 3_661)
      #expect(try Timestamp(rfc3339: time.rfc3339) == time)
    }
  }
}

@Suite struct PEMTests {
  @Test func roundTrip() throws {
    let bytes = (0..<100).map { UInt8($0) }
    let text = PEM.encode(bytes, label: "CERTIFICATE")
    #expect(try PEM.decodeOne(text, label: "CERTIFICATE") == bytes)
    #expect(
      try PEM.decodeOne(text.split(separator: "\n").joined(separator: "\r\n"), label: "CERTIFICATE")
        == bytes)
    #expect(try PEM.decode(text + text).count == 2)
  }

  @Test(arguments: [
    "x", "-----BEGIN A-----\n", "-----BEGIN A-----\nZg==\n-----END B-----\n",
    "-----BEGIN A-----\nZ!==\n-----END A-----\n", "junk\n-----BEGIN A-----\n-----END A-----\n",
  ])
  func refuses(text: String) {
    #expect(throws: EncodingError.self) { try PEM.decodeOne(text, label: "A") }
  }
}
