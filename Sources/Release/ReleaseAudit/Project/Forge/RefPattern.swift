// SPDX-License-Identifier: Apache-2.0

/// Patterns of the names of branches and tags.
package enum RefPattern {
  /// Whether a name is of a pattern, as GitHub's rulesets and environments compare them: `*` stands
  /// for any text without `/`, `**` for any text, `?` for one byte, `[a-z]` for one of a set.
  ///
  /// The cost is the product of both lengths at most; names and patterns of more than 1000 bytes
  /// match nothing.
  package static func matches(_ pattern: String, _ name: String) -> Bool {
    let tokens = tokens(of: Array(pattern.utf8))
    let bytes = Array(name.utf8)
    guard tokens.count <= 1_000, bytes.count <= 1_000 else { return false }
    var reached = [Bool](repeating: false, count: bytes.count + 1)
    reached[0] = true
    for token in tokens {
      var next = [Bool](repeating: false, count: bytes.count + 1)
      for place in 0...bytes.count {
        switch token {
        case .many(let crosses):
          next[place] =
            reached[place]
            || place > 0 && next[place - 1] && (crosses || bytes[place - 1] != UInt8(ascii: "/"))
        case .one(let ranges, let isNegated):
          guard place > 0, reached[place - 1], bytes[place - 1] != UInt8(ascii: "/") else {
            continue
          }
          next[place] = ranges.contains { $0.contains(bytes[place - 1]) } != isNegated
        case .byte(let byte):
          next[place] = place > 0 && reached[place - 1] && bytes[place - 1] == byte
        }
      }
      reached = next
    }
    return reached[bytes.count]
  }

  /// A name that a filter of `on.push` lets through, for comparing it with another pattern; nil
  /// for what lets nothing through.
  package static func example(of filter: String) -> String? {
    guard !filter.hasPrefix("!"), filter.utf8.count <= 1_000 else { return nil }
    var result: [UInt8] = []
    for token in tokens(of: Array(filter.utf8)) {
      switch token {
      case .many: if result.last != UInt8(ascii: "1") { result.append(UInt8(ascii: "1")) }
      // In filters of workflows `?` and `+` say how often what is before them comes.
      case .one(let ranges, _) where ranges == [0...255]: break
      case .one(let ranges, let isNegated):
        result.append(isNegated ? UInt8(ascii: "1") : ranges.first?.lowerBound ?? UInt8(ascii: "1"))
      case .byte(UInt8(ascii: "+")): break
      case .byte(let byte): result.append(byte)
      }
    }
    return result.isEmpty ? nil : String(decoding: result, as: UTF8.self)
  }

  /// Whether a pattern stands for exactly one name.
  package static func isLiteral(_ pattern: String) -> Bool {
    !pattern.utf8.contains { "*?[".utf8.contains($0) }
  }

  /// Whether some name may be of both patterns.
  ///
  /// The cost is the product of both lengths; sets and `?` count as any byte, and so do patterns of
  /// more than 1000 bytes as any name.
  package static func mayOverlap(_ first: String, _ second: String) -> Bool {
    let first = tokens(of: Array(first.utf8))
    let second = tokens(of: Array(second.utf8))
    guard first.count <= 1_000, second.count <= 1_000 else { return true }
    // Whether what follows of both may be the same text, for each place of the second one.
    var below = [Bool](repeating: false, count: second.count + 1)
    for index in stride(from: first.count, through: 0, by: -1) {
      var row = [Bool](repeating: false, count: second.count + 1)
      for other in stride(from: second.count, through: 0, by: -1) {
        let one = index < first.count ? first[index] : nil
        let two = other < second.count ? second[other] : nil
        switch (one, two) {
        case (nil, nil): row[other] = true
        case (.many?, nil): row[other] = below[other]
        case (.many?, _?): row[other] = below[other] || row[other + 1]
        case (nil, .many?): row[other] = row[other + 1]
        case (_?, .many?): row[other] = row[other + 1] || below[other]
        case (.byte(let a)?, .byte(let b)?): row[other] = a == b && below[other + 1]
        case (_?, _?): row[other] = below[other + 1]
        case (_?, nil), (nil, _?): row[other] = false
        }
      }
      below = row
    }
    return below[0]
  }

  private enum Token {
    case byte(UInt8)
    case one([ClosedRange<UInt8>], isNegated: Bool)
    case many(crosses: Bool)
  }

  private static func tokens(of pattern: [UInt8]) -> [Token] {
    var tokens: [Token] = []
    var rest = pattern[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "*"):
        let crosses = rest.first == UInt8(ascii: "*")
        while rest.first == UInt8(ascii: "*") { rest.removeFirst() }
        // `**/` is also no folder at all.
        if crosses, rest.first == UInt8(ascii: "/") { rest.removeFirst() }
        tokens.append(.many(crosses: crosses))
      case UInt8(ascii: "?"): tokens.append(.one([0...255], isNegated: false))
      case UInt8(ascii: "["):
        guard let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "]")) else {
          tokens.append(.byte(byte))
          continue
        }
        tokens.append(set(rest[..<end]))
        rest = rest[(end + 1)...]
      case UInt8(ascii: "\\"): tokens.append(.byte(rest.popFirst() ?? byte))
      default: tokens.append(.byte(byte))
      }
    }
    return tokens
  }

  private static func set(_ content: ArraySlice<UInt8>) -> Token {
    var rest = content
    let isNegated = rest.first == UInt8(ascii: "^") || rest.first == UInt8(ascii: "!")
    if isNegated { rest.removeFirst() }
    var ranges: [ClosedRange<UInt8>] = []
    while let first = rest.popFirst() {
      if rest.first == UInt8(ascii: "-"), let last = rest.dropFirst().first, last >= first {
        ranges.append(first...last)
        rest = rest.dropFirst(2)
      } else {
        ranges.append(first...first)
      }
    }
    return .one(ranges, isNegated: isNegated)
  }
}
