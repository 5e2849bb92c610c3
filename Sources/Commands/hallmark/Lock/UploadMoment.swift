// SPDX-License-Identifier: Apache-2.0

import Encodings

/// A moment as a person gives it: a time (RFC 3339), a date, or a duration before now (ISO 8601, as
/// far as it is days, hours and minutes: `P3D`, `PT12H`).
struct UploadMoment: Hashable, Sendable {
  /// The moment.
  let moment: Timestamp

  /// Reads one; `nil` for anything else.
  init?(_ text: String, now: Timestamp) {
    if text.utf8.first == UInt8(ascii: "P") {
      guard let seconds = Self.seconds(text.dropFirst()) else { return nil }
      moment = now.adding(seconds: -seconds)
    } else if let time = try? Timestamp(rfc3339: text) {
      moment = time
    } else if let day = try? Timestamp(rfc3339: "\(text)T00:00:00Z") {
      moment = day
    } else {
      return nil
    }
  }

  private static func seconds(_ text: Substring) -> Int64? {
    var total: Int64 = 0
    var isTime = false
    var digits = ""
    var parts = 0
    for character in text {
      switch (character, isTime) {
      case ("T", false) where digits.isEmpty: isTime = true
      case ("0"..."9", _) where digits.utf8.count < 6: digits.append(character)
      case ("W", false), ("D", false), ("H", true), ("M", true), ("S", true):
        let units: [Character: Int64] = [
          "W": 604_800, "D": 86_400, "H": 3_600, "M": 60, "S": 1,
        ]
        guard let number = Int64(digits), let unit = units[character] else { return nil }
        total += number * unit
        digits = ""
        parts += 1
      default: return nil
      }
    }
    return digits.isEmpty && parts > 0 ? total : nil
  }
}
