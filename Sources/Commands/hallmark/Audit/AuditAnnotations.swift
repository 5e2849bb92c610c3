// SPDX-License-Identifier: Apache-2.0

import Encodings
import ReleaseAudit
import SourceText

/// An audit as the forges show it beside the code.
enum AuditAnnotations {
  /// Workflow commands of GitHub Actions, one per finding, the most important first.
  ///
  /// GitHub shows some ten of each kind in a run.
  static func github(_ results: [AuditResult]) -> [String] {
    results.flatMap { result in
      FindingOrder(result.project).sorted(result.report.findings).map { finding in
        let command =
          switch finding.severity {
          case .high: "error"
          case .medium: "warning"
          case .low, .info: "notice"
          }
        // What is no file of the repository is shown at the run.
        let isPage = finding.place.isPage
        var properties = isPage ? "" : "file=" + property(result.location(finding.place.path))
        if let region = result.region(finding.place) {
          properties += ",line=\(region.start.line),endLine=\(region.end.line)"
          // Columns have a meaning only within one line.
          if region.start.line == region.end.line {
            properties += ",col=\(region.start.column),endColumn=\(region.end.column)"
          }
        }
        properties += (isPage ? "" : ",") + "title=" + property(finding.rule)
        let text =
          finding.message + (isPage ? " (\(finding.place.path))" : "")
          + (finding.help.map { "\n" + $0 } ?? "")
        return "::\(command) \(properties)::\(data(text))"
      }
    }
  }

  /// The file at which GitLab shows what is no file of the repository: it shows nothing without one.
  static let pipeline = ".gitlab-ci.yml"

  /// GitLab's code quality report.
  ///
  /// It links each finding to a line of a file. A finding about a setting is shown at the job that it
  /// is about, or else at the pipeline's file, with the address of the setting in its text.
  static func gitlab(_ results: [AuditResult]) -> JSONValue {
    // A fingerprint may be there once only.
    var seen: [String: Int] = [:]
    return .array(
      results.flatMap { result in
        result.report.findings.map { finding in
          let base = AuditBaseline.fingerprint(finding, in: result.project)
          let count = seen[base, default: 0] + 1
          seen[base] = count
          let severity =
            switch finding.severity {
            case .high: "critical"
            case .medium: "major"
            case .low: "minor"
            case .info: "info"
            }
          let isPage = finding.place.isPage
          let place = isPage ? finding.related.first { !$0.isPage } : finding.place
          let region = place.flatMap { result.region($0) }
          return [
            "description": .string(
              finding.message + (isPage ? " (\(finding.place.path))" : "")),
            "check_name": .string(finding.rule),
            "fingerprint": .string(count == 1 ? base : "\(base)-\(count)"),
            "severity": .string(severity),
            "location": [
              "path": .string(result.location(place?.path ?? pipeline)),
              "lines": [
                "begin": .integer(Int64(region?.start.line ?? 1)),
                "end": .integer(Int64(region?.end.line ?? 1)),
              ],
            ],
          ]
        }
      })
  }

  // GitHub's toolkit escapes these and no others.
  private static func data(_ text: String) -> String {
    escaped(text, also: [])
  }

  private static func property(_ text: String) -> String {
    escaped(text, also: [":", ","])
  }

  private static func escaped(_ text: String, also: Set<Unicode.Scalar>) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "%" || scalar == "\r" || scalar == "\n" || also.contains(scalar) {
        result.append("%")
        result.append(
          contentsOf: Hexadecimal.encode([UInt8(scalar.value)]).uppercased().unicodeScalars)
      } else {
        // A log is a terminal, too.
        result.append(contentsOf: UntrustedText.printable(String(scalar)).unicodeScalars)
      }
    }
    return String(result)
  }
}
