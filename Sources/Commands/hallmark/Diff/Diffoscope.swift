// SPDX-License-Identifier: Apache-2.0

import Subprocess
import SystemPackage
import Verification

/// Debian's diffoscope as a further view of two files, where it is installed.
enum Diffoscope {
  private static let seconds = 120
  private static let size = 4 << 20
  private static let lines = 400

  /// Runs it and prints what it says, escaped and cut.
  ///
  /// - Throws: `CommandFailure` with status 1 when it is missing, or says nothing in time.
  static func show(_ published: String, _ rebuilt: String, on console: Console) async throws {
    var options = PlatformOptions()
    options.processGroupID = 0
    options.teardownSequence = [
      .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(3))
    ]
    let platform = options
    // A path that starts with a dash is not an option.
    let paths = [published, rebuilt].map { $0.utf8.first == UInt8(ascii: "-") ? "./\($0)" : $0 }
    let output: [UInt8]?
    do {
      output = try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
        group.addTask {
          try await Subprocess.run(
            .name("diffoscope"),
            arguments: Arguments(
              ["--text", "-", "--text-color", "never", "--no-progress"] + paths),
            platformOptions: platform, input: .none, output: .bytes(limit: size),
            error: .discarded
          ).standardOutput
        }
        group.addTask {
          try await Task.sleep(for: .seconds(seconds))
          return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
      }
    } catch let error as SubprocessError {
      try Task.checkCancellation()
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "diffoscope cannot be run: \(error)",
          notes: ["the report above is complete without it"],
          help: ["install it, on Debian and Ubuntu: apt-get install diffoscope-minimal"]))
    }
    guard let output else {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic("diffoscope was stopped after \(seconds) seconds"))
    }
    console.output()
    console.output(console.styled("diffoscope", .strong, on: .output))
    let text = output.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for line in text.prefix(lines) {
      let line = ReportText.withVisibleTabs(String(decoding: line, as: UTF8.self))
      console.output("  " + UntrustedText.printable(line, limit: 300))
    }
    if text.count > lines { console.output("  … \(text.count - lines) more lines") }
  }
}
