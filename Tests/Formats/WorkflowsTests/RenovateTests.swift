// SPDX-License-Identifier: Apache-2.0

import SourceText
import Testing
import Workflows

@Suite struct RenovateTests {
  @Test(arguments: [
    """
    {"extends": ["config:recommended"], "minimumReleaseAge": "7 days", "automerge": false,
     "packageRules": [{"matchManagers": ["github-actions"], "groupName": "a // b"}],
     "github-actions": {"enabled": true, "pinDigests": true}}
    """,
    """
    // everything
    {
      extends: ['config:recommended'], /* a
      comment */ minimumReleaseAge: "7 days",
      automerge: false, // never
      packageRules: [{matchManagers: ["github-actions"], groupName: "a // b"},],
      "github-actions": {enabled: true, pinDigests: true,},
    }
    """,
  ])
  func reads(text: String) throws {
    let found = try Renovate(parsing: Array(text.utf8))
    #expect(found.problems.isEmpty)
    #expect(found.settings.extends.map(\.value) == ["config:recommended"])
    #expect(found.settings.minimumReleaseAge?.value == "7 days")
    #expect(found.settings.automerge?.value == "false")
    #expect(found.rules.count == 2)
    #expect(found.rules[0].managers == ["github-actions"] && found.rules[0].pinDigests != nil)
    #expect(found.rules[1].groupName?.value == "a // b" && !found.rules[1].isNarrow)
    let place = try #require(found.settings.minimumReleaseAge?.span)
    #expect(Array(text.utf8)[place].elementsEqual("\"7 days\"".utf8))
  }

  /// Whether a rule is for some packages only, also in the words of older versions.
  @Test(arguments: [
    ("{\"matchManagers\": [\"pip\"]}", false), ("{\"matchPackageNames\": [\"*\"]}", false),
    ("{\"matchPackageNames\": [\"a\"]}", true), ("{\"packageName\": \"a\"}", true),
    ("{\"packagePatterns\": [\"^a\"]}", true), ("{\"depTypeList\": [\"action\"]}", true),
  ])
  func rulesForSomePackages(rule: String, isNarrow: Bool) throws {
    let found = try Renovate(parsing: Array("{\"packageRules\": [\(rule)]}".utf8))
    #expect(found.rules.first?.isNarrow == isNarrow)
  }

  /// What YAML would read differently is refused, never taken for something else.
  @Test(arguments: [
    "", "[]", "a: b", "{", "{\"a\": \"b", "{a:1}", "{'a': 'it\\'s'}", "{\"a\": *x}",
    "{\"a\": 1} # c", "{\"a\": &x 1}", "/* no end", "{\"a\": !t 1}", "{\"a\": 1}}", "- {}",
    "{\"a\": \u{0}}",
  ])
  func refuses(text: String) {
    let found = try? Renovate(parsing: Array(text.utf8))
    #expect(found.map { !$0.problems.isEmpty } ?? true)
  }

  @Test func limitsHold() {
    let deep = String(repeating: "{\"a\":", count: 100) + "1" + String(repeating: "}", count: 100)
    #expect(throws: YAMLError.self) { try Renovate(parsing: Array(deep.utf8)) }
    #expect(throws: YAMLError.self) {
      try Renovate(parsing: Array("{\"a\": 1}".utf8), limits: YAMLLimits(size: 4))
    }
    #expect(throws: YAMLError.self) { try Renovate(parsing: [0x7B, 0x22, 0xFF, 0x22, 0x7D]) }
  }
}
