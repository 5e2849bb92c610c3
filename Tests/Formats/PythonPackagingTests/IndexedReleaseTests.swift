// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import PythonPackaging

@Suite("Releases of a page")
struct IndexedReleaseTests {
  static let page = SimpleIndex.ProjectPage(
    name: "greeting", versions: [],
    files: [
      file("greeting-1.0.tar.gz"), file("greeting-1.0-py3-none-any.whl"),
      file("greeting-1.1.tar.gz", yanked: .yes(reason: "bad")),
      file("greeting-1.2.tar.gz", yanked: .yes(reason: nil)),
      file("greeting-1.2-py3-none-any.whl"), file("greeting-2.0rc1.tar.gz"),
      file("evil-9.0.tar.gz"), file("greeting-9.0.zip"), file("greeting-9.0.exe"),
    ])

  static func file(_ name: String, yanked: SimpleIndex.Yanked = .no) -> SimpleIndex.File {
    SimpleIndex.File(filename: name, url: name, sha256: nil, yanked: yanked)
  }

  @Test func releasesAreOfTheProjectAndInOrder() throws {
    let releases = Self.page.releases(of: try ProjectName("Greeting"))
    #expect(releases.map(\.version.text) == ["1.0", "1.1", "1.2", "2.0rc1"])
    #expect(releases.map(\.isYanked) == [false, true, false, false])
    #expect(releases[0].distributions.count == 2)
  }

  @Test func listsThatCannotBeUsed() throws {
    func problem(_ names: [String]) throws -> String? {
      let page = SimpleIndex.ProjectPage(
        name: "greeting", versions: [], files: names.map { Self.file($0) })
      return try #require(page.releases(of: try ProjectName("greeting")).first).problem
    }
    let many = (0..<1_001).map { "greeting-1.0-\($0)-py3-none-any.whl" }
    #expect(try problem(Array(many.dropLast())) == nil)
    #expect(try problem(many)?.contains("more than 1000") == true)
    #expect(try problem([many[0], many[1], many[0]])?.contains("twice") == true)
  }

  @Test(
    arguments: [
      ("greeting", false, "greeting-1.2-py3-none-any.whl"),
      ("greeting", true, "greeting-2.0rc1.tar.gz"),
      ("greeting>=2.0rc1", false, "greeting-2.0rc1.tar.gz"),
      ("greeting<1.2", false, "greeting-1.0.tar.gz greeting-1.0-py3-none-any.whl"),
      ("greeting==1.1", false, "greeting-1.1.tar.gz"),
      ("greeting==1.2", false, "greeting-1.2.tar.gz greeting-1.2-py3-none-any.whl"),
      ("greeting==1.1.*", false, nil), ("greeting>9", true, nil), ("greeting==9.0", false, nil),
    ] as [(String, Bool, String?)])
  func newest(_ requirement: String, _ pre: Bool, _ expected: String?) throws {
    let release = Self.page.newestRelease(
      for: try Requirement(requirement), includingPreReleases: pre)
    #expect(release?.distributions.map(\.name.text).joined(separator: " ") == expected)
  }
}
