// SPDX-License-Identifier: Apache-2.0

extension Array {
  /// The first index whose element passes a test that all later ones pass, too; else the end.
  ///
  /// It looks at few of them: the logarithm of their number.
  package func firstIndex(sorted isBehind: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
