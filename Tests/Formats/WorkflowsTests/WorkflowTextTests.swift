// SPDX-License-Identifier: Apache-2.0

import SourceText
import Testing
import Workflows

@Suite struct WorkflowTextTests {
  /// The bytes of each expression in the file, in every way to write a text.
  @Test(arguments: [
    ("a: ${{ x }}\n", ["${{ x }}"]), ("a: é ${{ x }} 😀 ${{y}}\n", ["${{ x }}", "${{y}}"]),
    ("a: 'it''s ${{ x == ''b'' }}'\n", ["${{ x == ''b'' }}"]),
    ("a: \"\\t\\u00e9 \\\"${{ x }}\\\" \\n\"\n", ["${{ x }}"]),
    ("a: |\n  # no\n    b ${{ x }}\n\n  ${{ y }}\n", ["${{ x }}", "${{ y }}"]),
    ("a: | # ${{ no }}\n  ${{ x }}\n", ["${{ x }}"]),
    ("a: >-\n  b\n  c ${{ x\n    && y }}\n\n  d\n", ["${{ x\n    && y }}"]),
    ("a: |\r\n  b\r\n  ${{ x }}\r\n", ["${{ x }}"]),
    ("a: one\n  two ${{ x }}\n  three\n", ["${{ x }}"]),
    ("a: \"b \\\n   ${{ x }}\"\n", ["${{ x }}"]),
    ("a: ${{ '}}' }} b\n", ["${{ '}}' }}"]), ("a: ${{ x } }\n", []), ("a: ${{ 'x }}\n", []),
    ("\u{FEFF}a: ${{ x }}", ["${{ x }}"]), ("a: [b, '${{ x }}']\n", []),
  ])
  func findsExpressions(text: String, expected: [String]) throws {
    let document = try YAMLDocument(parsing: Array(text.utf8))
    let value = try #require(document.root["a"])
    let expressions = WorkflowText(value, in: document)?.expressions ?? []
    #expect(expressions.map { document.text($0.span) } == expected)
  }

  @Test func findsPartsOfTexts() throws {
    let document = try YAMLDocument(parsing: Array("a: 'b''cd'\ne: |\n  f\n  gh\n".utf8))
    func text(_ key: String) throws -> WorkflowText {
      let node = try #require(document.root[key])
      return try #require(WorkflowText(node, in: document))
    }
    let quoted = try text("a")
    #expect(document.text(quoted.span(of: 1..<3, in: document)) == "''c")
    let literal = try text("e")
    #expect(literal.value == "f\ngh\n")
    #expect(document.text(literal.span(of: 2..<4, in: document)) == "gh")
    #expect(literal.span(of: 2..<40, in: document) == literal.span)
  }

  @Test func knowsWhatIsWholeAndWhatNot() throws {
    let document = try YAMLDocument(parsing: Array("- ${{ x }}\n- a ${{ x }}\n- a\n- []\n".utf8))
    let items = try #require(document.root.items)
    let texts = items.map { WorkflowText($0, in: document) }
    #expect(texts.map { $0?.isExpression } == [true, false, false, nil])
    #expect(texts.map { $0?.hasExpressions } == [true, true, false, nil])
    #expect(texts[1]?.pattern() == "a *")
    #expect(texts[1]?.resolved() == nil)
    #expect(texts[1]?.resolved { _ in .number(3.1) } == "a 3.1")
  }
}
