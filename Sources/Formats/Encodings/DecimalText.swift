// SPDX-License-Identifier: Apache-2.0

/// Canonical decimal integers: digits only, no sign, no leading zero.
///
/// `Int("+5")` and `Int("05")` are 5; signed formats must not have several texts for one number.
package enum DecimalText {
  /// Reads a canonical unsigned decimal, or gives `nil`.
  @inlinable
  package static func parse(_ text: some Collection<UInt8>) -> UInt64? {
    guard !text.isEmpty, text.count <= 20 else { return nil }
    if text.count > 1, text.first == UInt8(ascii: "0") { return nil }
    var value: UInt64 = 0
    for byte in text {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(byte - 0x30))
      guard !overflow, !carry else { return nil }
      value = sum
    }
    return value
  }
}
