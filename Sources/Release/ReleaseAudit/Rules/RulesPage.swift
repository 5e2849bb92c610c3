// SPDX-License-Identifier: Apache-2.0

/// The rules as a page of the documentation.
package enum RulesPage {
  /// The page in Markdown.
  package static func text(_ rules: [RuleDescription]) -> String {
    var lines = [
      "# Rules of `hallmark audit`", "",
      "This page is made by `hallmark rules --markdown`; a test compares it with the rules.", "",
      "| rule | severity | asks for |", "|---|---|---|",
    ]
    for rule in rules {
      lines.append("| [`\(rule.id)`](#\(rule.id)) | \(rule.severity.rawValue) | \(rule.title) |")
    }
    for rule in rules { lines += section(rule) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func section(_ rule: RuleDescription) -> [String] {
    var lines = ["", "## \(rule.id)", "", sentence(rule.title), ""]
    var facts = ["Severity: \(rule.severity.rawValue)."]
    if !rule.checklist.isEmpty {
      facts.append("Checklist: " + rule.checklist.map(String.init).joined(separator: ", ") + ".")
    }
    if !rule.sources.isEmpty {
      facts.append("Sources: " + rule.sources.joined(separator: "; ") + ".")
    }
    lines += [facts.joined(separator: " "), "", "**Why.** " + sentence(rule.why)]
    if let incident = rule.incident { lines += ["", "**Incident.** " + sentence(incident)] }
    lines += ["", "**Fix.** " + sentence(rule.fix)]
    for sample in rule.samples {
      let verdict =
        switch sample.expectation {
        case .findings(let found) where found == [0]: "Found in the file as a whole"
        case .findings(let found):
          "Found in line " + found.map(String.init).joined(separator: ", ")
        case .good: "Good"
        case .notApplicable: "Does not apply"
        case .unknown: "Unknown"
        }
      lines += ["", "\(verdict): \(sample.name)"]
      for file in sample.files {
        // A fence that is longer than any in the text.
        let fence = String(repeating: "`", count: max(3, longestRun(file.text) + 1))
        lines += ["", "`\(file.path)`", "", fence]
        var text = file.text.split(separator: "\n", omittingEmptySubsequences: false)
        while text.last == "" { text.removeLast() }
        lines += text.map(String.init) + [fence]
      }
      for (path, answer) in sample.settings ?? [] {
        let request = path.isEmpty ? "the repository itself" : "`\(path)`"
        lines += ["", "The forge answers for \(request):", "", "```json"]
        lines += [answer.isEmpty ? "(404)" : answer, "```"]
      }
    }
    return lines
  }

  private static func longestRun(_ text: String) -> Int {
    var (longest, run) = (0, 0)
    for byte in text.utf8 {
      run = byte == UInt8(ascii: "`") ? run + 1 : 0
      longest = max(longest, run)
    }
    return longest
  }

  private static func sentence(_ text: String) -> String {
    guard let first = text.first else { return text }
    return first.uppercased() + text.dropFirst() + (text.utf8.last == UInt8(ascii: ".") ? "" : ".")
  }
}
