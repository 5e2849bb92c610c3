// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark release` where there is no space, and where nothing can be written.
///
/// The file systems are mounted in a mount namespace of their own, which goes with the program.
@Suite(.enabled(if: MountNamespace.isPossible, "not run: no rights to mount a file system"))
struct FullDiskTests {
  private let workplace: Workplace
  private let project: SampleProject

  init() throws {
    workplace = try Workplace()
    project = try SampleProject(in: workplace)
    for name in ["disk", "data", "out"] {
      try FileManager.default.createDirectory(
        atPath: workplace(name), withIntermediateDirectories: true)
    }
  }

  /// Releases with a file system mounted at `disk`; prints what is in it afterwards.
  private func release(mount: String, _ options: [String]) throws -> Program.Outcome {
    let script = """
      mount -t tmpfs -o \(mount) none '\(workplace("disk"))' || exit 99
      "$@"
      status=$?
      find '\(workplace("disk"))' -type f
      exit $status
      """
    let outcome = try Program(path: "/usr/bin/env").run(
      MountNamespace.command + [
        script, "sh", Program("hallmark").path, "release", project.path, "--embedded",
      ] + options,
      environment: workplace.environment, in: workplace.path, timeout: 120)
    #expect(outcome.status < 128, "crashed or hung: \(outcome)")
    #expect(outcome.errors.contains("error: "), "\(outcome)")
    workplace.expectNothingLeft()
    return outcome
  }

  @Test func readOnlyDataFolder() throws {
    let outcome = try release(
      mount: "ro", ["--data", workplace("disk/data"), "--out", workplace("out")])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("help: "), "\(outcome)")
    #expect(outcome.output == "")
    #expect(workplace.names(in: "out") == [])
  }

  @Test func fullDataFolderAtStart() throws {
    let outcome = try release(
      mount: "size=64k", ["--data", workplace("disk/data"), "--out", workplace("out")])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("no space"), "\(outcome)")
    #expect(outcome.errors.contains("help: "), "\(outcome)")
    #expect(outcome.output == "")
    #expect(workplace.names(in: "out") == [])
  }

  @Test func dataFolderFillsUp() throws {
    // There is room for the stack to start, not for such a file.
    var noise = SystemRandomNumberGenerator()
    let bytes = (0..<1_500_000).map { _ in UInt8.random(in: .min ... .max, using: &noise) }
    try Data(bytes).write(to: URL(fileURLWithPath: "\(project.path)/src/greeting/noise.bin"))
    try project.commit()
    let outcome = try release(
      mount: "size=1200k", ["--data", workplace("disk/data"), "--out", workplace("out")])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("[failed] Publish"), "\(outcome)")
    #expect(outcome.errors.contains("no space"), "\(outcome)")
    #expect(!outcome.output.contains("greeting-1.0.0"), "a part of the upload is left: \(outcome)")
  }

  @Test func readOnlyOutputFolder() throws {
    let outcome = try release(mount: "ro", ["--out", workplace("disk/out")])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("disk/out"), "\(outcome)")
    #expect(outcome.output == "")
  }

  @Test func fullOutputFolder() throws {
    // Room for the distributions, not for all of their evidence.
    let outcome = try release(mount: "size=60k", ["--no-check", "--out", workplace("disk")])
    #expect(outcome.status == 1)
    #expect(outcome.errors.lowercased().contains("no space"), "\(outcome)")
    // Nothing half-written: the distributions at most, and no evidence of which a part is missing.
    let names = outcome.output.split(separator: "\n").map { ($0 as NSString).lastPathComponent }
    let ends = [".whl", ".tar.gz", ".build.json", ".log"]
    #expect(names.allSatisfy { name in ends.contains { name.hasSuffix($0) } }, "\(names)")
  }
}

/// A mount namespace of its own for a shell script.
private enum MountNamespace {
  // As root the mapping is not needed, and may not be possible.
  static let command =
    ["unshare", "--mount"] + (geteuid() == 0 ? [] : ["--map-root-user"]) + ["sh", "-c"]

  /// Whether this user may mount a file system there.
  static let isPossible: Bool = {
    let outcome = try? Program(path: "/usr/bin/env").run(command + ["mount -t tmpfs none /mnt"])
    return outcome?.status == 0
  }()
}
