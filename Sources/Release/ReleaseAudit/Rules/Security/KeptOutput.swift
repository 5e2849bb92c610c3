// SPDX-License-Identifier: Apache-2.0

/// The parts of a script whose output does not go to the log: groups and loops that are redirected
/// or piped as a whole, and substitutions.
///
/// Words are taken as they stand, quotes and comments too: it serves to leave out what may be kept.
struct KeptOutput {
  private static let pairs: [[UInt8]: [UInt8]] = [
    Array("}".utf8): Array("{".utf8), Array("done".utf8): Array("do".utf8),
    Array("fi".utf8): Array("if".utf8), Array("esac".utf8): Array("case".utf8),
  ]

  private let start: Int
  /// For each byte, in how many such parts it is.
  private var depths: [Int]

  /// Reads a script's bytes.
  init(_ bytes: [UInt8], in span: Range<Int>) {
    let span = span.clamped(to: bytes.indices)
    start = span.lowerBound
    depths = Array(repeating: 0, count: span.count + 1)
    // The open ones of each kind.
    var open: [[UInt8]: [Int]] = [:]
    var position = span.lowerBound
    while position < span.upperBound {
      let first = position
      position += 1
      switch bytes[first] {
      case UInt8(ascii: "("): open[[UInt8(ascii: "(")], default: []].append(first)
      case UInt8(ascii: ")"):
        guard let begin = open[[UInt8(ascii: "(")]]?.popLast() else { continue }
        let isSubstitution = begin > start && bytes[begin - 1] == UInt8(ascii: "$")
        if isSubstitution || Self.isTaken(bytes[position..<span.upperBound]) {
          add(begin..<position)
        }
      case let byte where Self.isInWord(byte):
        while position < span.upperBound, Self.isInWord(bytes[position]) { position += 1 }
        // Longer words are none of the shell's own.
        guard position - first <= 4 else { continue }
        let word = Array(bytes[first..<position])
        if let opener = Self.pairs[word] {
          if let begin = open[opener]?.popLast(), Self.isTaken(bytes[position..<span.upperBound]) {
            add(begin..<position)
          }
        } else if Self.pairs.values.contains(word) {
          open[word, default: []].append(first)
        }
      default: continue
      }
    }
    for index in depths.indices.dropFirst() { depths[index] += depths[index - 1] }
  }

  /// Whether what stands there is in such a part.
  func contains(_ offset: Int) -> Bool {
    depths.indices.contains(offset - start) && depths[offset - start] > 0
  }

  private mutating func add(_ range: Range<Int>) {
    depths[range.lowerBound - start] += 1
    depths[range.upperBound - start] -= 1
  }

  private static func isInWord(_ byte: UInt8) -> Bool {
    byte > 0x20 && ![UInt8](";&|()<>".utf8).contains(byte)
  }

  /// Whether a file or a program takes the output of what ends before.
  private static func isTaken(_ rest: ArraySlice<UInt8>) -> Bool {
    let rest = rest.drop { $0 == UInt8(ascii: " ") }
    if rest.first == UInt8(ascii: "|") { return rest.dropFirst().first != UInt8(ascii: "|") }
    guard rest.first == UInt8(ascii: ">") else { return false }
    let target = rest.drop { $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: " ") }
    return ["&", "/dev/stdout", "/dev/stderr"].allSatisfy { !target.starts(with: $0.utf8) }
  }
}
