// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// An expression in a text: `${{ github.ref }}`.
package struct EmbeddedExpression: Hashable, Sendable {
  /// Its bytes in the text's value, with `${{` and `}}`.
  package let range: Range<Int>
  /// What stands between `${{` and `}}`.
  package let source: String
  /// Its bytes in the file; the whole text's where the text is written in a way that has none.
  package let span: Range<Int>
  /// What it says; nil where it does not parse.
  package let expression: Expression?
  /// Why it does not parse.
  package let error: ExpressionError?

  init(range: Range<Int>, source: String, span: Range<Int>) {
    self.range = range
    self.source = source
    self.span = span
    do throws(ExpressionError) {
      expression = try Expression(parsing: source)
      error = nil
    } catch {
      expression = nil
      self.error = error
    }
  }

  /// The bytes in the file of the first of its contexts that has these names; those of the whole
  /// expression where it cannot be told.
  ///
  /// - Parameters:
  ///   - path: the names, as ``Expression/path`` has them.
  ///   - text: the text that it is in.
  ///   - document: the text's document.
  /// - Returns: The bytes.
  package func span(
    of path: String, in text: WorkflowText, _ document: YAMLDocument
  ) -> Range<Int> {
    guard let place = Expression.places(in: source).first(where: { $0.path == path }) else {
      return span
    }
    // What stands in `if:` may have no `${{`.
    let start = range.lowerBound + (range.count == source.utf8.count ? 0 : 3)
    let part = (start + place.range.lowerBound)..<(start + place.range.upperBound)
    let found = text.span(of: part, in: document)
    return found == text.span ? span : found
  }

  /// The expressions of all texts of a document, in their order; those of an anchor once.
  package static func all(in document: YAMLDocument) -> [Self] {
    var result: [Self] = []
    func visit(_ node: YAMLNode) {
      switch node.content {
      case .scalar(let scalar):
        result += all(in: scalar.text, span: node.span) {
          ScalarPlaces(scalar, node.span, document.bytes)
        }
      case .sequence(let items, _):
        for item in items { visit(item) }
      case .mapping(let entries, _):
        for entry in entries { visit(entry.value) }
      case .alias: break
      }
    }
    visit(document.root)
    return result
  }

  /// The expressions of a text.
  ///
  /// As GitHub finds them: from `${{` to the next `}}` that does not stand in a quoted string.
  static func all(
    in text: String, span: Range<Int>, places: () -> ScalarPlaces?
  ) -> [Self] {
    let dollar = UInt8(ascii: "$")
    // Most texts have none, and need not be copied for it.
    guard text.utf8.withContiguousStorageIfAvailable({ $0.contains(dollar) }) ?? true else {
      return []
    }
    let bytes = Array(text.utf8)
    let brace = UInt8(ascii: "{")
    let end = UInt8(ascii: "}")
    var result: [Self] = []
    var aligned: ScalarPlaces??
    var offset = 0
    while offset + 2 < bytes.count {
      guard bytes[offset] == dollar, bytes[offset + 1] == brace, bytes[offset + 2] == brace else {
        offset += 1
        continue
      }
      var position = offset + 3
      var isQuoted = false
      var close: Int?
      while position < bytes.count {
        if bytes[position] == UInt8(ascii: "'") { isQuoted.toggle() }
        if !isQuoted, bytes[position] == end, position + 1 < bytes.count,
          bytes[position + 1] == end
        {
          close = position
          break
        }
        position += 1
      }
      guard let close else { break }
      let range = offset..<(close + 2)
      if aligned == nil { aligned = .some(places()) }
      guard case .some(let places) = aligned else { break }
      result.append(
        Self(
          range: range, source: String(decoding: bytes[(offset + 3)..<close], as: UTF8.self),
          span: places?.span(of: range) ?? span))
      offset = close + 2
    }
    return result
  }
}
