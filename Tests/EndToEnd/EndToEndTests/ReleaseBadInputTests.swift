// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark release` on what it cannot release: the documented status, an error that helps, and
/// nothing written or left running.
struct ReleaseBadInputTests {
  private let workplace: Workplace

  init() throws {
    workplace = try Workplace()
  }

  /// Runs a release that must fail.
  private func expectRefusal(
    _ arguments: [String], status: Int32 = 1, _ words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try workplace.hallmark(
      ["release", "--embedded", "--json", "--out", workplace("out")] + arguments)
    #expect(outcome.status == status, "\(outcome)", sourceLocation: sourceLocation)
    #expect(outcome.output == "", sourceLocation: sourceLocation)
    #expect(outcome.errors.contains("error: "), "\(outcome)", sourceLocation: sourceLocation)
    for word in words {
      #expect(outcome.errors.contains(word), "\(outcome)", sourceLocation: sourceLocation)
    }
    let names = workplace.names(in: "out").filter { $0 != "logs" }
    #expect(names == [], sourceLocation: sourceLocation)
    workplace.expectNothingLeft(sourceLocation: sourceLocation)
  }

  @Test func noProjectFile() throws {
    let project = try SampleProject(in: workplace)
    try FileManager.default.removeItem(atPath: "\(project.path)/pyproject.toml")
    try project.commit()
    try expectRefusal([project.path], "pyproject.toml")
    try expectRefusal([workplace("absent")], "absent")
    try expectRefusal([try workplace.write("file", "")], "file")
  }

  @Test(arguments: [
    ("[project", "pyproject.toml"), ("[project]\nname = 1\n", "name"),
    ("[project]\nname = \"../up\"\nversion = \"1\"\n", "../up"), ("\u{0}", "pyproject.toml"),
  ])
  func badProjectFile(text: String, word: String) throws {
    let project = try SampleProject(in: workplace)
    try project.write("pyproject.toml", text)
    try project.commit()
    try expectRefusal([project.path], word)
  }

  @Test func notInGit() throws {
    let project = try SampleProject(in: workplace, isCommitted: false)
    try expectRefusal([project.path], "git repository", "help: ", "--allow-dirty")
  }

  @Test func uncommittedChanges() throws {
    let project = try SampleProject(in: workplace)
    try project.write("src/greeting/extra.py", "")
    try expectRefusal([project.path], "src/greeting/extra.py", "help: ", "--allow-dirty")
  }

  @Test(arguments: [["--nonsense"], ["--port", "65536"], ["--port", "x"], ["--out", ""]])
  func wrongUsage(options: [String]) throws {
    let project = try SampleProject(in: workplace)
    try expectRefusal([project.path] + options, status: 2)
  }

  @Test func busyPort() throws {
    let project = try SampleProject(in: workplace)
    let listener = try BusyPort()
    try expectRefusal(
      [project.path, "--port", String(listener.number)],
      "port \(listener.number) on 127.0.0.1 is already in use", "help: ")
    // A data folder that a person named is left as it was, so that another port can be chosen.
    try expectRefusal(
      [project.path, "--port", String(listener.number), "--data", workplace("data")],
      "already in use", "help: ")
    #expect(!workplace.names(in: "data").contains("stack.json"))
    #expect(workplace.names(in: "data/secrets") == [])
  }

  @Test func dataFolderOfSomethingElse() throws {
    let project = try SampleProject(in: workplace)
    let file = try workplace.write("data/file", "mine")
    try expectRefusal([project.path, "--data", workplace("data")], "not empty", "help: ")
    try expectRefusal([project.path, "--data", file], "not a folder", "help: ")
    #expect(workplace.names(in: "data") == ["file"])
  }

  @Test func unwritableDataFolder() throws {
    let project = try SampleProject(in: workplace)
    // Nobody can create a folder there, not even root.
    try expectRefusal([project.path, "--data", "/proc/hallmark/data"], "/proc/hallmark")
  }

  @Test func failingBuild() throws {
    let project = try SampleProject(in: workplace)
    try project.edit("pyproject.toml") {
      $0.replacingOccurrences(of: "requires = [\"hatchling>=1.27,<2\"]", with: "requires = []")
        .replacingOccurrences(
          of: "build-backend = \"hatchling.build\"",
          with: "build-backend = \"backend\"\nbackend-path = [\".\"]")
    }
    try project.write(
      "backend.py",
      "def build_sdist(folder, config_settings=None):\n    raise RuntimeError('the kiln is cold')\n"
    )
    try project.commit()
    try expectRefusal([project.path], "[failed] Build", "the kiln is cold")
  }

  @Test func outputFolderThatCannotBeMade() throws {
    let project = try SampleProject(in: workplace)
    let outcome = try workplace.hallmark([
      "release", project.path, "--embedded", "--out", "/proc/hallmark/out",
    ])
    #expect(outcome.status == 1, "\(outcome)")
    #expect(outcome.errors.contains("/proc/hallmark"), "\(outcome)")
    workplace.expectNothingLeft()
  }
}

/// A port of 127.0.0.1 that somebody listens on.
private final class BusyPort {
  let number: UInt16
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let (socket, size) = (descriptor, length)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(socket, pointer, size) == 0 && listen(socket, 1) == 0
          && getsockname(socket, pointer, &length) == 0
      }
    }
    try #require(isListening)
    number = UInt16(bigEndian: address.sin_port)
  }

  deinit { close(descriptor) }
}
