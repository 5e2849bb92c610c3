// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import Testing

@Suite struct ProjectNameTests {
  @Test(arguments: [
    ("Django.REST_framework", "django-rest-framework"), ("a", "a"), ("A--_.b", "a-b"),
    ("zope.interface", "zope-interface"), ("7", "7"),
  ])
  func namesAreNormalized(text: String, normalized: String) throws {
    let name = try ProjectName(text)
    #expect(name.normalized == normalized)
    #expect(name == (try ProjectName(normalized)))
    #expect(name.text == text)
  }

  @Test(arguments: [
    "", "-a", "a-", ".a", "a_", "a b", "a/b", "é", "a\u{212A}", "a\n", "a\0b", "..",
    String(repeating: "a", count: 201),
  ])
  func otherTextsAreRefused(text: String) {
    #expect(throws: PackagingError.projectName(text)) { try ProjectName(text) }
  }
}

@Suite struct VersionTests {
  @Test(
    arguments: [
      ("1.0", "1.0"), ("v1.0", "1.0"), (" 1.0\n", "1.0"), ("1.0.0", "1.0.0"), ("01.02", "1.2"),
      ("1.0-alpha.1", "1.0a1"), ("1.0a", "1.0a0"), ("1.0beta2", "1.0b2"), ("1.0c3", "1.0rc3"),
      ("1.0-preview_4", "1.0rc4"), ("1.0.pre", "1.0rc0"), ("1.0-1", "1.0.post1"),
      ("1.0.r7", "1.0.post7"), ("1.0-rev", "1.0.post0"), ("1.0POST3", "1.0.post3"),
      ("1.0.dev", "1.0.dev0"), ("1.0_dev-5", "1.0.dev5"), ("1!2.0", "1!2.0"), ("0!2", "2"),
      ("1.0a1.post2.dev3+Ubuntu-1_x.02", "1.0a1.post2.dev3+ubuntu.1.x.2"), ("1.0+001", "1.0+1"),
      ("2026.11.21.99999999999999999999999", "2026.11.21.99999999999999999999999"),
      ("1.0-", nil), ("1.0a-", "1.0a0"), ("1.0.", nil), ("1..0", nil), ("", nil), ("a", nil),
      ("1.0+", nil), ("1.0+a..b", nil), ("1.0+é", nil), ("1.0 a1", nil), ("1.0al", nil),
      ("!1", nil), ("1!", nil), ("1.0.post1.post2", nil), ("1.0.dev1a1", nil), ("١.٠", nil),
      ("1.0++1", nil), ("vv1", nil), ("1.0\0", nil), ("french toast", nil),
    ] as [(String, String?)])
  func versionsAreNormalized(text: String, normalized: String?) throws {
    guard let normalized else {
      #expect(throws: PackagingError.version(text)) { try Version(text) }
      return
    }
    let version = try Version(text)
    #expect(version.normalized == normalized)
    #expect(try Version(normalized) == version)
  }

  @Test func versionsAreOrdered() throws {
    // The table of PEP 440, from first to last.
    let ordered = try [
      "1.dev0", "1.0.dev456", "1.0a1", "1.0a2.dev456", "1.0a12.dev456", "1.0a12", "1.0b1.dev456",
      "1.0b2", "1.0b2.post345.dev456", "1.0b2.post345", "1.0rc1.dev456", "1.0rc1", "1.0",
      "1.0+abc.5", "1.0+abc.7", "1.0+5", "1.0.post456.dev34", "1.0.post456", "1.0.15", "1.1.dev1",
      "2", "10", "1!0.1",
    ].map { try Version($0) }
    for (left, right) in zip(ordered, ordered.dropFirst()) {
      #expect(left < right, "\(left) < \(right)")
      #expect(left != right)
    }
    #expect(ordered.shuffled().sorted() == ordered)
  }

  @Test func trailingZerosDoNotCount() throws {
    #expect(try Version("1") == Version("1.0.0"))
    #expect(try Set([Version("1"), Version("1.0"), Version("v1.0.0")]).count == 1)
    #expect(try Version("1.0+1") != Version("1.0"))
    #expect(try Version("1.0a1").isPreRelease)
    #expect(try Version("1.0+1").isLocal)
  }

  @Test func longTextsAreRefusedQuickly() {
    #expect(throws: PackagingError.self) {
      try Version(String(repeating: "1.", count: 500_000) + "1")
    }
  }
}
