// SPDX-License-Identifier: Apache-2.0

import Encodings

/// A tag that is a semantic version with a leading `v`, possibly shortened: `v1`, `v1.2`,
/// `v1.2.3-pre+build` (semver.org 2.0.0 as Go's `golang.org/x/mod/semver` reads it).
struct SemanticVersionTag: Hashable {
  /// Major, then minor and patch as far as they are written, as decimal digits.
  let numbers: [[UInt8]]
  /// What follows the `-`, without it; empty if there is none.
  let prerelease: [UInt8]
  /// What follows the `+`, without it; empty if there is none.
  let build: [UInt8]

  /// Reads a tag; anything that is not a version gives `nil`.
  init?(_ tag: String) {
    var rest = Array(tag.utf8)[...]
    guard rest.first == UInt8(ascii: "v") else { return nil }
    rest = rest.dropFirst()
    var build: [UInt8] = []
    if let plus = rest.firstIndex(of: UInt8(ascii: "+")) {
      build = Array(rest[(plus + 1)...])
      guard Self.areIdentifiers(build, numericMayStartWithZero: true) else { return nil }
      rest = rest[..<plus]
    }
    var prerelease: [UInt8] = []
    let hasPrerelease = rest.contains(UInt8(ascii: "-"))
    if let dash = rest.firstIndex(of: UInt8(ascii: "-")) {
      prerelease = Array(rest[(dash + 1)...])
      guard Self.areIdentifiers(prerelease, numericMayStartWithZero: false) else { return nil }
      rest = rest[..<dash]
    }
    let numbers = rest.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .map { Array($0) }
    guard numbers.count <= 3, numbers.allSatisfy(Self.isNumber) else { return nil }
    // Only a full version may have more than its numbers.
    guard numbers.count == 3 || !hasPrerelease && build.isEmpty else { return nil }
    self.numbers = numbers
    self.prerelease = prerelease
    self.build = build
  }

  /// The number at a place; a number that is not written is 0.
  func number(at index: Int) -> [UInt8] {
    index < numbers.count ? numbers[index] : [UInt8(ascii: "0")]
  }

  /// Whether it is exactly `vX.Y.Z`.
  var isPlainRelease: Bool { numbers.count == 3 && prerelease.isEmpty && build.isEmpty }

  private static func isNumber(_ digits: [UInt8]) -> Bool {
    guard let first = digits.first, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
      return false
    }
    return first != 0x30 || digits.count == 1
  }

  private static func areIdentifiers(_ text: [UInt8], numericMayStartWithZero: Bool) -> Bool {
    text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { part in
      let isWord = part.allSatisfy { byte in
        byte == UInt8(ascii: "-") || byte >= 0x30 && byte <= 0x39
          || byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
      }
      guard !part.isEmpty, isWord else { return false }
      let isNumeric = part.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
      return numericMayStartWithZero || !isNumeric || isNumber(Array(part))
    }
  }
}
