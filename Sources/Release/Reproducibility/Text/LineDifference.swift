// SPDX-License-Identifier: Apache-2.0

/// Which lines two texts share, at a bounded cost.
///
/// What is the same at both ends is set aside; the middle goes through Myers' algorithm (E. Myers,
/// "An O(ND) Difference Algorithm", 1986), which is quick while few lines differ. Beyond
/// ``maximumEdits`` or ``maximumLines`` the middle counts as replaced as a whole, so that hostile
/// texts cost no more than reading them.
package struct LineDifference {
  /// One line of the result.
  package struct Step: Hashable {
    /// Which text has it.
    package let origin: Excerpt.Origin
    /// The line's place in the published text, or in the rebuilt one if only that has it.
    package let line: Int
  }

  package static let maximumEdits = 128
  package static let maximumLines = 20_000

  /// The lines that differ and those between them, from the first to the last difference.
  package let steps: [Step]
  /// How many lines the texts share before the first step.
  package let commonPrefix: Int
  /// Whether lines were matched with each other, and not only replaced as a whole.
  let isAligned: Bool

  /// Compares two texts.
  ///
  /// - Parameters:
  ///   - published: the lines of one.
  ///   - rebuilt: the lines of the other.
  ///   - maximumEdits: how many lines may differ; memory grows with its square.
  package init(
    _ published: [ArraySlice<UInt8>], _ rebuilt: [ArraySlice<UInt8>],
    maximumEdits: Int = Self.maximumEdits
  ) {
    let shorter = min(published.count, rebuilt.count)
    var prefix = 0
    while prefix < shorter, published[prefix] == rebuilt[prefix] { prefix += 1 }
    var suffix = 0
    while suffix < shorter - prefix,
      published[published.count - 1 - suffix] == rebuilt[rebuilt.count - 1 - suffix]
    { suffix += 1 }
    let left = prefix..<(published.count - suffix)
    let right = prefix..<(rebuilt.count - suffix)
    commonPrefix = prefix
    if !left.isEmpty, !right.isEmpty, left.count <= Self.maximumLines,
      right.count <= Self.maximumLines,
      let steps = Self.myers(published, left, rebuilt, right, maximumEdits)
    {
      self.steps = steps
      isAligned = true
    } else {
      steps =
        left.map { Step(origin: .published, line: $0) }
        + right.map { Step(origin: .rebuilt, line: $0) }
      isAligned = left.isEmpty || right.isEmpty
    }
  }

  private static func myers(
    _ published: [ArraySlice<UInt8>], _ left: Range<Int>,
    _ rebuilt: [ArraySlice<UInt8>], _ right: Range<Int>, _ maximumEdits: Int
  ) -> [Step]? {
    // Lines are compared very often, so each becomes a number first.
    var numbers: [ArraySlice<UInt8>: Int] = [:]
    func number(_ line: ArraySlice<UInt8>) -> Int {
      if let known = numbers[line] { return known }
      numbers[line] = numbers.count
      return numbers.count - 1
    }
    let one = left.map { number(published[$0]) }
    let two = right.map { number(rebuilt[$0]) }
    let bound = min(maximumEdits, one.count + two.count)
    var frontier = [Int](repeating: 0, count: 2 * bound + 3)
    let middle = bound + 1
    var trace: [[Int]] = []
    // No path leads over a place outside of the grid.
    let outside = -1 << 40
    for edits in 0...bound {
      trace.append(Array(frontier[(middle - edits)...(middle + edits)]))
      for diagonal in stride(from: -edits, through: edits, by: 2) {
        let below = frontier[middle + diagonal + 1]
        let beside = frontier[middle + diagonal - 1]
        let goesDown = diagonal == -edits || (diagonal != edits && beside < below)
        var x = goesDown ? below : beside + 1
        var y = x - diagonal
        guard x >= 0, y >= 0, x <= one.count, y <= two.count else {
          frontier[middle + diagonal] = outside
          continue
        }
        while x < one.count, y < two.count, one[x] == two[y] {
          x += 1
          y += 1
        }
        frontier[middle + diagonal] = x
        if x == one.count, y == two.count {
          return path(trace, to: (one.count, two.count), left: left, right: right)
        }
      }
    }
    return nil
  }

  // Walks back from the end through the frontiers that were kept.
  private static func path(
    _ trace: [[Int]], to end: (x: Int, y: Int), left: Range<Int>, right: Range<Int>
  ) -> [Step] {
    var (x, y) = end
    var steps: [Step] = []
    for edits in stride(from: trace.count - 1, through: 1, by: -1) {
      let frontier = trace[edits]
      let diagonal = x - y
      // The frontier that was kept has the diagonals from -edits to edits.
      func reached(_ diagonal: Int) -> Int {
        let place = diagonal + edits
        return frontier.indices.contains(place) ? frontier[place] : Int.min / 2
      }
      let goesDown =
        diagonal == -edits || (diagonal != edits && reached(diagonal - 1) < reached(diagonal + 1))
      let before = goesDown ? diagonal + 1 : diagonal - 1
      let startX = max(0, reached(before))
      let startY = startX - before
      while x > startX, y > startY, x > 0, y > 0, x - 1 >= (goesDown ? startX : startX + 1) {
        x -= 1
        y -= 1
        steps.append(Step(origin: .both, line: left.lowerBound + x))
      }
      if goesDown {
        y -= 1
        steps.append(Step(origin: .rebuilt, line: right.lowerBound + max(0, y)))
      } else {
        x -= 1
        steps.append(Step(origin: .published, line: left.lowerBound + max(0, x)))
      }
    }
    while x > 0, y > 0 {
      x -= 1
      y -= 1
      steps.append(Step(origin: .both, line: left.lowerBound + x))
    }
    return steps.reversed()
  }
}
