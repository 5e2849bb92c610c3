// SPDX-License-Identifier: Apache-2.0

import SourceText
import Testing

@Suite struct TOMLDocumentTests {
  private let policy = """
    require = ["publish", "provenance"] # both
    limit = 3
    ratio = 1.5
    on = true
    since = 2026-01-02T03:04:05Z
    [[publisher]]
    kind = "GitHub"
    repository = 'acme/acme'
    [[publisher]]
    kind = "Google"
    email = "a@example.com"
    [tool."a.b".c]
    x = 1
    """

  @Test func valuesOfEveryTypeAreRead() throws {
    let root = try TOMLDocument(parsing: policy).root
    #expect(try root.required("require").strings() == ["publish", "provenance"])
    #expect(try root.required("limit").integer() == 3)
    #expect(try root.required("on").boolean())
    guard case .float(1.5) = try root.required("ratio").value else {
      Issue.record("ratio is not 1.5")
      return
    }
    guard case .dateTime("2026-01-02T03:04:05Z") = try root.required("since").value else {
      Issue.record("since is not the time")
      return
    }
    let publishers = try root.required("publisher").array()
    #expect(publishers.count == 2)
    #expect(try publishers[0].required("repository").string() == "acme/acme")
    #expect(try publishers[1].optional("repository") == nil)
    let nested = try root.required("tool").required("a.b").required("c").required("x")
    #expect(nested.path == "tool.a.b.c.x")
    #expect(try nested.integer() == 1)
  }

  @Test func wrongTypesNameTheirPath() throws {
    let root = try TOMLDocument(parsing: "[[publisher]]\nrepository = 1").root
    let publisher = try root.required("publisher").array()[0]
    #expect(
      throws: TOMLError.unexpected(
        path: "publisher[0].repository", problem: "expected a string, found an integer")
    ) { try publisher.required("repository").string() }
    #expect(
      throws: TOMLError.unexpected(path: "publisher[0]", problem: "`kind` is missing")
    ) { try publisher.required("kind") }
    #expect(throws: TOMLError.self) { try publisher.allowOnly(keys: ["kind"]) }
    #expect(throws: Never.self) { try publisher.allowOnly(keys: ["repository"]) }
  }

  /// What looks like the text that is refused before the parser sees it, and is valid.
  @Test(arguments: [
    "a = 2026-01-01 05:00:00", "a = 2026-01-01 # 5", "a = \"2026-01-01 5 \"", "# 2026-01-01 5 ",
    "a = [ # }\n1, [ ], [ 2, ], ]\n [ b ] # .\n[[ c ]]\n[\"=\"]",
    "a = '[ .'\nb = \"\"\"\n[=\n\"\"\"",
    "\u{feff}[a]\n", "a = [2026-01-01, 5 ]",
  ])
  func validTextIsNotRefused(text: String) throws {
    _ = try TOMLDocument(parsing: text)
  }

  @Test(arguments: [
    ("a = ", 1), ("a = 1\na = 2", 2), ("a = 1\n[a]\n", 2), ("x = \"\\q\"", 1), ("= 1", 1),
    ("a = 1\nb = \"x\\u0000y\"", 2), ("a = 1\nb = \"\"\"\n\\U00000000\"\"\"", 3),
    ("a = 2026-02-30", 1), ("a = 'x\n'", 1), ("[a", 1), ("a = {b = 1", 1), ("a = 01", 1),
    // The parser would end the program.
    ("[!]", 1), ("[[[", 1), ("[ =]", 1), ("[\u{E9}]", 1), ("a = 1\n[[ !]]", 2), ("[.a]", 1),
    ("[\na]", 1), ("[#a]", 1), ("a = [\n1]\n[\u{1}", 3), ("a = '''\n[!]'''\n[,]", 3),
    ("b = {c = [1]} # [\n[{]", 2), ("\u{FEFF}[!]", 1), ("a = 1 [!]\n", 1),
    // At a header without a name the parser would stop the program.
    ("[ .", 1), ("[=a]", 1), ("a = 1\n [[ +b]]", 2), ("\u{feff}[#", 1), ("a = [\n[1]]\n[\n", 3),
    // And at a date with one digit of a time.
    ("a = 2026-01-01 5\n", 1), ("a = 1\nb = [2026-01-01 5 ]", 2), ("a = 2_026-01-01 5,", 1),
    ("a =\t3hri--x--= 3 ", 1), ("a = {b = 2026-01-01 5}", 1), ("a = 2\u{e9}26-01-01 5#", 1),
    // So it would at such an element.
    ("a = [}", 1), ("a = [1,\n # c\n }]", 3), ("a = [{b = [_]}]", 1), ("a = [\"x\", }]", 1),
  ])
  func malformedTextIsRefusedWithItsLine(text: String, line: Int) {
    do {
      _ = try TOMLDocument(parsing: text)
      Issue.record("accepted")
    } catch .syntax(let found, let column, let reason) {
      #expect(found == line)
      #expect(column >= 1)
      #expect(!reason.isEmpty)
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test func limitsHold() {
    #expect(throws: TOMLError.tooLarge(limit: 10)) {
      try TOMLDocument(parsing: "a = 'long enough'", limits: TOMLLimits(size: 10))
    }
    #expect(throws: TOMLError.notUTF8) { try TOMLDocument(parsing: [0x61, 0x3D, 0xFF]) }
    let deepKey = Array(repeating: "a", count: 100_000).joined(separator: ".") + " = 1"
    #expect(throws: TOMLError.tooDeep(limit: 32)) { try TOMLDocument(parsing: deepKey) }
    let deepArray =
      "a = " + String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    #expect(throws: TOMLError.tooDeep(limit: 32)) { try TOMLDocument(parsing: deepArray) }
    let endless = "a = " + String(repeating: "[", count: 500_000)
    #expect(throws: TOMLError.self) { try TOMLDocument(parsing: endless) }
  }

  @Test func textThatOnlyLooksDeepIsAccepted() throws {
    let dots = String(repeating: ".", count: 1_000)
    let text = "a = \"\(dots)\" # \(dots)\nb = '''\n\(dots)''''\nc = [1.0, 2.0, 3.0]\n"
    let root = try TOMLDocument(parsing: text).root
    #expect(try root.required("a").string() == dots)
    #expect(try root.required("b").string() == dots + "'")
    #expect(try TOMLDocument(parsing: "").root.table().members.isEmpty)
  }

  @Test func headersAndArraysAreToldApart() throws {
    let text = """
      a = [
        [ 1, 2 ], # [!]
        [
          "]" ],
      ]
      b = { c = [ [] ] }
      "=" = 1
      [ d ]
      e = \"\"\"
      [!]\"\"\"
      [[\t"!" ]]
      [['[']]
      [-]
      """
    let members = try TOMLDocument(parsing: text).root.table().members
    #expect(Set(members.map(\.key)) == ["a", "b", "=", "d", "!", "[", "-"])
  }

  @Test func keysAreComparedByBytes() throws {
    let root = try TOMLDocument(parsing: "\"e\\u0301\" = 1").root
    #expect(try root.optional("\u{E9}") == nil)
    #expect(try root.optional("e\u{301}") != nil)
  }
}
