// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark adopt` and `hallmark new` as a user runs them.
@Suite struct AdoptCommandTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try write(
      "pyproject.toml",
      """
      [build-system]
      requires = ["setuptools"]
      build-backend = "setuptools.build_meta"

      [project]
      name = "greeting"
      version = "1.0.0"

      [project.urls]
      Source = "https://github.com/acme/greeting"

      """)
    try write("README.md", "# Greeting\r\n\r\nSays hello.\r\n")
    try write("LICENSE", "MIT License\n")
    try write(
      ".github/workflows/release.yml",
      """
      on:
        push:
          branches: [main]
      jobs:
        publish:
          runs-on: ubuntu-latest
          permissions:
            id-token: write
          steps:
            - uses: actions/checkout@v4
            - run: pip install build
            - run: python -m build
            - uses: pypa/gh-action-pypi-publish@release/v1

      """)
    // The lock, so that nothing needs an index.
    try write(
      "requirements/build.in",
      "# What builds a release: the front end, and `build-system.requires` of pyproject.toml.\n"
        + "build\nsetuptools\n")
    try write(
      "requirements/build.txt",
      "build==1.0 --hash=sha256:00\nsetuptools==77.0 --hash=sha256:00\n")
    try write(
      ".hallmark/adopted.json",
      """
      {"schema": "hallmark.adoption/v1", "version": 1, "profile": "spec8",
       "repository": "acme/greeting", "branch": "main", "owners": [], "blocks": [
         {"path": "requirements/build.in", "sha256": "\(String(repeating: "0", count: 64))"}]}
      """)
  }

  private func write(_ path: String, _ text: String) throws {
    let url = URL(fileURLWithPath: scratch.path).appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  private func read(_ path: String) throws -> String {
    String(decoding: try TestData.read(scratch.path + "/" + path), as: UTF8.self)
  }

  private func hallmark(_ arguments: String...) throws -> Program.Outcome {
    try Program("hallmark").run(arguments, in: scratch.path, timeout: 60)
  }

  /// The bytes of all files by path.
  private func snapshot() throws -> [String: Data] {
    var result: [String: Data] = [:]
    let root = URL(fileURLWithPath: scratch.path)
    for path in try FileManager.default.subpathsOfDirectory(atPath: scratch.path) {
      result[path] = try? Data(contentsOf: root.appendingPathComponent(path))
    }
    return result
  }

  @Test func adoptsOnceAndIsDone() throws {
    let before = try snapshot()
    let missing = try hallmark("adopt", "--diff")
    #expect(missing.status == 2)
    #expect(missing.errors.contains("--owner @ORGANISATION/TEAM"), "\(missing)")
    let diff = try hallmark("adopt", "--owner", "@acme/releasers", "--diff")
    #expect(diff.status == 5, "\(diff)")
    #expect(diff.output.contains("--- a/.github/workflows/release.yml\n"))
    #expect(diff.output.contains("--- /dev/null\n+++ b/SECURITY.md\n"))
    let unasked = try hallmark("adopt", "--owner", "@acme/releasers")
    #expect(unasked.status == 2)
    #expect(unasked.errors.contains("nobody confirmed"))
    #expect(try snapshot() == before)

    let done = try hallmark("adopt", "--owner", "@acme/releasers", "--yes")
    #expect(done.status == 0, "\(done)")
    #expect(done.output.contains("Workflow name      release.yml"), "\(done.output)")
    #expect(done.output.contains("pypa/gh-action-pypi-publish@*"))
    let readme = try read("README.md")
    #expect(
      readme.hasPrefix("# Greeting\r\n\r\nSays hello.\r\n\r\n<!-- hallmark: verifying -->\r\n"))
    #expect(!readme.replacingOccurrences(of: "\r\n", with: "").contains("\n"))

    let after = try snapshot()
    let again = try hallmark("adopt", "--yes")
    #expect(again.status == 0 && again.output.contains("nothing is missing"), "\(again)")
    #expect(try snapshot() == after)
    let check = try hallmark("adopt", "--check")
    #expect(check.status == 0, "\(check)")
    #expect(try hallmark("pins", "check").status == 0)
    let json = try hallmark("adopt", "--check", "--json")
    #expect(try JSONSchema("adopt-v1.json").problems(in: json.output) == [], "\(json)")

    let audit = try hallmark("audit", "--checklist", "--json")
    let document = try #require(
      JSONSerialization.jsonObject(with: Data(audit.output.utf8)) as? [String: Any])
    let project = try #require((document["projects"] as? [[String: Any]])?.first)
    let items = try #require(project["checklist"] as? [[String: Any]])
    let failing = items.filter { $0["verdict"] as? String == "fail" }
    #expect(failing.compactMap { $0["number"] as? Int } == [], "\(failing)")
  }

  @Test func reportsDrift() throws {
    #expect(try hallmark("adopt", "--owner", "@acme/releasers", "--yes").status == 0)
    try FileManager.default.removeItem(atPath: scratch.path + "/SECURITY.md")
    let missing = try hallmark("adopt", "--check")
    #expect(missing.status == 5)
    #expect(missing.errors.contains("SECURITY.md"), "\(missing)")
    #expect(try hallmark("adopt", "--yes").status == 0)
    try write(
      "RELEASING.md", try read("RELEASING.md").replacingOccurrences(of: "A change", with: "One"))
    let edited = try hallmark("adopt", "--check")
    #expect(edited.status == 5)
    #expect(edited.errors.contains("somebody has changed the file"), "\(edited)")
    #expect(try hallmark("adopt", "--yes").status == 0)
    #expect(try read("RELEASING.md").contains("1. One sets the version"))
    #expect(try hallmark("adopt", "--check").status == 0)
    try FileManager.default.removeItem(atPath: scratch.path + "/.hallmark")
    let never = try hallmark("adopt", "--check")
    #expect(never.status == 5 && never.errors.contains("has not adopted"), "\(never)")
  }

  /// What cannot be written is said, and what is a link is not written through.
  @Test func badFolders() throws {
    let outside = try Scratch()
    let target = try outside.write("x.md", Array("theirs\n".utf8))
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path + "/SECURITY.md", withDestinationPath: target)
    let link = try hallmark("adopt", "--owner", "@acme/releasers", "--yes")
    #expect(link.status == 1, "\(link)")
    #expect(link.errors.contains("symbolic link"), "\(link)")
    #expect(String(decoding: try TestData.read(target), as: UTF8.self) == "theirs\n")
    let empty = try Scratch()
    #expect(try Program("hallmark").run(["adopt", "--diff"], in: empty.path).status == 2)
    #expect(try hallmark("adopt", "nowhere").status == 1)
    let other = try hallmark("adopt", "--forge-kind", "gitlab")
    #expect(other.status == 2 && other.errors.contains("--repository GROUP/PROJECT"), "\(other)")
    try write("pyproject.toml", "[project]\nname = \"a\\u001b[31m\\n  evil: 1\"\n")
    let hostile = try hallmark("adopt", "--diff")
    #expect(hostile.status == 2)
    #expect(!(hostile.output + hostile.errors).utf8.contains(0x1B))
    try write(".hallmark/adopted.json", "{")
    #expect(try hallmark("adopt", "--check").status == 1)
  }

  @Test func newRefusesWhatIsThere() throws {
    try FileManager.default.removeItem(atPath: scratch.path + "/.hallmark")
    for arguments in [
      ["new", "greeting"], ["new", "a b", "--repository", "a/b"],
      ["new", "class", "--repository", "a/b"], ["new", "x", "--repository", "a"],
      ["new", "greeting", "--repository", "a/b", "--directory", "."],
      ["new", "x", "--forge-kind", "gitlab", "--repository", "https://github.com/a/b"],
      ["new", "x", "--forge-kind", "github", "--repository", "a/b/c"],
    ] {
      let outcome = try Program("hallmark").run(arguments, in: scratch.path, timeout: 60)
      #expect(outcome.status == 2, "\(arguments): \(outcome)")
    }
  }
}
