// SPDX-License-Identifier: Apache-2.0

/// Byte classes of ASCII. Swift's `Character` properties are Unicode's, and the Kelvin sign
/// lowercases to `k`.
extension UInt8 {
  /// `0` to `9`.
  var isASCIIDigit: Bool { self >= 0x30 && self <= 0x39 }

  /// `a` to `z` or `A` to `Z`.
  var isASCIILetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A }

  /// A letter or a digit.
  var isASCIIAlphanumeric: Bool { isASCIIDigit || isASCIILetter }

  /// The lower-case form of an ASCII letter, any other byte unchanged.
  var asciiLowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }

  /// Space, tab, line feed, vertical tab, form feed or carriage return.
  var isASCIIWhitespace: Bool { self == 0x20 || (self >= 0x09 && self <= 0x0D) }
}
