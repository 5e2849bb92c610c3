// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import Sigstore
import Verification

/// Runs a file of slsa-verifier's command lines with the outcomes that are expected of them.
struct SLSACases: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slsa",
    abstract: "Run a file of slsa-verifier cases.",
    discussion: """
      Prints every case whose outcome differs, as `id expected got`, and closes with \
      `N passed, N failed`. Exits with 1 if any differs.
      """)

  @Argument(help: "The cases, one JSON object per line.")
  var cases: String

  @Option(help: "The folder in which the cases' files are.")
  var files: String

  @Option(help: "The folder with gcb-keys and npm-keys (default: where the cases are).")
  var keys: String?

  @Option(
    help: "A trusted root (default: trusted_root.json where the cases are, else the public one).")
  var trustedRoot: String?

  func run() async throws {
    let runner = try runner()
    let bytes = try FileReading.bytes(of: cases, limit: 256 << 20)
    var passed = 0
    var failed = 0
    for (number, line) in bytes.split(separator: 0x0a).enumerated() {
      let item: SLSACase
      do {
        item = try SLSACase(parsing: Array(line))
      } catch {
        throw ValidationError("\(cases), line \(number + 1): \(error)")
      }
      let outcome = await runner.outcome(of: item)
      if outcome == item.expected {
        passed += 1
      } else {
        failed += 1
        print("\(item.id) \(item.expected) \(outcome)")
      }
    }
    print("\(passed) passed, \(failed) failed")
    if failed > 0 { throw ExitCode(1) }
  }

  private func runner() throws -> SLSACaseRunner {
    let folder = cases.lastIndex(of: "/").map { String(cases[..<$0]) } ?? "."
    let beside = "\(folder)/trusted_root.json"
    let root: TrustedRoot
    if let path = trustedRoot ?? (FileReading.exists(beside) ? beside : nil) {
      root = try TrustedRoot(parsing: try FileReading.bytes(of: path, limit: Evidence.sizeLimit))
    } else {
      root = try TrustedRoot.publicGood()
    }
    return SLSACaseRunner(
      files: files, trustedRoot: root, keys: TrustFolder(path: keys ?? folder),
      now: FileReading.now())
  }
}
