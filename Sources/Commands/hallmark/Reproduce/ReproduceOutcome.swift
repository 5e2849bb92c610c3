// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging
import Rebuild
import Reproducibility
import SystemPackage
import Verification

/// The end of a reproduction: what a person reads, what a program reads, and the files that stay.
struct ReproduceOutcome {
  let report: ReproductionReport

  static let schema: JSONValue = "hallmark.reproduce/v1"

  /// The exit status: the worst of all files.
  var status: ExitStatus {
    let statuses = report.files.compactMap { file -> ExitStatus? in
      switch file.verdict {
      case nil: nil
      case .identical, .identicalGiven: .done
      case .equivalentMetadata, .different: .differs
      case .cannotRebuild: .undecided
      }
    }
    return statuses.isEmpty ? .undecided : ExitStatus.worst(of: statuses)
  }

  /// Writes the rebuilt files.
  ///
  /// - Throws: `CommandFailure`.
  func write(outputFolder: String?) throws(CommandFailure) {
    guard let outputFolder else { return }
    let folder = FilePath(outputFolder)
    try OutputFiles.makeFolder(folder)
    try OutputFiles.write(
      report.files.compactMap { file in
        file.rebuilt.map { OutputFiles.File(name: file.filename.text, bytes: $0) }
      }, into: folder)
  }

  // MARK: For a person

  /// Shows the verdicts, what was inferred, and what differs.
  func show(on console: Console) {
    func show(_ text: String) -> String { UntrustedText.printable(text) }
    var source = "source: \(show(report.source))"
    if let tag = report.tag { source += ", tag \(show(tag))" }
    if let commit = report.commit {
      source += ", commit \(show(commit))" + (report.isCommitAttested ? " (attested)" : "")
    }
    console.output(source)
    for file in report.files {
      console.output()
      self.show(file, on: console)
    }
    guard let verdict = report.verdict else { return }
    console.output()
    console.output(
      "verdict: "
        + console.styled(verdict.name, verdict.passes ? .good : .bad, on: .output)
        + (verdict.passes ? ": the source makes these files" : ""))
  }

  private func show(_ file: FileReproduction, on console: Console) {
    func show(_ text: String) -> String { UntrustedText.printable(text) }
    let mark =
      switch file.verdict {
      case nil: console.styled("·", .faint, on: .output)
      case .some(let verdict) where verdict.passes: console.styled("✓", .good, on: .output)
      case .some: console.styled("✗", .bad, on: .output)
      }
    console.output(
      "\(mark) " + console.styled(show(file.filename.text), .strong, on: .output) + "  "
        + Self.headline(of: file))
    for fact in file.facts {
      let topic = fact.topic.rawValue.padded(to: 12)
      console.output(
        "    " + console.styled(topic, .faint, on: .output)
          + " \(show(fact.value))  " + console.styled("(\(show(fact.reason)))", .faint, on: .output))
    }
    if let variant = file.variant {
      console.output(
        "    " + console.styled("built with".padded(to: 12), .faint, on: .output)
          + " Python \(show(file.python ?? "")), \(show(variant.text))"
          + (file.attempts > 1 ? "; the best of \(file.attempts) builds" : ""))
    }
    if case .obstacle(let failure) = file.outcome {
      console.output("  [\(failure.obstacle.rawValue)] \(show(failure.message))")
      for line in failure.logTail.suffix(8) { console.output("    | \(show(line))") }
      console.output(console.styled("help", .accent, on: .output) + ": \(show(failure.help))")
    }
  }

  private static func headline(of file: FileReproduction) -> String {
    switch file.outcome {
    case .source: "the source; read strictly, not judged"
    case .compared(let report): report.verdict.name
    case .obstacle: RebuildVerdict.cannotRebuild.name
    }
  }

  // MARK: For a program

  /// The result as a JSON document.
  var json: JSONValue {
    [
      "schema": Self.schema, "status": .integer(Int64(status.rawValue)),
      "verdict": report.verdict.map { .string($0.name) } ?? .null,
      "source": .string(report.source),
      "tag": report.tag.map { .string($0) } ?? .null,
      "commit": report.commit.map { .string($0) } ?? .null,
      "commitAttested": .boolean(report.isCommitAttested),
      "files": .array(report.files.map(Self.json)),
    ]
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
    switch file.outcome {
    case .source: break
    case .compared: break
    case .obstacle(let failure):
      object["cause"] = .string(failure.obstacle.rawValue)
      object["message"] = .string(failure.message)
      object["help"] = .string(failure.help)
      object["log"] = .array(failure.logTail.map { .string($0) })
    }
    return .object(object)
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
