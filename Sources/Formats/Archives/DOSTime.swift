// SPDX-License-Identifier: Apache-2.0

import Encodings

/// A date and time as MS-DOS packs them into ZIP headers (APPNOTE 4.4.6): from 1980 to 2107, in
/// steps of two seconds, without a time zone.
package struct DOSTime: Hashable, Sendable {
  /// Hours, minutes and half the seconds.
  package let time: UInt16
  /// Years since 1980, month and day.
  package let date: UInt16

  /// 1980-01-01 00:00:00, the first moment.
  package static let earliest = DOSTime(time: 0, date: 1 << 5 | 1)
  /// 2107-12-31 23:59:58, the last one.
  package static let latest = DOSTime(
    time: 23 << 11 | 59 << 5 | 29, date: 127 << 9 | 12 << 5 | 31)

  /// Takes the fields of a header as they are.
  package init(time: UInt16, date: UInt16) {
    self.time = time
    self.date = date
  }

  /// The moment in UTC, rounded down to two seconds and held to what the format can say.
  package init(unixSeconds: Int64) {
    guard unixSeconds >= 315_532_800 else {
      self = .earliest
      return
    }
    guard unixSeconds < 4_354_819_200 else {
      self = .latest
      return
    }
    let second = unixSeconds % 86_400
    let (year, month, day) = Timestamp.civil(daysSinceEpoch: unixSeconds / 86_400)
    let (minutes, half) = (second / 60 % 60, second % 60 / 2)
    time = UInt16((second / 3_600) << 11 | minutes << 5 | half)
    date = UInt16((year - 1_980) << 9 | month << 5 | day)
  }
}
