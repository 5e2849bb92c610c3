// SPDX-License-Identifier: Apache-2.0

import SourceText

/// Compares the findings before and after edits.
enum FindingChange {
  /// What speaks against a set of fixes.
  struct Objection {
    /// The file in which it shows.
    let path: String
    /// Why, for a person.
    let reason: String
  }

  /// Looks for findings that have come, and for those that should be gone.
  ///
  /// - Parameters:
  ///   - before: the findings before.
  ///   - after: the findings after.
  ///   - fixed: the findings that the edits are for.
  ///   - edits: the edits by path.
  /// - Returns: The first objection; nil where there is none.
  static func objection(
    _ before: [Finding], _ after: [Finding], fixed: [Finding], edits: [String: [SourceEdit]]
  ) -> Objection? {
    let maps = edits.mapValues(EditMap.init)
    let counts = Dictionary(grouping: before, by: Key.init).mapValues(\.count)
    let fixedCounts = Dictionary(grouping: fixed, by: Key.init).mapValues(\.count)
    let newCounts = Dictionary(grouping: after, by: Key.init).mapValues(\.count)
    for (key, count) in fixedCounts {
      let old = counts[key] ?? 0
      if newCounts[key] ?? 0 > old - count {
        return Objection(path: key.path, reason: "`\(key.rule)` still objects afterwards")
      }
    }
    // Those that are at the same place come first, so that the rest can be told apart.
    var left = Left(before, maps)
    let unmatched = after.filter { !left.takeAtPlace($0) }
    for finding in unmatched where !left.takeLike(finding, maps) {
      return Objection(
        path: finding.place.path, reason: "`\(finding.rule)` objects to the result")
    }
    return nil
  }

  private struct Key: Hashable {
    let rule: String
    let path: String

    init(_ finding: Finding) {
      rule = finding.rule
      path = finding.place.path
    }
  }

  /// Findings from before that are still without a counterpart.
  private struct Left {
    private struct Spot: Hashable {
      let key: Key
      let start: Int?
    }

    private struct Words: Hashable {
      let key: Key
      let message: String
    }

    private let findings: [Finding]
    private var isTaken: [Bool]
    // The last one of a list comes first.
    private var places: [Spot: [Int]] = [:]
    private var words: [Words: [Int]] = [:]
    private var keys: [Key: [Int]] = [:]

    init(_ findings: [Finding], _ maps: [String: EditMap]) {
      self.findings = findings
      isTaken = [Bool](repeating: false, count: findings.count)
      for (index, finding) in findings.enumerated().reversed() {
        let key = Key(finding)
        let start = finding.place.span?.lowerBound
        let mapped = start.map { maps[finding.place.path]?.mapped($0) ?? $0 }
        places[Spot(key: key, start: mapped), default: []].append(index)
        words[Words(key: key, message: finding.message), default: []].append(index)
        keys[key, default: []].append(index)
      }
    }

    /// Takes one that stood where this stands.
    mutating func takeAtPlace(_ finding: Finding) -> Bool {
      let spot = Spot(key: Key(finding), start: finding.place.span?.lowerBound)
      guard let index = places[spot]?.popLast() else { return false }
      isTaken[index] = true
      return true
    }

    /// Takes one with the same words, or one that an edit has touched.
    mutating func takeLike(_ finding: Finding, _ maps: [String: EditMap]) -> Bool {
      let key = Key(finding)
      let same = Words(key: key, message: finding.message)
      while let index = words[same]?.popLast() {
        guard !isTaken[index] else { continue }
        isTaken[index] = true
        return true
      }
      var waiting = keys[key] ?? []
      // Those that no edit has touched stay so for the next question.
      while let index = waiting.popLast() {
        guard !isTaken[index] else { continue }
        let old = findings[index]
        let isTouched =
          old.place.span.map { span in
            maps[old.place.path]?.contains(meeting: span) { _ in true } ?? false
          } ?? true
        guard isTouched else { continue }
        isTaken[index] = true
        keys[key] = waiting
        return true
      }
      keys[key] = []
      return false
    }
  }
}
