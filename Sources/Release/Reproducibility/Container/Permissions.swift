// SPDX-License-Identifier: Apache-2.0

/// Compares permission bits: only those that no installer looks at belong to the container.
enum Permissions {
  /// Compares the lower twelve bits of two modes.
  static func compare(
    _ published: Int, _ rebuilt: Int, isFile: Bool, member: ComparedMember,
    into list: inout DifferenceList
  ) {
    guard published != rebuilt else { return }
    let texts = (text(published), text(rebuilt))
    if (published ^ rebuilt) & 0o7000 != 0 {
      list.add(.specialPermissions, member: member, published: texts.0, rebuilt: texts.1)
    }
    if isFile, isExecutable(published) != isExecutable(rebuilt) {
      list.add(.executableBit, member: member, published: texts.0, rebuilt: texts.1)
    } else if (published ^ rebuilt) & 0o777 != 0 {
      list.add(.umaskModes, member: member, published: texts.0, rebuilt: texts.1)
    }
  }

  /// Who may execute a file: the owner, and anybody; installers look at one or the other.
  static func isExecutable(_ mode: Int) -> [Bool] { [mode & 0o100 != 0, mode & 0o111 != 0] }

  /// A mode in octal digits.
  static func text(_ mode: Int) -> String { "0" + String(mode, radix: 8) }
}

/// Dates for people.
enum CalendarText {
  /// The date and time in UTC of seconds since the epoch, at least 0.
  static func date(_ seconds: Int) -> String {
    // H. Hinnant, "chrono-Compatible Low-Level Date Algorithms": years start in March.
    let days = seconds / 86_400 + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let second = seconds % 86_400
    return parts(year, month, day) + " " + time(second / 3_600, second / 60 % 60, second % 60)
  }

  /// The text of MS-DOS date and time; `nil` if they are none.
  static func dos(date: UInt16, time value: UInt16) -> String? {
    if date == 0, value == 0 { return "none" }
    let (month, day) = (Int(date >> 5 & 15), Int(date & 31))
    let (hour, minute, second) = (Int(value >> 11), Int(value >> 5 & 63), Int(value & 31) * 2)
    guard (1...12).contains(month), day >= 1, hour < 24, minute < 60, second < 60 else {
      return nil
    }
    return parts(1_980 + Int(date >> 9), month, day) + " " + time(hour, minute, second)
  }

  private static func parts(_ year: Int, _ month: Int, _ day: Int) -> String {
    "\(year)-\(two(month))-\(two(day))"
  }

  private static func time(_ hour: Int, _ minute: Int, _ second: Int) -> String {
    "\(two(hour)):\(two(minute)):\(two(second))"
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
