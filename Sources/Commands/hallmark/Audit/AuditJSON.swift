// SPDX-License-Identifier: Apache-2.0

import Encodings
import ReleaseAudit
import SourceText

/// The document of `hallmark audit --json`, by Documentation/schemas/audit-v1.json.
enum AuditJSON {
  /// The document.
  static func document(_ results: [AuditResult]) -> JSONValue {
    let findings = results.flatMap(\.report.findings)
    return [
      "schema": "hallmark.audit/v1",
      "summary": .object(
        JSONObject(
          AuditSeverity.allCases.reversed().map { severity in
            (
              severity.rawValue,
              .integer(Int64(findings.count { $0.severity == severity }))
            )
          })),
      "projects": .array(results.map(project)),
    ]
  }

  private static func project(_ result: AuditResult) -> JSONValue {
    let open = { (list: [AuditReport.Open]) in
      JSONValue.array(
        list.map { ["rule": .string($0.rule), "reason": .string($0.reason)] })
    }
    var object = JSONObject([
      ("path", .string(result.root)), ("whole", .boolean(result.project.isWhole)),
      ("profile", .string(result.project.profile.rawValue)),
      ("files", .integer(Int64(result.project.files.count))),
      (
        "findings",
        .array(
          FindingOrder(result.project).sorted(result.report.findings).map {
            finding($0, in: result)
          })
      ),
      (
        "ignored",
        .array(
          result.report.ignored.map { ignored in
            [
              "reason": .string(ignored.reason),
              "finding": finding(ignored.finding, in: result),
            ]
          })
      ),
      ("unknown", open(result.report.unknown)),
      ("notApplicable", open(result.report.notApplicable)),
      ("problems", .array(result.project.problems.map(problem))),
    ])
    object["forge"] = result.project.forge.map { forge in
      [
        "kind": .string(forge.kind.rawValue), "project": .string(forge.project),
        "page": .string(forge.page), "unanswered": .array(forge.gaps.map { .string($0) }),
      ]
    }
    object["settings"] = result.settings.map(settings)
    object["baseline"] = [
      "known": .integer(Int64(result.known)),
      "stale": .array(
        result.stale.map { entry in
          [
            "rule": .string(entry.rule), "path": .string(entry.path),
            "count": .integer(Int64(entry.count)),
          ]
        }),
    ]
    object["checklist"] = .array(
      result.verdicts.map { item, verdict in
        var object = JSONObject([
          ("number", .integer(Int64(item.number))),
          ("recommendation", .string(item.recommendation)),
          ("verdict", .string(verdict.name)),
        ])
        switch verdict {
        case .pass: break
        case .fail(let findings):
          object["rules"] = .array(findings.map(\.rule).uniqued.map { .string($0) })
        case .notApplicable(let reason): object["reason"] = .string(reason)
        case .unknown(let wouldTell): object["wouldTell"] = .string(wouldTell)
        }
        return .object(object)
      })
    return .object(object)
  }

  private static func settings(_ settings: AuditResult.Settings) -> JSONValue {
    let changes = zip(settings.repair.changes, settings.outcomes).map { change, outcome in
      var object = JSONObject([
        ("title", .string(change.title)), ("method", .string(change.method.rawValue)),
        ("path", .string(change.path)), ("rules", .array(change.rules.map { .string($0) })),
      ])
      object["body"] = change.body
      object["allows"] = change.allows.map { .string($0) }
      switch outcome {
      case .shown: object["outcome"] = "shown"
      case .applied: object["outcome"] = "applied"
      case .failed(let reason):
        object["outcome"] = "failed"
        object["reason"] = .string(reason)
      }
      return JSONValue.object(object)
    }
    return [
      "changes": .array(changes),
      "left": .array(
        settings.repair.left.map { ["rule": .string($0.rule), "reason": .string($0.reason)] }),
    ]
  }

  private static func finding(_ finding: Finding, in result: AuditResult) -> JSONValue {
    var object = JSONObject([
      ("rule", .string(finding.rule)), ("severity", .string(finding.severity.rawValue)),
      ("message", .string(finding.message)), ("place", place(finding.place, in: result)),
      ("related", .array(finding.related.map { place($0, in: result) })),
      ("fingerprint", .string(AuditBaseline.fingerprint(finding, in: result.project))),
    ])
    object["help"] = finding.help.map { .string($0) }
    object["fix"] = finding.fix.map { fix in
      [
        "title": .string(fix.title), "safe": .boolean(fix.safety == .safe),
        "edits": .array(
          fix.edits.sorted { $0.key < $1.key }.flatMap { path, edits in
            edits.map { edit in
              [
                "path": .string(path), "start": .integer(Int64(edit.span.lowerBound)),
                "end": .integer(Int64(edit.span.upperBound)),
                "replacement": .string(String(decoding: edit.replacement, as: UTF8.self)),
              ]
            }
          }),
      ]
    }
    return .object(object)
  }

  private static func place(_ place: Finding.Place, in result: AuditResult) -> JSONValue {
    var object = JSONObject([("path", .string(place.path))])
    if !place.label.isEmpty { object["label"] = .string(place.label) }
    if let span = place.span, let region = result.region(place) {
      object["start"] = position(region.start, span.lowerBound)
      object["end"] = position(region.end, span.upperBound)
    }
    return .object(object)
  }

  private static func position(_ position: SourcePosition, _ offset: Int) -> JSONValue {
    [
      "line": .integer(Int64(position.line)), "column": .integer(Int64(position.column)),
      "offset": .integer(Int64(offset)),
    ]
  }

  private static func problem(_ problem: ProjectProblem) -> JSONValue {
    var object = JSONObject([
      ("path", .string(problem.path)), ("problem", .string(problem.problem)),
      ("isWholeFile", .boolean(problem.extent == .all)),
    ])
    if let position = problem.position {
      object["line"] = .integer(Int64(position.line))
      object["column"] = .integer(Int64(position.column))
    }
    return .object(object)
  }
}
