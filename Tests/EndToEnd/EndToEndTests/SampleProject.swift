// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A copy of `Examples/greeting`, under this or another name.
struct SampleProject {
  /// Its folder.
  let path: String
  /// Its name.
  let name: String

  /// Copies the example.
  ///
  /// - Parameters:
  ///   - name: the project's name, which also names its package and its command.
  ///   - version: its version.
  ///   - isCommitted: whether it is one commit in a git repository of its own.
  init(
    in workplace: Workplace, name: String = "greeting", version: String = "1.0.0",
    isCommitted: Bool = true
  ) throws {
    path = workplace("source-\(name)-\(version)")
    self.name = name
    let files = FileManager.default
    try files.copyItem(atPath: "\(Clients.root)/Examples/greeting", toPath: path)
    for leftover in ["dist", ".pytest_cache", "src/greeting/__pycache__"] {
      try? files.removeItem(atPath: "\(path)/\(leftover)")
    }
    let sources = ["pyproject.toml", "src/greeting/__init__.py", "src/greeting/__main__.py"]
    for file in sources {
      try edit(file) {
        $0.replacingOccurrences(of: "greeting", with: name)
          .replacingOccurrences(of: "\"1.0.0\"", with: "\"\(version)\"")
      }
    }
    if name != "greeting" {
      try files.moveItem(atPath: "\(path)/src/greeting", toPath: "\(path)/src/\(name)")
    }
    if isCommitted {
      try git("init", "--quiet", "--initial-branch=main")
      try commit()
    }
  }

  /// Commits everything.
  func commit() throws {
    try git("add", "--all")
    try git(
      "-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "--quiet",
      "--message=Change")
  }

  /// The commit's id.
  func head() throws -> String {
    try git("rev-parse", "HEAD").trimmingCharacters(in: .newlines)
  }

  /// Changes a text file.
  func edit(_ file: String, _ change: (String) -> String) throws {
    let url = URL(fileURLWithPath: "\(path)/\(file)")
    try change(try String(contentsOf: url, encoding: .utf8))
      .write(to: url, atomically: true, encoding: .utf8)
  }

  /// Replaces a file.
  func write(_ file: String, _ text: String) throws {
    try text.write(toFile: "\(path)/\(file)", atomically: true, encoding: .utf8)
  }

  @discardableResult
  private func git(_ arguments: String...) throws -> String {
    let outcome = try Program(path: "/usr/bin/env").run(["git", "-C", path] + arguments)
    try #require(outcome.status == 0, "git \(arguments): \(outcome)")
    return outcome.output
  }
}
