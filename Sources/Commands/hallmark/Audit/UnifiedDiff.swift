// SPDX-License-Identifier: Apache-2.0

/// Two texts as a unified diff, as `patch` reads it where no line holds what a terminal would obey.
///
/// Repairs change few lines, so the next lines that are equal are looked for nearby; what is further
/// away counts as replaced.
enum UnifiedDiff {
  private enum Line {
    case same(Int, Int)
    case removed(Int)
    case added(Int)
  }

  private static let reach = 60
  private static let context = 3

  /// The lines of the diff.
  ///
  /// - Parameters:
  ///   - name: the file's name.
  ///   - before: the bytes; nil for a file that is new.
  ///   - after: the bytes.
  /// - Returns: The lines, without line breaks.
  static func text(name: String, before: [UInt8]?, after: [UInt8]) -> [String] {
    let old = lines(before ?? [])
    let new = lines(after)
    let script = script(old, new)
    var result = [before == nil ? "--- /dev/null" : "--- a/\(name)", "+++ b/\(name)"]
    var index = 0
    while index < script.count {
      guard let first = script[index...].firstIndex(where: isChange) else { break }
      let start = max(index, first - context)
      var end = first
      // Changes that are near share a hunk.
      while let next = script[(end + 1)...].firstIndex(where: isChange),
        next - end <= 2 * context
      {
        end = next
      }
      end = min(script.count - 1, end + context)
      result += hunk(script[start...end], old, new)
      index = end + 1
    }
    return result
  }

  private static func hunk(
    _ part: ArraySlice<Line>, _ old: [[UInt8]], _ new: [[UInt8]]
  ) -> [String] {
    var (oldStart, newStart): (Int?, Int?) = (nil, nil)
    var (oldCount, newCount) = (0, 0)
    var result: [String] = []
    func show(_ sign: String, _ line: [UInt8]) {
      var bytes = line
      let isComplete = bytes.last == 0x0A
      if isComplete { bytes.removeLast() }
      let text = String(decoding: bytes, as: UTF8.self)
      // The tabs of a line are harmless.
      let safe = text.split(separator: "\t", omittingEmptySubsequences: false)
        .map { UntrustedText.printable(String($0)) }.joined(separator: "\t")
      result.append(sign + safe)
      if !isComplete { result.append("\\ No newline at end of file") }
    }
    for line in part {
      switch line {
      case .same(let one, let other):
        oldStart = oldStart ?? one
        newStart = newStart ?? other
        oldCount += 1
        newCount += 1
        show(" ", old[one])
      case .removed(let one):
        oldStart = oldStart ?? one
        oldCount += 1
        show("-", old[one])
      case .added(let other):
        newStart = newStart ?? other
        newCount += 1
        show("+", new[other])
      }
    }
    let head =
      "@@ -\(oldCount == 0 ? oldStart ?? 0 : (oldStart ?? 0) + 1),\(oldCount) "
      + "+\(newCount == 0 ? newStart ?? 0 : (newStart ?? 0) + 1),\(newCount) @@"
    return [head] + result
  }

  private static func isChange(_ line: Line) -> Bool {
    if case .same = line { false } else { true }
  }

  private static func script(_ old: [[UInt8]], _ new: [[UInt8]]) -> [Line] {
    var result: [Line] = []
    var (one, other) = (0, 0)
    while one < old.count || other < new.count {
      if one < old.count, other < new.count, old[one] == new[other] {
        result.append(.same(one, other))
        one += 1
        other += 1
        continue
      }
      let (removed, added) = step(old[one...], new[other...])
      for _ in 0..<removed {
        result.append(.removed(one))
        one += 1
      }
      for _ in 0..<added {
        result.append(.added(other))
        other += 1
      }
    }
    return result
  }

  // How many lines to take from each, so that what follows is equal.
  private static func step(
    _ old: ArraySlice<[UInt8]>, _ new: ArraySlice<[UInt8]>
  ) -> (removed: Int, added: Int) {
    for sum in 1...(2 * reach) {
      for removed in max(0, sum - reach)...min(sum, reach) {
        let (one, other) = (old.dropFirst(removed), new.dropFirst(sum - removed))
        if removed > old.count || sum - removed > new.count { continue }
        if one.isEmpty && other.isEmpty { return (removed, sum - removed) }
        guard let left = one.first, let right = other.first, left == right else { continue }
        // An empty line alone says little.
        let isStrong = left.count > 1
        if isStrong || one.dropFirst().first == other.dropFirst().first {
          return (removed, sum - removed)
        }
      }
    }
    return (min(old.count, reach), min(new.count, reach))
  }

  private static func lines(_ bytes: [UInt8]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var start = 0
    for (index, byte) in bytes.enumerated() where byte == 0x0A {
      result.append(Array(bytes[start...index]))
      start = index + 1
    }
    if start < bytes.count { result.append(Array(bytes[start...])) }
    return result
  }
}
