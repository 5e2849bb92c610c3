// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// A text of a workflow with its place and the `${{ }}` expressions in it.
///
/// Numbers, `true`, dates and the like are texts as they are written.
package struct WorkflowText: Hashable, Sendable {
  /// The text, unescaped and unfolded.
  package let value: String
  /// Its bytes in the file, with quotes or with `|` and its lines.
  package let span: Range<Int>
  /// How it is written.
  package let style: YAMLScalar.Style
  /// The expressions in it, in their order.
  package let expressions: [EmbeddedExpression]

  /// Reads a scalar, also through an alias; nil for a list or a mapping.
  package init?(_ node: YAMLNode, in document: YAMLDocument) {
    guard let scalar = node.scalar else { return nil }
    value = scalar.text
    span = node.resolved.span
    style = scalar.style
    expressions = EmbeddedExpression.all(
      in: scalar.text, span: node.resolved.span,
      places: { ScalarPlaces(scalar, node.resolved.span, document.bytes) })
  }

  /// Reads a scalar whose expressions are among those of its document, in the order of their places;
  /// nil for a list or a mapping.
  init?(_ node: YAMLNode, among all: [EmbeddedExpression]) {
    guard let scalar = node.scalar else { return nil }
    value = scalar.text
    span = node.resolved.span
    style = scalar.style
    guard value.utf8.contains(UInt8(ascii: "$")) else {
      expressions = []
      return
    }
    var (low, high) = (0, all.count)
    while low < high {
      let middle = (low + high) / 2
      if all[middle].span.lowerBound < span.lowerBound { low = middle + 1 } else { high = middle }
    }
    let end = span.upperBound
    expressions = Array(all[low...].prefix { $0.span.upperBound <= end })
  }

  /// The value with its place.
  package var located: Located<String> { Located(value, span) }

  /// Whether the text is one expression and nothing else.
  package var isExpression: Bool {
    expressions.count == 1 && expressions[0].range == 0..<value.utf8.count
  }

  /// Whether it has expressions, so that its value is known only in a run.
  package var hasExpressions: Bool { !expressions.isEmpty }

  /// The bytes in the file of a part of the value, given in UTF-8 bytes of the value; the whole
  /// text's where it is written in a way that has no such bytes.
  package func span(of part: Range<Int>, in document: YAMLDocument) -> Range<Int> {
    ScalarPlaces(YAMLScalar(text: value, style: style), span, document.bytes)?.span(of: part)
      ?? span
  }
}

/// A key of a mapping and its text.
package struct WorkflowEntry: Hashable, Sendable {
  /// The key.
  package let key: Located<String>
  /// The value; empty where nothing is written.
  package let value: WorkflowText
  /// From the key to the end of the value.
  package let span: Range<Int>
}

/// A mapping of texts: `env`, `with`, `outputs`.
package struct WorkflowMapping: Hashable, Sendable {
  /// The entries, in their order; a name may come twice.
  package let entries: [WorkflowEntry]
  /// The expression that stands in place of the mapping.
  package let expression: WorkflowText?
  /// Its bytes.
  package let span: Range<Int>

  /// The value of a name, which GitHub compares without case.
  package subscript(name: String) -> WorkflowText? { entry(name)?.value }

  /// The entry of a name, which GitHub compares without case.
  package func entry(_ name: String) -> WorkflowEntry? {
    entries.first { CaselessName.isSame($0.key.value, name) }
  }
}
