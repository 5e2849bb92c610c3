// SPDX-License-Identifier: Apache-2.0

import SourceText
import Testing

@Suite struct JSONEditsTests {
  /// A member that is written at the top, and the text afterwards; nil where it is refused.
  @Test(arguments: [
    ("{}", "{\"x\": true}"),
    ("{\"a\": 1}", "{\"a\": 1, \"x\": true}"),
    ("{ \"a\": 1 }\n", "{ \"a\": 1, \"x\": true }\n"),
    ("{\n  \"a\": 1\n}\n", "{\n  \"a\": 1,\n  \"x\": true\n}\n"),
    ("{\n\t\"a\": [1,\n\t2]\n}", "{\n\t\"a\": [1,\n\t2],\n\t\"x\": true\n}"),
    ("{\r\n    \"a\": 1\r\n}", "{\r\n    \"a\": 1,\r\n    \"x\": true\r\n}"),
    ("{\n  a: 1, // why\n}", "{\n  a: 1, // why\n  \"x\": true,\n}"),
    ("{\n  \"a\": 1 // why, or not\n}", "{\n  \"a\": 1, // why, or not\n  \"x\": true\n}"),
    ("// first\n{\n  'a': {}\n}", "// first\n{\n  'a': {},\n  \"x\": true\n}"),
    ("{\n  \"x\": false, \"b\": 2\n}", "{\n  \"x\": true, \"b\": 2\n}"),
    ("{\"a\": {\"x\": 1}}", "{\"a\": {\"x\": 1}, \"x\": true}"),
  ])
  func sets(text: String, expected: String) throws {
    let document = try YAMLDocument(parsingRelaxedJSON: Array(text.utf8))
    let edits = try document.settingJSON("x", to: .boolean(true), in: document.root)
    let after = try #require(edits.applied(to: Array(text.utf8)))
    #expect(String(decoding: after, as: UTF8.self) == expected)
    let again = try YAMLDocument(parsingRelaxedJSON: after)
    #expect(again.root["x"]?.string == "true")
  }

  @Test(arguments: [
    ("{\"l\": []}", "{\"l\": [{\"a\": [\"b\"]}]}"),
    ("{\"l\": [1]}", "{\"l\": [1, {\"a\": [\"b\"]}]}"),
    (
      "{\"l\": [\n    {\"c\": 1}\n  ]\n}",
      "{\"l\": [\n    {\"c\": 1},\n    {\"a\": [\"b\"]}\n  ]\n}"
    ),
    ("{l: [\n  1,\n]}", "{l: [\n  1,\n  {\"a\": [\"b\"]},\n]}"),
  ])
  func appends(text: String, expected: String) throws {
    let document = try YAMLDocument(parsingRelaxedJSON: Array(text.utf8))
    let list = try #require(document.root["l"])
    let edits = try document.appendingJSON(.object([("a", .array([.string("b")]))]), to: list)
    let after = try #require(edits.applied(to: Array(text.utf8)))
    #expect(String(decoding: after, as: UTF8.self) == expected)
  }

  @Test func writesTexts() {
    #expect(JSONFragment.string("a\"\\\n\t\u{1}ü").text == "\"a\\\"\\\\\\n\\t\\u0001ü\"")
  }

  @Test func refuses() throws {
    let document = try YAMLDocument(parsingRelaxedJSON: Array("{\"a\": 1}".utf8))
    #expect(throws: YAMLEditRefusal.self) {
      try document.insertingJSON("a", .boolean(true), into: document.root)
    }
    #expect(throws: YAMLEditRefusal.self) {
      try document.appendingJSON(.boolean(true), to: document.root)
    }
  }
}
