// SPDX-License-Identifier: Apache-2.0

import Encodings
import SystemPackage
import TrustedPublishing

/// How far a release in stages has come, for people and machines.
struct StagedOutcome: Sendable {
  /// The form's name; its number changes when a member changes its meaning or goes.
  static let schema = "hallmark.staged-release/v1"

  /// What became of a stage in this run.
  enum Stage: String, Sendable {
    /// It was done.
    case done
    /// It was done before, and holds.
    case kept
  }

  /// The state that was written.
  var state: ReleaseState
  /// Where the files are.
  let output: FilePath
  /// What became of the stages that this run came to.
  var stages: [ReleaseStage: Stage] = [:]
  /// What was published.
  var publication: PublishOutcome?

  init(state: ReleaseState, output: FilePath) {
    self.state = state
    self.output = output
  }

  private var statePath: String { output.appending(ReleaseState.filename).string }

  /// The stage that comes next; `nil` after the last.
  private var next: ReleaseStage? {
    ReleaseStage.allCases.first { !state.finished.contains($0) }
  }

  /// The document.
  var json: JSONValue {
    var object = JSONObject([
      ("schema", .string(Self.schema)), ("project", .string(state.subject.project)),
      ("version", .string(state.subject.version)),
      ("commit", state.subject.commit.map { .string($0) } ?? .null),
      ("dirty", .boolean(state.subject.isDirty)), ("instance", .string(state.subject.instance)),
      ("index", .string(state.subject.index)), ("output", .string(output.string)),
      ("state", .string(statePath)),
      (
        "stages",
        .array(
          ReleaseStage.allCases.map { stage in
            [
              "name": .string(stage.rawValue),
              "result": .string(
                stages[stage]?.rawValue
                  ?? (state.finished.contains(stage) ? "not looked at" : "not done")),
            ]
          })
      ),
      (
        "files",
        .array(
          state.files.map { file in
            [
              "filename": .string(file.name), "sha256": .string(file.sha256.hexadecimal),
              "size": .integer(file.size),
            ]
          })
      ),
      ("evidence", .array(state.evidence.map { .string($0.name) })),
      ("next", next.map { .string($0.rawValue) } ?? .null),
    ])
    object["publication"] = publication?.json ?? .null
    return .object(object)
  }

  /// Shows the end as a person reads it.
  func show(on console: Console) {
    let title = UntrustedText.printable("\(state.subject.project) \(state.subject.version)")
    guard let next else {
      console.output(console.styled(title, .strong, on: .output) + " is released")
      publication?.show(on: console)
      return
    }
    console.output(
      console.styled(title, .strong, on: .output)
        + " has come to the stage before `\(next.rawValue)`")
    for file in state.files {
      console.output(UntrustedText.printable("  sha256:\(file.sha256)  \(file.name)"))
    }
    console.output(
      UntrustedText.printable("the same command without --until goes on with \(next.rawValue)"))
  }
}
