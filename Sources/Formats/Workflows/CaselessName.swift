// SPDX-License-Identifier: Apache-2.0

/// Names that GitHub compares without case: of inputs, variables, owners, repositories.
enum CaselessName {
  /// Whether two names are the same.
  static func isSame(_ left: String, _ right: String) -> Bool {
    // Nearly all names are ASCII, and are compared where they stand.
    var (ours, theirs) = (left.utf8.makeIterator(), right.utf8.makeIterator())
    while true {
      let (byte, other) = (ours.next(), theirs.next())
      guard let byte, let other else { return byte == nil && other == nil }
      guard byte < 0x80, other < 0x80 else { return left.lowercased() == right.lowercased() }
      guard lowercased(byte) == lowercased(other) else { return false }
    }
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }
}
