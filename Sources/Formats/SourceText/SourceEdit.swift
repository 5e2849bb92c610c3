// SPDX-License-Identifier: Apache-2.0

/// A change of a text: the bytes of a span give way to others.
///
/// Everything else stays as it is.
package struct SourceEdit: Hashable, Sendable {
  /// The bytes that go; an empty span is a place to insert at.
  package let span: Range<Int>
  /// The bytes that come.
  package let replacement: [UInt8]

  /// Makes an edit.
  package init(_ span: Range<Int>, _ replacement: [UInt8]) {
    self.span = span
    self.replacement = replacement
  }

  /// Makes an edit.
  package init(_ span: Range<Int>, _ replacement: String) {
    self.init(span, Array(replacement.utf8))
  }

  /// Inserts text before an offset.
  package init(at offset: Int, _ insertion: String) {
    self.init(offset..<offset, insertion)
  }
}

extension [SourceEdit] {
  /// Makes all edits in one text.
  ///
  /// Insertions at the same place keep their order.
  ///
  /// - Returns: The text, or nil where two edits overlap or one lies outside.
  package func applied(to bytes: [UInt8]) -> [UInt8]? {
    let ordered = enumerated().sorted {
      ($0.element.span.lowerBound, $0.element.span.upperBound, $0.offset)
        < ($1.element.span.lowerBound, $1.element.span.upperBound, $1.offset)
    }.map(\.element)
    var result: [UInt8] = []
    var position = 0
    for edit in ordered {
      guard edit.span.lowerBound >= position, edit.span.upperBound <= bytes.count else {
        return nil
      }
      result += bytes[position..<edit.span.lowerBound]
      result += edit.replacement
      position = edit.span.upperBound
    }
    result += bytes[position...]
    return result
  }
}
