// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark lock`, and what a build makes of its file.
@Suite(.enabled(if: Clients.areExpected, Clients.reason)) struct LockTests {
  private let workplace: Workplace
  private let project: TinyBackend

  init() throws {
    workplace = try Workplace()
    project = try TinyBackend(
      in: workplace,
      adding: "def get_requires_for_build_wheel(config_settings=None): return ['packaging<27']\n",
      requires: "[\"iniconfig\"]")
  }

  private var lock: String {
    get throws {
      String(
        decoding: try TestData.read(workplace("tiny/pylock.build.toml")), as: UTF8.self)
    }
  }

  @Test func locksChecksAndBuilds() throws {
    #expect(try workplace.hallmark(["lock", project.path, "--check"]).status == 5)
    let moment = "2026-06-01T00:00:00Z"
    let written = try workplace.hallmark(["lock", project.path, "--uploaded-before", moment])
    #expect(written.status == 0, "\(written)")
    let text = try lock
    #expect(text.contains("uploaded-before = \(moment)"))
    #expect(text.contains("name = \"iniconfig\""))
    // The back end was asked, and the requirement resolved as of then.
    #expect(text.contains("name = \"packaging\""))
    #expect(!text.contains(workplace.path))
    let again = try workplace.hallmark(["lock", project.path, "--json"])
    #expect(try JSONSchema("lock-v1.json").problems(in: again.output) == [])
    #expect(again.output.contains(#""upToDate":true"#))
    #expect(try lock == text)
    #expect(try workplace.hallmark(["lock", project.path, "--check"]).status == 0)

    try project.commit()
    let built = try workplace.hallmark(["build", project.path, "--no-check"])
    #expect(built.status == 0, "\(built)")
    #expect(built.errors.contains("2 packages, from pylock.build.toml"))

    // A requirement that is not locked.
    let path = "tiny/pyproject.toml"
    let wanted = String(decoding: try TestData.read(workplace(path)), as: UTF8.self)
    try workplace.write(path, wanted.replacingOccurrences(of: "iniconfig", with: "six"))
    try project.commit()
    let refused = try workplace.hallmark(["build", project.path, "--no-check"])
    #expect(refused.status == 1)
    #expect(refused.errors.contains("requires `six`, which `pylock.build.toml` does not lock"))
    let check = try workplace.hallmark(["lock", project.path, "--check"])
    #expect(check.status == 5)
    #expect(check.errors.contains("iniconfig: "))
    workplace.expectNothingLeft()
  }

  @Test func aWheelWithAnotherDigestIsNotInstalled() throws {
    #expect(try workplace.hallmark(["lock", project.path]).status == 0)
    let text = try lock
    let start = try #require(text.range(of: "sha256 = \"")).upperBound
    let end = text.index(start, offsetBy: 64)
    let other = String(repeating: "0", count: 64)
    try workplace.write(
      "tiny/pylock.build.toml", text.replacingCharacters(in: start..<end, with: other))
    try project.commit()
    let refused = try workplace.hallmark(["build", project.path, "--no-check"])
    #expect(refused.status == 1)
    #expect(refused.errors.contains("cannot be installed"), "\(refused)")
  }

  @Test func whatDoesNotExistIsNamed() throws {
    try workplace.write(
      "tiny/pyproject.toml",
      """
      [build-system]
      requires = ["iniconfig>999"]
      build-backend = "backend"
      backend-path = ["."]
      [project]
      name = "tiny"
      version = "1.0"

      """)
    let refused = try workplace.hallmark(["lock", project.path])
    #expect(refused.status == 1)
    #expect(refused.errors.contains("the requirements of the build cannot be resolved"))
    #expect(refused.errors.contains("iniconfig"))
  }

  @Test(arguments: [
    ["--uploaded-before", "yesterday"], ["--uploaded-before", "P"], ["--check", "--upgrade"],
    ["--uploaded-before", "P3X"], ["--uploaded-before", "2026-02-30"],
  ])
  func refusesUsage(options: [String]) throws {
    #expect(try workplace.hallmark(["lock", project.path] + options).status == 2)
  }
}
