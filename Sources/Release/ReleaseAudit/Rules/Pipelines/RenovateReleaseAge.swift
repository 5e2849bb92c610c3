// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Renovate waits some days before it proposes a new version.
enum RenovateReleaseAge: AuditRule {
  static let description = RuleDescription(
    id: "renovate-release-age", title: "Renovate proposes versions that are some days old",
    severity: .medium, checklist: [45],
    sources: ["Renovate Docs, \"Minimum Release Age\""],
    why: """
      Most malicious releases are found and removed within hours or days. Who waits for ordinary \
      updates never sees them; security updates do not wait.
      """,
    incident: """
      September 2025: the malicious releases of chalk, debug and others were on npm for about two \
      hours.
      """,
    fix: "set `\"minimumReleaseAge\": \"7 days\"`",
    samples: [
      .renovate("at once", .findings(lines: [1]), #"{"extends": ["config:recommended"]}"#),
      .renovate("a day", .findings(lines: [1]), #"{"minimumReleaseAge": "1 day"}"#),
      .renovate("a day, as a number", .findings(lines: [1]), #"{"stabilityDays": 1}"#),
      .renovate("a week", .good, #"{minimumReleaseAge: "7 days",}"#),
      .renovate(
        "lines, tabs and a comma at the end", .findings(lines: [2]),
        "{\n\t\"extends\": [\n\t\t\"config:recommended\", // Renovate's own\n\t],\n}"),
      .renovate("what is elsewhere", .unknown, #"{"extends": ["local>acme/renovate"]}"#),
    ])

  /// The least number of days.
  private static let days = 3

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.renovateFindings { file, findings in
      let renovate = file.renovate
      let ages = ([renovate.settings] + renovate.rules.filter { !$0.isNarrow })
        .compactMap(\.minimumReleaseAge)
      guard let age = ages.first else {
        guard file.foreignPresets.isEmpty else { return .unknown }
        findings.append(
          finding(
            "Renovate proposes versions as soon as they appear", at: file.place, fix: fix(file)))
        return .decided
      }
      if let number = number(of: age.value), number < days {
        // The days of older versions are a number.
        let isNumber = age.style == .plain
        findings.append(
          finding(
            "Renovate proposes versions after `\(age.value)`", .low,
            at: Finding.Place(file.path, age.span),
            fix: ProposedFix(
              "wait 7 days", .safe,
              edits: [file.path: [SourceEdit(age.span, isNumber ? "7" : "\"7 days\"")]])))
      }
      return .decided
    }
  }

  private static func fix(_ file: RenovateFile) -> ProposedFix? {
    let document = file.renovate.document
    return document.fix("wait 7 days", .safe, in: file.path) { () throws(YAMLEditRefusal) in
      try document.insertingJSON("minimumReleaseAge", .string("7 days"), into: document.root)
    }
  }

  /// The days of `7 days`, `2 weeks`, `36 hours`; nil for others.
  private static func number(of age: String) -> Int? {
    let digits = age.utf8.prefix { (0x30...0x39).contains($0) }
    guard let number = Int(Substring(digits)), number < 10_000 else { return nil }
    let unit = age.utf8.dropFirst(digits.count).first { $0 > 0x20 }
    switch unit {
    case UInt8(ascii: "d"), nil: return number
    case UInt8(ascii: "w"): return number * 7
    case UInt8(ascii: "m"): return age.contains("mon") ? number * 30 : 0
    case UInt8(ascii: "y"): return number * 365
    case UInt8(ascii: "h"): return number / 24
    default: return nil
    }
  }
}
