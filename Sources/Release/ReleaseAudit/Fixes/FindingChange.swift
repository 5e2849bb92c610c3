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
    var left: [Key: [Finding]] = Dictionary(grouping: before, by: Key.init)
    let fixedCounts = Dictionary(grouping: fixed, by: Key.init).mapValues(\.count)
    let newCounts = Dictionary(grouping: after, by: Key.init).mapValues(\.count)
    for (key, count) in fixedCounts {
      let old = left[key]?.count ?? 0
      if newCounts[key] ?? 0 > old - count {
        return Objection(path: key.path, reason: "`\(key.rule)` still objects afterwards")
      }
    }
    // Those that are at the same place come first, so that the rest can be told apart.
    var unmatched: [Finding] = []
    for finding in after {
      let same = left[Key(finding)]?.firstIndex { old in
        guard let start = old.place.span?.lowerBound, let new = finding.place.span?.lowerBound
        else { return old.place.span == nil && finding.place.span == nil }
        return mapped(start, edits[finding.place.path] ?? []) == new
      }
      if let same { left[Key(finding)]?.remove(at: same) } else { unmatched.append(finding) }
    }
    for finding in unmatched {
      let like = left[Key(finding)]?.firstIndex { old in
        old.message == finding.message || isTouched(old, edits[old.place.path] ?? [])
      }
      guard let like else {
        return Objection(
          path: finding.place.path, reason: "`\(finding.rule)` objects to the result")
      }
      left[Key(finding)]?.remove(at: like)
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

  private static func mapped(_ offset: Int, _ edits: [SourceEdit]) -> Int {
    edits.reduce(offset) { sum, edit in
      edit.span.upperBound <= offset ? sum + edit.replacement.count - edit.span.count : sum
    }
  }

  private static func isTouched(_ finding: Finding, _ edits: [SourceEdit]) -> Bool {
    guard let span = finding.place.span else { return true }
    return edits.contains {
      $0.span.lowerBound <= span.upperBound && span.lowerBound <= $0.span.upperBound
    }
  }
}
