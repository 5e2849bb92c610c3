// SPDX-License-Identifier: Apache-2.0

import Reproducibility

/// Two texts as a unified diff, as `patch` reads it where no line holds what a terminal would obey.
enum UnifiedDiff {
  private enum Line {
    case same(Int, Int)
    case removed(Int)
    case added(Int)
  }

  // A repair changes a line or two; a large file may have hundreds.
  private static let maximumEdits = 1_000
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
      // A line break of two bytes is harmless, and `patch` compares it.
      let hasReturn = isComplete && bytes.last == 0x0D
      if hasReturn { bytes.removeLast() }
      let text = String(decoding: bytes, as: UTF8.self)
      // The tabs of a line are harmless.
      let safe = text.split(separator: "\t", omittingEmptySubsequences: false)
        .map { UntrustedText.printable(String($0)) }.joined(separator: "\t")
      result.append(sign + safe + (hasReturn ? "\r" : ""))
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
    let difference = LineDifference(
      old.map { $0[...] }, new.map { $0[...] }, maximumEdits: maximumEdits)
    var result: [Line] = []
    var (one, other) = (0, 0)
    func take(_ origin: Excerpt.Origin) {
      switch origin {
      case .both: result.append(.same(one, other))
      case .published: result.append(.removed(one))
      case .rebuilt: result.append(.added(other))
      case .omitted: return
      }
      if origin != .rebuilt { one += 1 }
      if origin != .published { other += 1 }
    }
    for _ in 0..<difference.commonPrefix { take(.both) }
    for step in difference.steps { take(step.origin) }
    while one < old.count, other < new.count { take(.both) }
    return result
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

extension Console {
  /// A line of a unified diff with the colour of what it does.
  func painted(diff line: String) -> String {
    switch line.utf8.first {
    case UInt8(ascii: "+"): styled(line, .good, on: .output)
    case UInt8(ascii: "-"): styled(line, .bad, on: .output)
    case UInt8(ascii: "@"): styled(line, .accent, on: .output)
    default: line
    }
  }
}
