// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark adopt` at GitLab as a user runs it.
@Suite struct GitLabAdoptCommandTests {
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
      Source = "https://gitlab.com/acme/tools/greeting"

      """)
    try write("README.md", "# Greeting\n")
    try write("LICENSE", "MIT License\n")
    try write(".gitlab-ci.yml", Self.pipeline)
    // The locks, so that nothing needs an index.
    let lists = [
      (
        "build",
        "# What builds a release: the front end, and `build-system.requires` of "
          + "pyproject.toml.\nbuild\nsetuptools\n"
      ),
      (
        "publish",
        "# What attests, verifies and publishes a release, in jobs with identities.\n"
          + "pypi-attestations\ntwine>=6.1\n"
      ),
    ]
    let none = String(repeating: "0", count: 64)
    for (name, text) in lists {
      try write("requirements/\(name).in", text)
      try write("requirements/\(name).txt", "x==1.0 --hash=sha256:00\n")
    }
    try write(
      ".hallmark/adopted.json",
      """
      {"schema": "hallmark.adoption/v1", "version": 1, "profile": "spec8", "forge": "gitlab",
       "repository": "acme/tools/greeting", "branch": "main", "owners": [], "blocks": [
         {"path": "requirements/build.in", "sha256": "\(none)"},
         {"path": "requirements/publish.in", "sha256": "\(none)"}]}
      """)
  }

  private static let pipeline = """
    # Ours.\r
    test:\r
      image: python:3.13-slim  # small\r
      script: [pytest]\r
    \r
    publish:\r
      stage: deploy\r
      image: python:3.13-slim\r
      variables: {TWINE_USERNAME: __token__, TWINE_PASSWORD: $PYPI_TOKEN}\r
      script:\r
        - python -m build\r
        - twine upload dist/*\r

    """

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
    let missing = try hallmark("adopt", "--diff")
    #expect(missing.status == 2 && missing.errors.contains("--owner"), "\(missing)")
    let done = try hallmark("adopt", "--owner", "@acme/tools/releasers", "--yes")
    #expect(done.status == 0, "\(done)")
    for text in [
      "Top-level pipeline file path  .gitlab-ci.yml", "Namespace                     acme/tools",
      "CI/CD variables  PYPI_TOKEN, TWINE_PASSWORD", "`publish` of `.gitlab-ci.yml` gives way",
    ] {
      #expect(done.output.contains(text), "\(text) in \(done.output)")
    }
    let pipeline = try read(".gitlab-ci.yml")
    #expect(
      pipeline.hasPrefix(
        "# Ours.\r\ninclude:\r\n  - local: .gitlab/release.gitlab-ci.yml\r\ntest:\r\n"
          + "  image: python:3.13-slim@sha256:"), "\(pipeline)")
    #expect(pipeline.hasSuffix("  # small\r\n  script: [pytest]\r\n\r\n"), "\(pipeline)")

    let after = try snapshot()
    let again = try hallmark("adopt", "--yes")
    #expect(again.status == 0 && again.output.contains("nothing is missing"), "\(again)")
    #expect(try snapshot() == after)
    let check = try hallmark("adopt", "--check")
    #expect(check.status == 0, "\(check)")
    let json = try hallmark("adopt", "--check", "--json")
    #expect(try JSONSchema("adopt-v1.json").problems(in: json.output) == [], "\(json)")
    #expect(json.output.contains("\"forge\": \"gitlab\""))

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
    try FileManager.default.removeItem(atPath: scratch.path + "/.gitlab/release.gitlab-ci.yml")
    let missing = try hallmark("adopt", "--check")
    #expect(missing.status == 5 && missing.errors.contains("release.gitlab-ci.yml"), "\(missing)")
    #expect(try hallmark("adopt", "--yes").status == 0)
    #expect(try hallmark("adopt", "--check").status == 0)
  }
}
