// SPDX-License-Identifier: Apache-2.0

import SourceText
import Testing

@Suite struct YAMLDocumentTests {
  /// Where values stand, in bytes.
  @Test(arguments: [
    ("a: b\n", "a", "b"), ("a:   'b'  # c\n", "a", "'b'"), ("\u{FEFF}ä: é😀\r\nb: c", "b", "c"),
    ("a: |\n  x\n  y\n\n# c\nb: 1\n", "a", "|\n  x\n  y"), ("a: &x {b: 1}\nb: *x\n", "a", "{b: 1}"),
    ("a: &x\n  b: 1\n\n\nc: 2\n", "a", "b: 1"), ("a: !!str b\n", "a", "b"),
    ("a:\n- 1\n- b: 2\n  # c\nd: 1\n", "a", "- 1\n- b: 2"), ("a:\nb:\n", "b", ""),
    ("on: [push, \"pull\"]\n", "on", "[push, \"pull\"]"),
  ])
  func findsValues(text: String, key: String, expected: String) throws {
    let document = try YAMLDocument(parsing: Array(text.utf8))
    let value = try #require(document.root[key])
    #expect(document.text(value.span) == expected)
  }

  @Test func findsComments() throws {
    let text = "# a\nb: 'x # no' # c\nd: y#no\ne: | # f\n  # no\ng: \"#no\" #h\n"
    let document = try YAMLDocument(parsing: Array(text.utf8))
    #expect(document.comments.map(\.text) == ["a", "c", "f", "h"])
    #expect(document.comments.map(\.isAlone) == [true, false, false, false])
    #expect(document.comment(inLine: 2)?.text == "c")
    #expect(document.comment(inLine: 3) == nil)
  }

  @Test(arguments: [
    ("a: [", YAMLError.Reason.syntax), ("a: b\n---\nc: d\n", .documents), ("\ta: b\n", .syntax),
    (String(repeating: "[", count: 70), .limit), ("*x", .syntax),
  ])
  func refuses(text: String, reason: YAMLError.Reason) {
    #expect { try YAMLDocument(parsing: Array(text.utf8)) } throws: {
      ($0 as? YAMLError)?.reason == reason
    }
  }
}
