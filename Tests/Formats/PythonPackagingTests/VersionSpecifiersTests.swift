// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import PythonPackaging

@Suite("Version specifiers")
struct VersionSpecifiersTests {
  static let versions = """
    1.0 1.1 1.1.0 1.1a1 1.1rc1 1.1.post1 1.1.post2 1.1.dev1 1.1+local 1.1.2 1.4.5 1.4.9 1.5 2.2 \
    2.2.post3 2.2.1 2.3 3.0 1!1.0 1.1.0.post1
    """

  // What the library `packaging` 26.3 answers, with pre-releases allowed.
  static let table: [(String, String)] = [
    ("==1.1", "1.1 1.1.0 1.1+local"),
    ("==1.1.post1", "1.1.post1 1.1.0.post1"),
    (
      "==1.1.*",
      """
      1.1 1.1.0 1.1a1 1.1rc1 1.1.post1 1.1.post2 1.1.dev1 1.1+local 1.1.2 1.1.0.post1
      """
    ),
    (
      "!=1.1",
      """
      1.0 1.1a1 1.1rc1 1.1.post1 1.1.post2 1.1.dev1 1.1.2 1.4.5 1.4.9 1.5 2.2 2.2.post3 \
      2.2.1 2.3 3.0 1!1.0 1.1.0.post1
      """
    ),
    ("!=1.1.*", "1.0 1.4.5 1.4.9 1.5 2.2 2.2.post3 2.2.1 2.3 3.0 1!1.0"),
    ("<=1.1", "1.0 1.1 1.1.0 1.1a1 1.1rc1 1.1.dev1 1.1+local"),
    ("<1.1", "1.0"),
    (
      ">=1.1",
      """
      1.1 1.1.0 1.1.post1 1.1.post2 1.1+local 1.1.2 1.4.5 1.4.9 1.5 2.2 2.2.post3 2.2.1 \
      2.3 3.0 1!1.0 1.1.0.post1
      """
    ),
    (">1.1", "1.1.2 1.4.5 1.4.9 1.5 2.2 2.2.post3 2.2.1 2.3 3.0 1!1.0"),
    ("<1.1rc1", "1.0 1.1a1 1.1.dev1"),
    (">1.1.post1", "1.1.post2 1.1.2 1.4.5 1.4.9 1.5 2.2 2.2.post3 2.2.1 2.3 3.0 1!1.0"),
    ("~=1.1", "1.1 1.1.0 1.1.post1 1.1.post2 1.1+local 1.1.2 1.4.5 1.4.9 1.5 1.1.0.post1"),
    ("~=2.2.post3", "2.2.post3 2.2.1 2.3"),
    ("~=1.4.5", "1.4.5 1.4.9"),
    ("~=2.2.0", "2.2 2.2.post3 2.2.1"),
    ("==1.1+local", "1.1+local"),
    ("===1.1", "1.1"),
    (
      ">1.1a1",
      """
      1.1 1.1.0 1.1rc1 1.1.post1 1.1.post2 1.1+local 1.1.2 1.4.5 1.4.9 1.5 2.2 2.2.post3 \
      2.2.1 2.3 3.0 1!1.0 1.1.0.post1
      """
    ),
    ("==1!1.0", "1!1.0"),
    (
      "<1!1",
      """
      1.0 1.1 1.1.0 1.1a1 1.1rc1 1.1.post1 1.1.post2 1.1.dev1 1.1+local 1.1.2 1.4.5 1.4.9 \
      1.5 2.2 2.2.post3 2.2.1 2.3 3.0 1.1.0.post1
      """
    ),
    (
      "",
      """
      1.0 1.1 1.1.0 1.1a1 1.1rc1 1.1.post1 1.1.post2 1.1.dev1 1.1+local 1.1.2 1.4.5 1.4.9 \
      1.5 2.2 2.2.post3 2.2.1 2.3 3.0 1!1.0 1.1.0.post1
      """
    ),
    (">=1.0,<2,!=1.1.*", "1.0 1.4.5 1.4.9 1.5"),
  ]

  @Test(arguments: table)
  func agreesWithPackaging(_ specifiers: String, _ expected: String) throws {
    let set = try VersionSpecifiers(specifiers)
    let found = try Self.versions.split(separator: " ").map(String.init)
      .filter { set.contains(try Version($0)) }
    #expect(found == expected.split(separator: " ").map(String.init))
  }

  @Test(arguments: [
    "1.0", "=1.0", "==", "==1.0.*.*", "<1.*", ">=1.*", "~=1", "==1.1a1.*", "==1.0+l.*", "==x",
    "@1", "== 1.0 2.0", String(repeating: "!=1,", count: 33),
  ])
  func refuses(_ text: String) {
    #expect(throws: PackagingError.self) { try VersionSpecifiers(text) }
  }

  @Test(
    arguments: [
      ("==1.0", "1.0"), ("===1.0", "1.0"), (" == 1.0 ", "1.0"), ("==1.0.*", nil), (">=1.0", nil),
      ("==1.0,>0", nil), ("", nil),
    ] as [(String, String?)])
  func pin(_ text: String, _ expected: String?) throws {
    #expect(try VersionSpecifiers(text).pin?.text == expected)
  }

  @Test(arguments: [("==1.0a1", true), (">=1.0rc1", true), ("!=1.0rc1", false), (">=1", false)])
  func namesPreRelease(_ text: String, _ expected: Bool) throws {
    #expect(try VersionSpecifiers(text).namesPreRelease == expected)
  }
}
