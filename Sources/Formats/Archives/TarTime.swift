// SPDX-License-Identifier: Apache-2.0

/// A moment of a tar archive, exact to the nanosecond.
///
/// Decimal text: digits with at most one point and a sign before them (POSIX.1-2017, "pax Extended
/// Header File Times"). What is finer than a nanosecond is rounded down, before the epoch too.
package struct TarTime: Hashable, Sendable {
  /// Whole seconds since the epoch, rounded down.
  package let seconds: Int64
  /// What comes on top of these, from 0 to 999,999,999.
  package let nanoseconds: Int32

  /// Names a moment in whole seconds.
  package init(seconds: Int64) {
    self.seconds = seconds
    nanoseconds = 0
  }

  /// Parses decimal text of at most 64 bytes; `nil` for anything else.
  ///
  /// At most fifteen digits stand before the point: these are beyond every calendar, and far from
  /// what 64 bits overflow at.
  package init?(parsing text: some Collection<UInt8>) {
    let isNegative = text.first == UInt8(ascii: "-")
    let digits = text.dropFirst(isNegative ? 1 : 0)
    let whole = digits.prefix(while: Self.isDigit)
    let point = digits[whole.endIndex...]
    let fraction = point.dropFirst()
    guard text.count <= 64, (1...15).contains(whole.count),
      point.isEmpty || point.first == UInt8(ascii: "."), fraction.allSatisfy(Self.isDigit)
    else { return nil }
    let seconds = whole.reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
    var nanoseconds = fraction.prefix(9).reduce(Int32(0)) { $0 * 10 + Int32($1 - 0x30) }
    for _ in fraction.count..<max(9, fraction.count) { nanoseconds *= 10 }
    guard isNegative else {
      self.seconds = seconds
      self.nanoseconds = nanoseconds
      return
    }
    // Downwards from zero: a fraction is what is missing to the second below.
    if fraction.dropFirst(9).contains(where: { $0 != 0x30 }) { nanoseconds += 1 }
    self.seconds = nanoseconds > 0 ? -seconds - 1 : -seconds
    self.nanoseconds = nanoseconds > 0 ? 1_000_000_000 - nanoseconds : 0
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
