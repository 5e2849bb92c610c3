// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging
import Rebuild
import Reproducibility
import SystemPackage
import Verification

/// The end of a reproduction: what a person reads, what a program reads, and the files that stay.
struct ReproduceOutcome {
  let title: String
  let report: ReproductionReport
  /// Whether a git repository was the source, and not an sdist.
  let isFromGit: Bool
  /// When the last file was rebuilt.
  let finishedOn: Timestamp

  static let schema: JSONValue = "hallmark.reproduce/v1"

  /// The exit status: the worst of all files; undecided when none could be judged.
  var status: ExitStatus {
    comparison.files.isEmpty ? .undecided : DiffCommand.status(of: comparison)
  }

  /// The report in the form that `hallmark diff` shows: verdicts, causes and fixes.
  var comparison: RebuildReport {
    var facts = [RebuildReport.Fact("source", report.source)]
    if let tag = report.tag { facts.append(RebuildReport.Fact("tag", tag)) }
    if let commit = report.commit {
      facts.append(
        RebuildReport.Fact(
          "commit", commit + (report.isCommitAttested ? ", as the attestation says" : "")))
    }
    if let folder = report.subdirectory { facts.append(RebuildReport.Fact("folder", folder)) }
    return RebuildReport(
      title: title, facts: facts, files: report.files.compactMap(Self.comparison))
  }

  private static func comparison(_ file: FileReproduction) -> RebuildReport.File? {
    let outcome: RebuildReport.Outcome
    switch file.outcome {
    case .source: return nil
    case .compared(let report): outcome = .compared(report)
    case .obstacle(let failure):
      outcome = .cannotRebuild(
        reason: "\(failure.message) [\(failure.obstacle.rawValue)]; \(failure.help)",
        log: failure.logTail)
    }
    var facts = file.facts.map {
      RebuildReport.Fact($0.topic.rawValue, "\($0.value) (\($0.reason))")
    }
    if let variant = file.variant {
      let tries = file.attempts > 1 ? "; the closest of \(file.attempts) builds" : ""
      facts.append(
        RebuildReport.Fact("built", "Python \(file.python ?? ""), \(variant.text)\(tries)"))
    }
    if !file.environment.isEmpty {
      facts.append(RebuildReport.Fact("with", file.environment.joined(separator: " ")))
    }
    if let lock = file.lock {
      let origin = file.isLockKept ? ", as an earlier run resolved it" : ""
      facts.append(RebuildReport.Fact("lock", "sha256:\(lock)\(origin)"))
    }
    return RebuildReport.File(name: file.filename.text, outcome: outcome, facts: facts)
  }

  /// Writes the rebuilt files and the page.
  ///
  /// - Throws: `CommandFailure`.
  func write(outputFolder: String?, page: String?) throws(CommandFailure) {
    if let outputFolder {
      let folder = FilePath(outputFolder)
      try OutputFiles.makeFolder(folder)
      try OutputFiles.write(
        report.files.compactMap { file in
          file.rebuilt.map { OutputFiles.File(name: file.filename.text, bytes: $0) }
        }, into: folder)
    }
    if let page { try ReportFile.write(comparison, to: page) }
  }

  /// Shows the verdicts, what was inferred, and what differs.
  func show(on console: Console) { ReportText(console: console).show(comparison) }

  /// The result as a JSON document.
  var json: JSONValue {
    var object = JSONObject([
      ("schema", Self.schema), ("status", .integer(Int64(status.rawValue))),
      ("verdict", comparison.worst.map { .string($0.name) } ?? .null),
      ("finishedOn", .string(finishedOn.rfc3339)), ("from", isFromGit ? "git" : "sdist"),
      ("source", .string(report.source)),
      ("tag", report.tag.map { .string($0) } ?? .null),
      ("commit", report.commit.map { .string($0) } ?? .null),
      ("commitAttested", .boolean(report.isCommitAttested)),
    ])
    object["subdirectory"] = report.subdirectory.map { .string($0) }
    object["files"] = .array(report.files.map(Self.json))
    return .object(object)
  }

  private static func json(_ file: FileReproduction) -> JSONValue {
    var object = JSONObject([
      ("filename", .string(file.filename.text)),
      ("sha256", file.sha256.map { .string($0.hexadecimal) } ?? .null),
      ("verdict", file.verdict.map { .string($0.name) } ?? .null),
      ("isSource", .boolean(file.verdict == nil)),
      ("inferred", .array(file.facts.map(\.json))),
      ("attempts", .integer(Int64(file.attempts))),
      ("milliseconds", .integer(Int64(file.duration / .milliseconds(1)))),
    ])
    object["python"] = file.python.map { .string($0) }
    object["variant"] = file.variant?.json
    if !file.environment.isEmpty {
      object["environment"] = .array(file.environment.map { .string($0) })
    }
    object["lock"] = file.lock.map {
      ["sha256": .string($0.hexadecimal), "fromCache": .boolean(file.isLockKept)]
    }
    switch file.outcome {
    case .source: break
    case .compared: object["comparison"] = comparison(file)?.json
    case .obstacle(let failure):
      object["cause"] = .string(failure.obstacle.rawValue)
      object["message"] = .string(failure.message)
      object["help"] = .string(failure.help)
      object["log"] = .array(failure.logTail.map { .string($0) })
    }
    return .object(object)
  }
}
