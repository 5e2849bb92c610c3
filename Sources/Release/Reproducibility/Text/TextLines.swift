// SPDX-License-Identifier: Apache-2.0

/// Contents as lines, for comparing texts; bytes throughout, because a `Character` may be two.
enum TextLines {
  /// The lines without their line feeds; the part after the last one is a line too.
  static func split(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
  }

  /// Whether bytes are text: UTF-8 without zero bytes.
  static func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
    !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil
  }

  /// The bytes with each CR LF replaced by LF; a CR that stands alone stays, because Python takes
  /// it for the end of a line.
  static func withoutCarriageReturns(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var previousIsReturn = false
    for byte in bytes {
      if byte == UInt8(ascii: "\n"), previousIsReturn { result.removeLast() }
      result.append(byte)
      previousIsReturn = byte == UInt8(ascii: "\r")
    }
    return result
  }

  /// Whether two texts are the same but for CR LF and LF.
  static func areEqualButForLineEndings(
    _ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>
  ) -> Bool {
    guard one.contains(UInt8(ascii: "\r")) || other.contains(UInt8(ascii: "\r")) else {
      return false
    }
    return withoutCarriageReturns(one) == withoutCarriageReturns(other)
  }

  /// Where two contents differ first.
  static func firstDifference(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Int {
    var count = 0
    for (left, right) in zip(one, other) {
      if left != right { return count }
      count += 1
    }
    return count
  }

  /// Whether a word stands in a text, ASCII letters in either case.
  static func contains(_ word: String, in text: ArraySlice<UInt8>) -> Bool {
    let word = Array(word.utf8)
    guard let first = word.first, text.count >= word.count else { return false }
    var place = text.startIndex
    let last = text.endIndex - word.count
    while place <= last {
      if lowercased(text[place]) == first,
        zip(text[place...], word).allSatisfy({ lowercased($0) == $1 })
      {
        return true
      }
      place += 1
    }
    return false
  }

  /// The lower-case form of an ASCII letter.
  static func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
  }
}

extension UInt8 {
  /// `0` to `9`.
  var isDigit: Bool { self >= 0x30 && self <= 0x39 }
}
