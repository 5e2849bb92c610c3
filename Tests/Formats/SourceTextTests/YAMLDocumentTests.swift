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

@Suite struct YAMLAliasTests {
  @Test func boundsWhatAliasesStandFor() {
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<20 {
      let items = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      bomb += "a\(level): &a\(level) [\(items)]\n"
    }
    var chain = "a0: &a0 [x]\n"
    for level in 1..<100 { chain += "a\(level): &a\(level) [*a\(level - 1)]\n" }
    for text in [bomb, chain] {
      #expect { try YAMLDocument(parsing: Array(text.utf8)) } throws: {
        ($0 as? YAMLError)?.reason == .limit
      }
    }
    var many = ""
    for index in 0..<10_000 { many += "a\(index): &x\(index) {b: c}\nd\(index): *x\(index)\n" }
    #expect(throws: Never.self) { try YAMLDocument(parsing: Array(many.utf8)) }
  }

  @Test(arguments: [
    ("a: 1\nb: 2\n", []), ("a: 1\nb: 2\na: 3\n", ["a"]), ("a: {b: 1, 'b': 2}\n", ["'b'"]),
    ("- {a: 1}\n- {a: 1}\n", []), ("<<: {a: 1}\n<<: {a: 2}\n", ["<<"]),
    ("é: 1\ne\u{301}: 2\n", []), ("[a]: 1\n[a]: 2\n", []),
  ])
  func findsDuplicateKeys(text: String, expected: [String]) throws {
    let document = try YAMLDocument(parsing: Array(text.utf8))
    #expect(document.duplicateKeys.map { document.text($0.key.span) } == expected)
  }

  @Test func keepsLimits() {
    let small = YAMLLimits(size: 20, depth: 3, nodes: 5)
    for text in ["a: 'xxxxxxxxxxxxxxxxx'", "[[[[]]]]", "[a, b, c, d, e]"] {
      #expect { try YAMLDocument(parsing: Array(text.utf8), limits: small) } throws: {
        ($0 as? YAMLError)?.reason == .limit
      }
    }
    #expect { try YAMLDocument(parsing: [0x61, 0x3A, 0x20, 0xFF]) } throws: {
      ($0 as? YAMLError)?.reason == .encoding
    }
  }
}
