// SPDX-License-Identifier: Apache-2.0

import Testing
import Workflows

@Suite struct ExpressionTests {
  /// The contexts that an expression reads.
  @Test(arguments: [
    ("github.event.issue.title", ["github.event.issue.title"]), ("GitHub.Ref", ["github.ref"]),
    ("github['event'].a", ["github.event.a"]),
    ("matrix[matrix.key].x", ["matrix.[…].x", "matrix.key"]),
    ("github.event.commits.*.message", ["github.event.commits.*.message"]),
    ("github.event.commits[0].id", ["github.event.commits.0.id"]), ("steps[*].x", ["steps.*.x"]),
    ("contains(fromJSON('[1]'), inputs.a) && !env.B", ["inputs.a", "env.b"]),
    ("fromJSON(secrets.A).b", ["secrets.a"]), ("'github.ref'", []), ("secrets", ["secrets"]),
    ("a.b || c.d && (e.f == 'x''y' || g)", ["a.b", "c.d", "e.f", "g"]),
  ])
  func findsContexts(source: String, contexts: [String]) throws {
    #expect(try Expression(parsing: source).contexts == contexts)
  }

  @Test func bindsAsGitHub() throws {
    let a = Expression.context("a")
    let b = Expression.context("b")
    let c = Expression.context("c")
    #expect(try Expression(parsing: "a || b && c") == .binary(.or, a, .binary(.and, b, c)))
    #expect(try Expression(parsing: "!a == b") == .binary(.equal, .not(a), b))
    #expect(try Expression(parsing: "a == b < c") == .binary(.equal, a, .binary(.less, b, c)))
    #expect(try Expression(parsing: "(a||b)&&c") == .binary(.and, .binary(.or, a, b), c))
    #expect(try Expression(parsing: "!!a.b") == .not(.not(.property(a, "b"))))
    #expect(try Expression(parsing: "Contains(a, b)").functions == ["contains"])
  }

  @Test(arguments: [
    ("", 0), (" ", 1), ("a b", 2), ("a ==", 4), ("'a", 0), ("a.", 2), ("a[", 2), ("a['b'", 5),
    ("f(a", 3), ("f(a,)", 4), ("1x", 0), ("\"a\"", 0), ("a = b", 2), ("a & b", 2), (")", 0),
    ("a..b", 2), ("-", 0), ("a.é", 2),
  ])
  func refuses(source: String, offset: Int) {
    #expect { try Expression(parsing: source) } throws: {
      ($0 as? ExpressionError)?.offset == offset
    }
  }

  /// Where contexts stand, in the order in which they end.
  @Test(arguments: [
    (" github.ref ", ["github.ref=github.ref"]),
    (
      "format('{0} {1}',\n  github.event['head'] , matrix[ inputs.Key ].*)",
      [
        "github.event.head=github.event['head']", "inputs.key=inputs.Key",
        "matrix.[…].*=matrix[ inputs.Key ].*",
      ]
    ),
    ("a && (b || !c.D)", ["a=a", "b=b", "c.d=c.D"]), ("'github.ref'", []), ("github.", []),
  ])
  func findsPlaces(source: String, places: [String]) {
    let bytes = Array(source.utf8)
    let found = Expression.places(in: source).map {
      "\($0.path)=\(String(decoding: bytes[$0.range], as: UTF8.self))"
    }
    #expect(found == places)
  }

  @Test func keepsLimits() {
    let brackets = String(repeating: "(", count: 51) + "a" + String(repeating: ")", count: 51)
    #expect(throws: ExpressionError.self) { try Expression(parsing: brackets) }
    let nots = String(repeating: "!", count: 20_000) + "a"
    #expect(throws: ExpressionError.self) { try Expression(parsing: nots) }
    let members = "a" + String(repeating: ".a", count: 10_000)
    #expect(throws: ExpressionError.self) { try Expression(parsing: members) }
    let long = "'" + String(repeating: "a", count: Expression.longest) + "'"
    #expect(throws: ExpressionError.self) { try Expression(parsing: long) }
    let many = Array(repeating: "a", count: 49).joined(separator: " || ")
    #expect(throws: Never.self) { try Expression(parsing: many) }
  }

  /// Values that are known before a run; nil where they are not.
  @Test(arguments: [
    ("1 == '1'", "true"), ("'A' == 'a'", "true"), ("null == 0", "true"), ("'' == false", "true"),
    ("true == 'true'", "false"), ("'10' > 9", "true"), ("'b' < 'C'", "true"), ("0x10", "16"),
    ("3.10", "3.1"), ("NaN == NaN", "false"), ("!''", "true"), ("'' || 'x'", "x"),
    ("'a' && ''", ""), ("false && github.ref", "false"), ("true || github.ref", "true"),
    ("contains('Hello', 'ELL')", "true"), ("contains(fromJSON('[\"a\",1]'), '1')", "true"),
    ("startsWith('refs/tags/v1', 'refs/TAGS/')", "true"), ("endsWith('abc', 'C')", "true"),
    ("format('{0}-{{{1}}}', 'a', 2)", "a-{2}"), ("join(fromJSON('[1,2]'), '+')", "1+2"),
    ("fromJSON('{\"a\":{\"B\":7}}').A['b']", "7"), ("case(false, 'a', true, 'b', 'c')", "b"),
    ("always()", "true"), ("2 >= 2", "true"), ("fromJSON('[4,5]')[1]", "5"),
    ("matrix.os", "linux"), ("github.ref", nil), ("github.ref && true", nil),
    ("success()", nil), ("contains(github.ref, 'x')", nil), ("format('{1}', 'a')", nil),
  ])
  func evaluates(source: String, expected: String?) throws {
    let value = try Expression(parsing: source).value {
      $0 == "matrix.os" ? .string("linux") : nil
    }
    #expect(value?.text == expected)
  }
}
