// SPDX-License-Identifier: Apache-2.0

import Encodings
import Reproducibility

/// The document of `hallmark diff --json`, by Documentation/schemas/comparison-v1.json.
extension RebuildReport {
  /// The report as a document.
  var json: JSONValue {
    [
      "schema": "hallmark.comparison/v1",
      "title": .string(title),
      "passes": .boolean(passes),
      "facts": .array(facts.map(\.json)),
      "files": .array(files.map(\.json)),
    ]
  }
}

extension RebuildReport.Fact {
  fileprivate var json: JSONValue { ["label": .string(label), "value": .string(value)] }
}

extension RebuildReport.File {
  /// An element of the document's `files`.
  var json: JSONValue {
    var object = JSONObject([
      ("name", .string(name)), ("verdict", .string(verdict.name)),
      ("rung", .integer(Int64(verdict.rung))), ("passes", .boolean(verdict.passes)),
      ("facts", .array(facts.map(\.json))),
    ])
    if case .identicalGiven(let fields) = verdict {
      let counts = fields.sorted { $0.key.rawValue < $1.key.rawValue }
        .map { ($0.key.rawValue, JSONValue.integer(Int64($0.value))) }
      object["given"] = .object(JSONObject(counts))
    }
    switch outcome {
    case .cannotRebuild(let reason, let log):
      object["problem"] = .string(reason)
      object["log"] = .array(log.map { .string($0) })
    case .compared(let report):
      object["published"] = ["sha256": .string(report.published.hexadecimal)]
      object["rebuilt"] = ["sha256": .string(report.rebuilt.hexadecimal)]
      object["reason"] = report.reason.map { .string($0) }
      object["members"] = .integer(Int64(report.memberCount))
      object["differences"] = .array(report.differences.map(\.json))
      object["changes"] = .array(report.changes.map(\.json))
      object["furtherChanges"] = .integer(Int64(report.furtherChanges))
    }
    return .object(object)
  }
}

extension Difference {
  fileprivate var json: JSONValue {
    var object = JSONObject([
      ("cause", .string(cause.rawValue)), ("title", .string(cause.title)),
      ("explanation", .string(cause.explanation)), ("fix", .string(fix)),
      ("weight", .string(weight.name)), ("count", .integer(Int64(count))),
      ("examples", .array(examples.map(\.json))),
    ])
    if case .container(let field) = weight { object["field"] = .string(field.rawValue) }
    return .object(object)
  }
}

extension DifferenceCause.Weight {
  /// The name in JSON.
  var name: String {
    switch self {
    case .container: "container"
    case .metadata: "metadata"
    case .different: "different"
    }
  }
}

extension Difference.Example {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object["member"] = member.map { .string($0) }
    object["published"] = published.map { .string($0) }
    object["rebuilt"] = rebuilt.map { .string($0) }
    object["excerpt"] = excerpt.map { excerpt in
      .array(
        excerpt.lines.map { ["origin": .string($0.origin.rawValue), "text": .string($0.text)] })
    }
    return .object(object)
  }
}

extension ComparisonReport.Change {
  fileprivate var json: JSONValue {
    var object = JSONObject([("path", .string(path))])
    object["publishedSize"] = publishedSize.map { .integer(Int64($0)) }
    object["rebuiltSize"] = rebuiltSize.map { .integer(Int64($0)) }
    object["causes"] = .array(causes.map { .string($0.rawValue) })
    return .object(object)
  }
}
