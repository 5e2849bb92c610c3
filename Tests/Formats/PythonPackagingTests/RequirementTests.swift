// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@testable import PythonPackaging

@Suite("Requirements")
struct RequirementTests {
  @Test(arguments: [
    ("greeting", "greeting"), ("Greeting ==1.0", "greeting==1.0"),
    ("greeting[B, a]>=1,<2", "greeting[b,a]>=1,<2"), ("greeting[]==1", "greeting==1"),
    ("greeting (>=1.0)", "greeting>=1.0"),
    (
      "a_b ~= 1.4 ; python_version < '3.9' and os_name == \"nt\"",
      "a-b~=1.4 ; python_version < '3.9' and os_name == \"nt\""
    ),
    ("greeting== 1.*", "greeting==1.*"),
  ])
  func reads(_ text: String, _ expected: String) throws {
    #expect(try Requirement(text).text == expected)
  }

  @Test(arguments: [
    "", " ", "==1.0", "-e .", "greeting @ https://example.org/x.whl", "greeting@file:///x",
    "greeting[a", "greeting[a,]", "greeting 1.0", "greeting;", "greeting ; ",
    "greeting==1.0 ; x\n--index-url http://evil", "greeting==1.0 ; a # b", "greeting==1.0 ; a \\",
    "greeting==1.0 ; a --hash=x", "gr\u{e9}eting", "greeting==1.0 ; \u{0}",
    String(repeating: "a", count: 5000),
  ])
  func refuses(_ text: String) {
    #expect(throws: PackagingError.self) { try Requirement(text) }
  }

  @Test func pinsToOneVersion() throws {
    let requirement = try Requirement("greeting[x]>=1 ; os_name == 'nt'")
    #expect(requirement.text(version: try Version("v1.0")) == "greeting[x]==1.0 ; os_name == 'nt'")
  }
}

@Suite("Requirements files")
struct RequirementsFileTests {
  static let zeros = String(repeating: "0", count: 64)
  static let ones = String(repeating: "1", count: 64)

  private func entries(_ text: String) throws -> [RequirementsFile.Entry] {
    try RequirementsFile(parsing: Array(text.utf8)).entries
  }

  @Test func readsWhatLockToolsWrite() throws {
    let found = try entries(
      """
      \u{feff}# made by a tool
      greeting==1.0.0 ; python_version >= "3.9" \\
          --hash=sha256:\(Self.zeros) \\
          --hash sha256:\(Self.ones)
          # via -r in.txt

      six>=1.4,<2  # why not
      a#b-is-no-comment==1 # is one
      """.replacing("a#b-is-no-comment", with: "ab"))
    #expect(found.map(\.requirement.project.text) == ["greeting", "six", "ab"])
    #expect(found.map(\.hashes.count) == [2, 0, 0])
    #expect(found.map(\.line) == [2, 7, 8])
    #expect(found[0].requirement.marker == "python_version >= \"3.9\"")
    #expect(found[0].hashes.map(\.hexadecimal) == [Self.zeros, Self.ones])
  }

  @Test func readsOtherLineEnds() throws {
    let found = try entries("a==1 \\\r\n  --hash=sha256:\(Self.zeros)\r\nb\r\n")
    #expect(found.map(\.line) == [1, 3])
  }

  @Test(arguments: [
    ("a\n-r other.txt", 2, "`-r`"), ("--index-url https://example.org", 1, "`--index-url`"),
    ("-e .", 1, "`-e`"), ("a --no-binary=:all:", 1, "`--no-binary`"),
    ("a \\\n  --global-option=x", 1, "`--global-option`"), ("# c\n\n./x.whl", 3, "paths"),
    ("https://example.org/x.whl", 1, "paths"), ("a==1 --hash=md5:00", 1, "sha256"),
    ("a==1 --hash=sha256:00", 1, "64"), ("a==1 --hash", 1, "`--hash`"),
    ("a @ https://example.org/x.whl", 1, "address"), ("a==${V}", 1, "version"),
  ])
  func refusesWithTheLine(_ text: String, _ line: Int, _ words: String) {
    let error = #expect(throws: PackagingError.self) { try entries(text) }
    guard case .requirementsFile(let found, let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(found == line)
    #expect(reason.contains(words), "\(reason)")
  }

  @Test func refusesOtherEncodings() {
    #expect(throws: PackagingError.self) { try RequirementsFile(parsing: [0xff, 0xfe, 0x61, 0]) }
  }

  @Test func limits() {
    #expect(throws: PackagingError.self) {
      try RequirementsFile(parsing: [UInt8](repeating: 0x0a, count: 16 << 20 | 1))
    }
    let many = Array(String(repeating: "a\n", count: 20_001).utf8)
    #expect(throws: PackagingError.self) { try RequirementsFile(parsing: many) }
  }
}
