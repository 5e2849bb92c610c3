// SPDX-License-Identifier: Apache-2.0

import Encodings
package import ReleaseAudit

/// Commits of actions that this program knows by itself, so that an adoption needs no network.
///
/// It is a snapshot: each entry says when it was learned and from where. A commit that is not in
/// it, nor in the repository's own file, is not known, and nothing is written that would need it.
package enum KnownActions {
  /// What is known.
  package static let pins = ActionPins(read())

  /// The newest known version of an action; nil for none.
  static func newest(_ action: String, in pins: ActionPins = KnownActions.pins) -> ActionPins.Pin? {
    pins.pins.filter { $0.action == action && isVersion($0.tag) }.max {
      version($0.tag) < version($1.tag)
    }
  }

  /// The day on which the oldest entry was learned.
  package static var date: String {
    pins.pins.map { String($0.learned.description.prefix(10)) }.min() ?? ""
  }

  // From a workflow of the Sigstore project that names commit and version.
  private static let publish = (
    action: "pypa/gh-action-pypi-publish", tag: "v1.13.0",
    commit: "ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e", learned: "2026-11-29T00:00:00Z",
    how: "https://github.com/sigstore/sigstore-python/blob/"
      + "000722d85ee0e189877639bd274598f541ab8c8c/.github/workflows/release.yml"
  )

  private static func read() -> [ActionPins.Pin] {
    var pins: [ActionPins.Pin] = []
    var head: (action: String, learned: Timestamp)?
    for line in table.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      if words.count >= 2, words[0].contains("/") {
        head = (try? Timestamp(rfc3339: words[1])).map { (words[0], $0) }
      } else if words.count >= 2, let head {
        pins.append(
          ActionPins.Pin(
            action: head.action, tag: words[1], refs: Array(words[2...].sorted()),
            commit: words[0], learned: head.learned,
            how: "https://github.com/\(head.action).git"))
      }
    }
    if let learned = try? Timestamp(rfc3339: publish.learned) {
      pins.append(
        ActionPins.Pin(
          action: publish.action, tag: publish.tag, refs: [], commit: publish.commit,
          learned: learned, how: publish.how))
    }
    return pins
  }

  // `v` and three numbers: no branch and no pre-release.
  private static func isVersion(_ tag: String) -> Bool {
    let parts = tag.utf8.dropFirst().split(
      separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return tag.utf8.first == UInt8(ascii: "v") && parts.count == 3
      && parts.allSatisfy { isNumber($0) }
  }

  private static func isNumber(_ digits: Substring.UTF8View) -> Bool {
    (1...6).contains(digits.count) && digits.allSatisfy { (0x30...0x39).contains($0) }
  }

  private static func version(_ tag: String) -> Order {
    Order(
      numbers: tag.utf8.dropFirst().split(separator: UInt8(ascii: ".")).map { part in
        part.reduce(0) { ($0 * 10 + Int($1 & 15)) % 1_000_000 }
      })
  }

  private struct Order: Comparable {
    let numbers: [Int]

    static func < (left: Order, right: Order) -> Bool {
      left.numbers.lexicographicallyPrecedes(right.numbers)
    }
  }
}
