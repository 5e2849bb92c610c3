// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Rebuild

@Suite struct CommitFilesTests {
  private static func line(_ mode: String, _ size: String, _ path: String) -> String {
    "\(mode) \(mode == "160000" ? "commit" : "blob") 0123 \(size)\t\(path)\0"
  }

  @Test func namesFoldersOfProjects() throws {
    let listing =
      Self.line("100644", "10", "pyproject.toml") + Self.line("120000", "10", "a/pyproject.toml")
      + Self.line("100755", "   4", "b/c/setup.py") + Self.line("100644", "1", "b/xsetup.py")
      + Self.line("160000", "-", "vendored")
    let files = try CommitFiles(listing: Array(listing.utf8))
    #expect(files.projectFolders == ["", "b/c"])
    #expect(files.hasSubmodules)
  }

  @Test(arguments: [
    (String(repeating: line("100644", "1", "a"), count: 4), CommitFiles.Refusal.files(limit: 3)),
    (line("100644", "60", "a") + line("100644", "41", "b"), .bytes(limit: 100)),
    (line("100644", "9223372036854775807", "a"), .bytes(limit: 100)),
    (line("100644", "1", "a") + line("100644", "9223372036854775807", "a"), .bytes(limit: 100)),
    (line("100644", "-1", "a"), .unreadable),
    (line("100644", "-", "a"), .unreadable),
    ("100644 blob 0123 1 a\0", .unreadable),
    ("100644 blob 0123\ta\0", .unreadable),
  ])
  func refusesWhatWouldFillADisk(_ listing: String, _ refusal: CommitFiles.Refusal) {
    #expect(throws: refusal) {
      try CommitFiles(listing: Array(listing.utf8), fileLimit: 3, byteLimit: 100)
    }
  }
}
