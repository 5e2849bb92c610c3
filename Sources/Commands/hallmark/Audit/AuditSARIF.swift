// SPDX-License-Identifier: Apache-2.0

import Encodings
import ReleaseAudit
import SourceText

/// An audit as SARIF 2.1.0 (OASIS), for code scanning and editors.
struct AuditSARIF {
  /// All rules, in their order.
  let rules: [RuleDescription]
  /// The program's version.
  let version: String

  /// The document: one run.
  func document(_ results: [AuditResult]) -> JSONValue {
    let used = Set(
      results.flatMap { $0.report.findings.map(\.rule) + $0.report.ignored.map(\.finding.rule) })
    let listed = rules.filter { used.contains($0.id) }
    let order = Dictionary(
      listed.enumerated().map { ($0.element.id, $0.offset) },
      uniquingKeysWith: { first, _ in first })
    var found: [JSONValue] = []
    for result in results {
      found += result.report.findings.map { self.result($0, in: result, order, reason: nil) }
      found += result.report.ignored.map {
        self.result($0.finding, in: result, order, reason: $0.reason)
      }
    }
    let problems = results.flatMap { result in
      result.project.problems.map { problem in notification(problem, in: result) }
    }
    return [
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        [
          "tool": [
            "driver": [
              "name": "hallmark", "version": .string(version),
              "rules": .array(listed.map(rule)),
            ]
          ],
          "columnKind": "unicodeCodePoints",
          "invocations": [
            [
              "executionSuccessful": true,
              "toolExecutionNotifications": .array(problems),
            ]
          ],
          "results": .array(found),
        ]
      ],
    ]
  }

  private func rule(_ rule: RuleDescription) -> JSONValue {
    let incident = rule.incident.map { " " + $0 } ?? ""
    return [
      "id": .string(rule.id),
      "shortDescription": ["text": .string(rule.title)],
      "fullDescription": ["text": .string(rule.why + incident)],
      "help": ["text": .string(rule.fix)],
      "defaultConfiguration": ["level": .string(Self.level(rule.severity))],
      "properties": [
        "security-severity": .string(Self.score(rule.severity)), "tags": ["security"],
      ],
    ]
  }

  private func result(
    _ finding: Finding, in result: AuditResult, _ order: [String: Int], reason: String?
  ) -> JSONValue {
    var object = JSONObject([
      ("ruleId", .string(finding.rule)), ("level", .string(Self.level(finding.severity))),
      ("message", ["text": .string(finding.message + (finding.help.map { ". " + $0 } ?? ""))]),
      ("locations", [location(finding.place, in: result)]),
      (
        "partialFingerprints",
        ["hallmark/v1": .string(AuditBaseline.fingerprint(finding, in: result.project))]
      ),
    ])
    object["ruleIndex"] = order[finding.rule].map { .integer(Int64($0)) }
    if !finding.related.isEmpty {
      object["relatedLocations"] = .array(
        finding.related.map { location($0, in: result) })
    }
    if let fix = finding.fix { object["fixes"] = [self.fix(fix, in: result)] }
    if let reason {
      object["suppressions"] = [["kind": "inSource", "justification": .string(reason)]]
    }
    return .object(object)
  }

  private func fix(_ fix: ProposedFix, in result: AuditResult) -> JSONValue {
    [
      "description": ["text": .string(fix.title)],
      "artifactChanges": .array(
        fix.edits.sorted { $0.key < $1.key }.map { path, edits in
          [
            "artifactLocation": ["uri": .string(Self.address(result.location(path)))],
            "replacements": .array(
              edits.map { edit in
                [
                  "deletedRegion": region(edit.span, result.project.files[path]?.lines),
                  "insertedContent": [
                    "text": .string(String(decoding: edit.replacement, as: UTF8.self))
                  ],
                ]
              }),
          ]
        }),
    ]
  }

  private func location(_ place: Finding.Place, in result: AuditResult) -> JSONValue {
    let address = place.isPage ? place.path : Self.address(result.location(place.path))
    var physical = JSONObject([("artifactLocation", ["uri": .string(address)])])
    if let span = place.span { physical["region"] = region(span, result.lines(place)) }
    var object = JSONObject([("physicalLocation", .object(physical))])
    if !place.label.isEmpty { object["message"] = ["text": .string(place.label)] }
    return .object(object)
  }

  private func region(_ span: Range<Int>, _ lines: SourceLines?) -> JSONValue {
    let start = lines?.position(at: span.lowerBound) ?? SourcePosition(line: 1, column: 1)
    let end = lines?.position(at: span.upperBound) ?? start
    return [
      "startLine": .integer(Int64(start.line)), "startColumn": .integer(Int64(start.column)),
      "endLine": .integer(Int64(end.line)), "endColumn": .integer(Int64(end.column)),
      "byteOffset": .integer(Int64(span.lowerBound)), "byteLength": .integer(Int64(span.count)),
    ]
  }

  private func notification(_ problem: ProjectProblem, in result: AuditResult) -> JSONValue {
    [
      "level": "warning", "message": ["text": .string(problem.problem)],
      "locations": [
        [
          "physicalLocation": [
            "artifactLocation": ["uri": .string(Self.address(result.location(problem.path)))]
          ]
        ]
      ],
    ]
  }

  private static func level(_ severity: AuditSeverity) -> String {
    switch severity {
    case .high: "error"
    case .medium: "warning"
    case .low, .info: "note"
    }
  }

  // GitHub sorts by these numbers: over 7 high, from 4 medium, above 0 low.
  private static func score(_ severity: AuditSeverity) -> String {
    switch severity {
    case .high: "8.0"
    case .medium: "5.5"
    case .low: "3.0"
    case .info: "1.0"
    }
  }

  /// A path as a relative reference (RFC 3986 section 4.2).
  static func address(_ path: String) -> String {
    var result = ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default: result += "%" + Hexadecimal.encode([byte]).uppercased()
      }
    }
    return result
  }
}
