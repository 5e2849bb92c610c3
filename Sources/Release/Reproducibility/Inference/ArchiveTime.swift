// SPDX-License-Identifier: Apache-2.0

package import Archives
import Encodings

/// The times that archives record, as seconds since the epoch.
package enum ArchiveTime {
  /// A date that a back end writes when nobody gives it one.
  package struct Constant: Hashable, Sendable {
    /// Seconds since the epoch.
    package let seconds: Int64
    /// The back ends that write it.
    package let writers: String
  }

  /// The dates that back ends write when `SOURCE_DATE_EPOCH` is not set.
  package static let constants = [
    Constant(seconds: 315_532_800, writers: "uv and the ZIP format"),
    Constant(seconds: 1_451_606_400, writers: "flit, poetry-core and pdm-backend"),
    Constant(seconds: 1_580_601_600, writers: "hatchling"),
  ]

  /// The constant of a time; tar archives of some back ends have 0 for none.
  package static func constant(_ seconds: Int64) -> Constant? {
    if seconds == 0 { return Constant(seconds: 0, writers: "poetry-core and others") }
    return constants.first { $0.seconds == seconds }
  }

  /// The time of a ZIP member, read as UTC; `nil` for a date that does not exist.
  ///
  /// MS-DOS packs years from 1980 into seven bits, and seconds in steps of two (APPNOTE 4.4.6).
  package static func seconds(of header: ZipMemberHeader) -> Int64? {
    let (date, time) = (Int(header.dosDate), Int(header.dosTime))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let text =
      "\(1980 + date >> 9)-\(two(date >> 5 & 15))-\(two(date & 31))"
      + "T\(two(time >> 11)):\(two(time >> 5 & 63)):\(two((time & 31) * 2))Z"
    return try? Timestamp(rfc3339: text).seconds
  }

  /// What the times of an archive's members have in common.
  package enum Policy: Hashable, Sendable {
    /// All are one moment that is no constant: `SOURCE_DATE_EPOCH` was set to it.
    case single(Int64)
    /// All are a back end's constant.
    case constant(Constant)
    /// They differ; file times or the clock.
    case mixed

    /// Looks at all times of an archive.
    package init(_ times: some Sequence<Int64?>) {
      var found: Int64?
      for time in times {
        guard let time, found == nil || found == time else {
          self = .mixed
          return
        }
        found = time
      }
      guard let found else {
        self = .mixed
        return
      }
      self = ArchiveTime.constant(found).map { .constant($0) } ?? .single(found)
    }
  }
}
