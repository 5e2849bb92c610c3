// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import PythonPackaging

@Suite("Lock files")
struct PylockTests {
  static let zeros = String(repeating: "0", count: 64)

  static func document(_ package: String, version: String = "1.0") -> [UInt8] {
    Array("lock-version = \"\(version)\"\ncreated-by = \"x\"\n[[packages]]\n\(package)".utf8)
  }

  static let sdist = """
    [packages.sdist]
    url = "https://example.org/files/greeting-1.0.0.tar.gz?x#y"
    hashes = { sha256 = "\(zeros)" }
    """

  @Test func readsFilesInOrder() throws {
    let lock = try Pylock(
      parsing: Self.document(
        """
        name = "Greeting"
        version = "1.0.0"
        marker = "python_version >= '3.9'"
        requires-python = ">=3.9"
        wheels = [
          { name = "greeting-1.0.0-py3-none-any.whl", url = "https://example.org/?f=1", size = 1,
            hashes = { sha256 = "\(Self.zeros)", md5 = "x" } },
        ]
        \(Self.sdist)
        """.replacing("size = 1,\n    hashes", with: "size = 1, hashes")))
    let package = try #require(lock.packages.first)
    #expect(package.requirement.text == "greeting==1.0.0 ; python_version >= '3.9'")
    #expect(
      package.files.map(\.filename)
        == ["greeting-1.0.0-py3-none-any.whl", "greeting-1.0.0.tar.gz"])
    #expect(package.path == "packages[0]")
  }

  @Test(arguments: [
    ("version = \"1\"\n\(sdist)", "name"), ("name = \"a\"\n\(sdist)", "version"),
    ("name = \"a\"\nversion = \"1\"", "neither"), ("name = \"a b\"\nversion = \"1\"", "project"),
    ("name = \"a\"\nversion = \"1\"\nvcs = { type = \"git\" }", "`vcs`"),
    ("name = \"a\"\nversion = \"1\"\ndirectory = { path = \".\" }", "`directory`"),
    ("name = \"a\"\nversion = \"1\"\narchive = { url = \"x\" }", "`archive`"),
    ("name = \"a\"\nversion = \"1\"\nsdist = { name = \"a-1.tar.gz\" }", "hashes"),
    (
      "name = \"a\"\nversion = \"1\"\nsdist = { name = \"a-1.tar.gz\", hashes = { md5 = \"\" } }",
      "sha256"
    ),
    (
      "name = \"a\"\nversion = \"1\"\nsdist = { name = \"../a.tar.gz\", hashes = { sha256 = \"\(zeros)\" } }",
      "no name"
    ),
    ("name = \"a\"\nversion = \"1\"\nmarker = \"x\\n--index-url y\"\n\(sdist)", "marker"),
    ("name = \"a\"\nversion = \"1\"\nmarker = \"'d' in dependency_groups\"\n\(sdist)", "groups"),
    ("name = 1", "string"), ("name = ", "line 4"),
  ])
  func refusesWithThePlace(_ package: String, _ words: String) {
    let error = #expect(throws: PackagingError.self) {
      try Pylock(parsing: Self.document(package))
    }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains(words), "\(text)")
  }

  @Test(arguments: ["2.0", "1", ""])
  func refusesOtherVersionsOfTheFormat(_ version: String) {
    #expect(throws: PackagingError.self) {
      try Pylock(
        parsing: Self.document("name = \"a\"\nversion = \"1\"\n\(Self.sdist)", version: version))
    }
  }
}
