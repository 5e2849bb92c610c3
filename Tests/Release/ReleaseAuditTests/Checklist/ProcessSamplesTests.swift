// SPDX-License-Identifier: Apache-2.0

import ReleaseAudit
import SourceText
import Testing

/// Every sample of a rule says what the rule says.
@Suite struct ProcessSamplesTests {
  static let cases: [(id: String, rule: any AuditRule.Type, sample: RuleSample)] =
    AuditRules.all.flatMap { rule in
      rule.description.samples.map { (rule.description.id, rule, $0) }
    }

  @Test(arguments: cases.indices) func sample(_ index: Int) {
    let (id, rule, sample) = Self.cases[index]
    let project = Self.project(sample)
    let outcome = rule.examine(project)
    switch (sample.expectation, outcome) {
    case (.findings(let lines), .examined(let findings)):
      #expect(
        findings.map { Self.line(of: $0, in: project) }.sorted() == lines.sorted(),
        "\(id): \(sample.name): \(findings.map(\.message))")
    case (.good, .examined(let findings)):
      #expect(findings.isEmpty, "\(id): \(sample.name): \(findings.map(\.message))")
    case (.notApplicable, .notApplicable), (.unknown, .unknown): break
    default: Issue.record("\(id): \(sample.name): \(outcome)")
    }
  }

  /// A repair of a sample's finding takes the finding away and leaves a file that parses.
  @Test(arguments: cases.indices) func repair(_ index: Int) throws {
    let (id, rule, sample) = Self.cases[index]
    let project = Self.project(sample)
    guard case .examined(let findings) = rule.examine(project) else { return }
    for finding in findings {
      guard let fix = finding.fix else { continue }
      var files: [AuditedFile] = []
      for (path, file) in project.files {
        let bytes = try #require((fix.edits[path] ?? []).applied(to: file.bytes), "\(id)")
        files.append(AuditedFile(path: path, bytes: bytes))
      }
      let repaired = AuditedProject(
        files: files, isWhole: project.isWhole, profile: project.profile)
      #expect(repaired.problems.map(\.problem) == project.problems.map(\.problem), "\(id)")
      guard case .examined(let rest) = rule.examine(repaired) else { continue }
      #expect(rest.count < findings.count, "\(id): \(sample.name): \(fix.title)")
    }
  }

  static func project(_ sample: RuleSample) -> AuditedProject {
    AuditedProject(
      files: sample.files.map { AuditedFile(path: $0.path, bytes: Array($0.text.utf8)) },
      isWhole: sample.isWhole)
  }

  static func line(of finding: Finding, in project: AuditedProject) -> Int {
    guard let span = finding.place.span, let file = project.files[finding.place.path] else {
      return 0
    }
    return file.lines.line(at: span.lowerBound)
  }
}
