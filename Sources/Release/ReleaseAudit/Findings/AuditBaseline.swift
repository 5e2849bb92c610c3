// SPDX-License-Identifier: Apache-2.0

package import Encodings
import SourceText

/// The findings that a project has agreed to live with, for now.
///
/// A finding is known by its rule, its file and the text of its line without its blanks, so that it
/// stays known when lines move. A line that is there twice counts twice.
package struct AuditBaseline: Sendable {
  /// A finding that is known.
  package struct Entry: Hashable, Sendable {
    /// The rule's name.
    package let rule: String
    /// The file's path.
    package let path: String
    /// The SHA-256 of rule, path and line.
    package let fingerprint: String
    /// How many of them.
    package var count: Int
  }

  /// The name of the format.
  package static let schema = "hallmark.audit-baseline/v1"

  /// The findings, by path.
  package private(set) var entries: [Entry]

  /// Takes all findings for known.
  package init(of findings: [Finding], in project: AuditedProject) {
    var entries: [Entry] = []
    var places: [String: Int] = [:]
    for finding in findings {
      let fingerprint = Self.fingerprint(finding, in: project)
      if let place = places[fingerprint] {
        entries[place].count += 1
      } else {
        places[fingerprint] = entries.count
        entries.append(
          Entry(
            rule: finding.rule, path: finding.place.path, fingerprint: fingerprint, count: 1))
      }
    }
    self.entries = entries
  }

  /// Reads a baseline.
  ///
  /// - Throws: `DocumentError`.
  package init(parsing bytes: [UInt8]) throws(DocumentError) {
    let root = try JSONNode(parsing: bytes)
    let schema = try root.required("schema")
    guard try schema.string() == Self.schema else {
      throw schema.error("it is not `\(Self.schema)`")
    }
    var entries: [Entry] = []
    for node in try root.required("findings").array(limit: 100_000) {
      let count = try node.required("count").integer()
      guard (1..<1_000_000).contains(count) else {
        throw node.error("the count is not from 1 to 999999")
      }
      entries.append(
        Entry(
          rule: try node.required("rule").string(), path: try node.required("path").string(),
          fingerprint: try node.required("fingerprint").string(), count: Int(count)))
    }
    self.entries = entries
  }

  /// The baseline as a file.
  package var json: JSONValue {
    [
      "schema": .string(Self.schema),
      "findings": .array(
        entries.map { entry in
          [
            "rule": .string(entry.rule), "path": .string(entry.path),
            "fingerprint": .string(entry.fingerprint), "count": .integer(Int64(entry.count)),
          ]
        }),
    ]
  }

  /// Leaves out the findings that are known.
  ///
  /// - Returns: The report without them, how many they are, and the entries that match nothing any
  ///   more, as far as their rules were asked.
  package func applied(
    to report: AuditReport, in project: AuditedProject
  ) -> (report: AuditReport, known: Int, stale: [Entry]) {
    var left: [String: Int] = [:]
    for entry in entries { left[entry.fingerprint, default: 0] += entry.count }
    var known = 0
    let rest = report.without { finding in
      let fingerprint = Self.fingerprint(finding, in: project)
      guard let count = left[fingerprint], count > 0 else { return false }
      left[fingerprint] = count - 1
      known += 1
      return true
    }
    let asked = Set(report.rules + [IgnoreComments.rule])
    let stale = entries.compactMap { entry -> Entry? in
      guard asked.contains(entry.rule), let count = left[entry.fingerprint], count > 0 else {
        return nil
      }
      var entry = entry
      entry.count = count
      return entry
    }
    return (rest, known, stale)
  }

  /// What a finding is known by.
  package static func fingerprint(_ finding: Finding, in project: AuditedProject) -> String {
    var text = Array(finding.rule.utf8) + [0] + Array(finding.place.path.utf8) + [0]
    if let span = finding.place.span, let lines = project.files[finding.place.path]?.lines {
      text += lines.contents(ofLine: lines.line(at: span.lowerBound)).filter { $0 > 0x20 }
    }
    return SHA256Hash(hashing: text).hexadecimal
  }
}
