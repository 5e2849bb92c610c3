// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// The version of an action, as far as a file tells it: `v4`, `4.1.7`.
struct ActionVersion: Comparable {
  /// Its numbers, from the most important one.
  let numbers: [Int]

  /// Reads `v1.2.3`, with or without the `v`; nil for anything else.
  init?(_ text: some StringProtocol) {
    var bytes = Array(text.utf8)[...]
    if bytes.first == UInt8(ascii: "v") || bytes.first == UInt8(ascii: "V") { bytes.removeFirst() }
    let core = bytes.prefix { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") }
    var numbers: [Int] = []
    for part in core.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      guard let number = Int(String(decoding: part, as: UTF8.self)), number >= 0 else { return nil }
      numbers.append(number)
    }
    guard !numbers.isEmpty else { return nil }
    self.numbers = numbers
  }

  /// The version that a reference names: its tag, or the comment behind its commit.
  init?(of uses: UsesReference) {
    guard let ref = uses.ref else { return nil }
    if uses.refKind != .fullSHA {
      self.init(ref.value)
      return
    }
    guard let comment = uses.comment?.text else { return nil }
    let word = comment.split(whereSeparator: { " =:".contains($0) }).first {
      !["tag", "version", "ver"].contains($0)
    }
    guard let word else { return nil }
    self.init(word)
  }

  static func < (left: Self, right: Self) -> Bool {
    for index in 0..<max(left.numbers.count, right.numbers.count) {
      let first = index < left.numbers.count ? left.numbers[index] : 0
      let second = index < right.numbers.count ? right.numbers[index] : 0
      if first != second { return first < second }
    }
    return false
  }

  static func == (left: Self, right: Self) -> Bool { !(left < right) && !(right < left) }
}
