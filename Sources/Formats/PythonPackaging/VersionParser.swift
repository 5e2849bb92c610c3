// SPDX-License-Identifier: Apache-2.0

/// Reads the grammar of PEP 440, appendix B, from left to right without ever going back further
/// than one separator, so that the time is linear in the text.
struct VersionParser {
  /// The parts of a version.
  struct Parts {
    var epoch = Numeral.zero
    var release: [Numeral] = []
    var preRelease: Version.PreRelease?
    var postRelease: Numeral?
    var developmentRelease: Numeral?
    var local: [Version.LocalSegment] = []
  }

  private let bytes: [UInt8]
  private var position = 0

  /// The text without surrounding white space.
  let trimmed: String

  init(_ text: String) {
    let front = text.utf8.drop { $0.isASCIIWhitespace }
    let kept = front.prefix(front.count - front.reversed().prefix { $0.isASCIIWhitespace }.count)
    trimmed = String(decoding: kept, as: UTF8.self)
    bytes = kept.map(\.asciiLowercased)
  }

  mutating func parse() -> Parts? {
    var parts = Parts()
    _ = take("v")
    guard let first = digits() else { return nil }
    if take("!") {
      parts.epoch = first
      guard let number = digits() else { return nil }
      parts.release = [number]
    } else {
      parts.release = [first]
    }
    while position + 1 < bytes.count, bytes[position] == UInt8(ascii: "."),
      bytes[position + 1].isASCIIDigit
    {
      position += 1
      if let number = digits() { parts.release.append(number) }
    }
    parts.preRelease = preRelease()
    parts.postRelease = postRelease()
    if suffix(["dev"]) != nil { parts.developmentRelease = suffixNumber() }
    if take("+") {
      guard let local = localSegments() else { return nil }
      parts.local = local
    }
    return position == bytes.count ? parts : nil
  }

  private mutating func preRelease() -> Version.PreRelease? {
    guard let word = suffix(["alpha", "a", "beta", "b", "preview", "pre", "rc", "c"]) else {
      return nil
    }
    let phase: Version.PreReleasePhase =
      switch word {
      case "alpha", "a": .alpha
      case "beta", "b": .beta
      default: .candidate
      }
    return Version.PreRelease(phase: phase, number: suffixNumber())
  }

  private mutating func postRelease() -> Numeral? {
    if position + 1 < bytes.count, bytes[position] == UInt8(ascii: "-"),
      bytes[position + 1].isASCIIDigit
    {
      position += 1
      return digits()
    }
    return suffix(["post", "rev", "r"]) == nil ? nil : suffixNumber()
  }

  /// One of the words after at most one separator; moves only if there is one.
  private mutating func suffix(_ words: [String]) -> String? {
    let start = position
    skipSeparator()
    for word in words where take(word) { return word }
    position = start
    return nil
  }

  /// The number after a suffix and at most one separator; no number means 0.
  private mutating func suffixNumber() -> Numeral {
    skipSeparator()
    return digits() ?? .zero
  }

  private mutating func localSegments() -> [Version.LocalSegment]? {
    var segments: [Version.LocalSegment] = []
    repeat {
      let start = position
      while position < bytes.count, bytes[position].isASCIIAlphanumeric { position += 1 }
      let segment = bytes[start..<position]
      guard !segment.isEmpty else { return nil }
      segments.append(
        segment.allSatisfy(\.isASCIIDigit)
          ? .number(Numeral(segment)) : .text(String(decoding: segment, as: UTF8.self)))
    } while takeSeparator()
    return segments
  }

  private mutating func digits() -> Numeral? {
    let start = position
    while position < bytes.count, bytes[position].isASCIIDigit { position += 1 }
    return position > start ? Numeral(bytes[start..<position]) : nil
  }

  private mutating func take(_ word: String) -> Bool {
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func skipSeparator() { _ = takeSeparator() }

  private mutating func takeSeparator() -> Bool {
    guard position < bytes.count else { return false }
    switch bytes[position] {
    case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
      position += 1
      return true
    default: return false
    }
  }
}
