// SPDX-License-Identifier: Apache-2.0

import SourceText

/// The edits of one file in their order, for questions about many places.
struct EditMap {
  // Edits do not overlap, so that those that begin later also end later.
  private let spans: [Range<Int>]
  /// By how much what stands behind the first ones has moved.
  private let shifts: [Int]

  init(_ edits: [SourceEdit]) {
    let ordered = edits.sorted {
      ($0.span.lowerBound, $0.span.upperBound) < ($1.span.lowerBound, $1.span.upperBound)
    }
    spans = ordered.map(\.span)
    var shifts = [0]
    for edit in ordered { shifts.append(shifts[shifts.count - 1] + edit.shift) }
    self.shifts = shifts
  }

  /// Where a place is afterwards.
  func mapped(_ offset: Int) -> Int {
    offset + shifts[first { $0.upperBound > offset }]
  }

  /// Whether one of the edits that meet a span passes a test.
  func contains(meeting span: Range<Int>, where test: (Range<Int>) -> Bool) -> Bool {
    var index = first { $0.upperBound >= span.lowerBound }
    while index < spans.count, spans[index].lowerBound <= span.upperBound {
      if test(spans[index]) { return true }
      index += 1
    }
    return false
  }

  /// The spans of what the edits have written.
  static func written(_ edits: [SourceEdit]) -> EditMap {
    var shift = 0
    let ordered = edits.sorted { $0.span.lowerBound < $1.span.lowerBound }
    return EditMap(
      ordered.map { edit in
        let start = edit.span.lowerBound + shift
        shift += edit.shift
        return SourceEdit(start..<start + edit.replacement.count, edit.replacement)
      })
  }

  private func first(where isBehind: (Range<Int>) -> Bool) -> Int {
    spans.firstIndex(sorted: isBehind)
  }
}

extension SourceEdit {
  fileprivate var shift: Int { replacement.count - span.count }
}

/// Places of one file that are taken by edits, none of which touch each other.
struct TakenSpans {
  private var spans: [Range<Int>] = []

  /// Whether one of some edits overlaps one of them, or is at the same place.
  func meet(_ edits: [SourceEdit]) -> Bool {
    edits.contains { edit in
      let index = place { $0.upperBound >= edit.span.lowerBound }
      return index < spans.count && spans[index].lowerBound <= edit.span.upperBound
    }
  }

  /// Takes the places of edits that meet none of them; such edits may be at one place together.
  mutating func take(_ edits: [SourceEdit]) {
    for edit in edits {
      let index = place {
        ($0.lowerBound, $0.upperBound) > (edit.span.lowerBound, edit.span.upperBound)
      }
      spans.insert(edit.span, at: index)
    }
  }

  private func place(where isBehind: (Range<Int>) -> Bool) -> Int {
    spans.firstIndex(sorted: isBehind)
  }
}
