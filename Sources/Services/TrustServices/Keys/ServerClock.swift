// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import Foundation

/// The clock of the running server; tests give the services another one.
package enum ServerClock {
  /// The moment now, in whole milliseconds.
  package static func now() -> Timestamp {
    let milliseconds = Int64((Date().timeIntervalSince1970 * 1_000).rounded(.down))
    return Timestamp(
      unixSeconds: milliseconds / 1_000,
      nanoseconds: Int32(milliseconds % 1_000) * 1_000_000)
  }
}

extension Timestamp {
  /// The second as a Foundation date.
  package var date: Date { Date(timeIntervalSince1970: TimeInterval(seconds)) }

  /// Milliseconds since 1970.
  var milliseconds: UInt64 { UInt64(max(0, seconds)) * 1_000 + UInt64(nanoseconds / 1_000_000) }

  /// The second of a Foundation date.
  package init(_ date: Date) {
    self.init(unixSeconds: Int64(date.timeIntervalSince1970.rounded(.down)))
  }
}
