// SPDX-License-Identifier: Apache-2.0

/// A moment in UTC, in seconds and nanoseconds since 1970-01-01T00:00:00Z.
///
/// The text form is RFC 3339 §5.6. Reading is strict: the calendar date must exist (30 February is
/// an error), the offset must be given, and a leap second is not accepted.
package struct Timestamp: Hashable, Sendable, Comparable {
  /// Whole seconds since the epoch.
  package let seconds: Int64
  /// Nanoseconds within the second, 0 to 999,999,999.
  package let nanoseconds: Int32

  /// Makes a moment from Unix time.
  package init(unixSeconds seconds: Int64, nanoseconds: Int32 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// The same moment without its fraction of a second.
  package var wholeSeconds: Timestamp { Timestamp(unixSeconds: seconds) }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }

  /// The moment a number of seconds later.
  package func adding(seconds more: Int64) -> Timestamp {
    Timestamp(unixSeconds: seconds &+ more, nanoseconds: nanoseconds)
  }

  /// Reads an RFC 3339 time.
  ///
  /// - Throws: ``EncodingError/timestamp(_:)``.
  package init(rfc3339 text: some StringProtocol) throws(EncodingError) {
    let failure = EncodingError.timestamp(String(text.prefix(40)))
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.count <= 40 else { throw failure }
    func number(_ range: Range<Int>) throws(EncodingError) -> Int64 {
      var value: Int64 = 0
      for byte in bytes[range] {
        guard byte >= 0x30, byte <= 0x39 else { throw failure }
        value = value * 10 + Int64(byte - 0x30)
      }
      return value
    }
    let year = try number(0..<4)
    let month = try number(5..<7)
    let day = try number(8..<10)
    let hour = try number(11..<13)
    let minute = try number(14..<16)
    let second = try number(17..<19)
    guard bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      bytes[10] | 0x20 == UInt8(ascii: "t"), bytes[13] == UInt8(ascii: ":"),
      bytes[16] == UInt8(ascii: ":"), (1...12).contains(month), day >= 1,
      day <= Self.days(inMonth: month, year: year), hour < 24, minute < 60, second < 60
    else { throw failure }

    var position = 19
    var fraction: Int32 = 0
    if bytes[position] == UInt8(ascii: ".") {
      position += 1
      var digits = 0
      while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 {
        guard digits < 9 else { throw failure }
        fraction = fraction * 10 + Int32(bytes[position] - 0x30)
        digits += 1
        position += 1
      }
      guard digits > 0 else { throw failure }
      for _ in digits..<9 { fraction *= 10 }
    }

    guard position < bytes.count else { throw failure }
    var offset: Int64 = 0
    switch bytes[position] {
    case UInt8(ascii: "Z"), UInt8(ascii: "z"):
      guard position + 1 == bytes.count else { throw failure }
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      guard position + 6 == bytes.count, bytes[position + 3] == UInt8(ascii: ":") else {
        throw failure
      }
      let hours = try number(position + 1..<position + 3)
      let minutes = try number(position + 4..<position + 6)
      guard hours < 24, minutes < 60 else { throw failure }
      offset = (hours * 60 + minutes) * 60
      if bytes[position] == UInt8(ascii: "-") { offset = -offset }
    default: throw failure
    }
    let days = Self.daysSinceEpoch(year: year, month: month, day: day)
    self.init(
      unixSeconds: days * 86_400 + hour * 3_600 + minute * 60 + second - offset,
      nanoseconds: fraction)
  }

  /// The time as RFC 3339 text in UTC, such as `2026-01-02T03:04:05Z`; the fraction of a second
  /// appears only when there is one, with six digits or, if these do not hold it, with nine.
  package var rfc3339: String {
    let (year, month, day) = Self.civil(daysSinceEpoch: Self.floorDivide(seconds, 86_400))
    let rest = seconds - Self.floorDivide(seconds, 86_400) * 86_400
    func padded(_ value: Int64, _ width: Int = 2) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
    let fraction =
      nanoseconds == 0
      ? ""
      : nanoseconds % 1_000 == 0
        ? "." + padded(Int64(nanoseconds / 1_000), 6) : "." + padded(Int64(nanoseconds), 9)
    return
      "\(padded(year, 4))-\(padded(month))-\(padded(day))T\(padded(rest / 3_600))"
      + ":\(padded(rest % 3_600 / 60)):\(padded(rest % 60))\(fraction)Z"
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }

  private static func isLeap(_ year: Int64) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  private static func days(inMonth month: Int64, year: Int64) -> Int64 {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  // Days of the proleptic Gregorian calendar, counted from a March-based year of an era of
  // 400 years, which puts the leap day last.
  private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = floorDivide(shifted, 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The date of the proleptic Gregorian calendar that so many days after 1970-01-01 is.
  package static func civil(
    daysSinceEpoch: Int64
  ) -> (year: Int64, month: Int64, day: Int64) {
    let days = daysSinceEpoch + 719_468
    let era = floorDivide(days, 146_097)
    let dayOfEra = days - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}

extension Timestamp: CustomStringConvertible {
  /// The RFC 3339 text.
  package var description: String { rfc3339 }
}
