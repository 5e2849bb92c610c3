// SPDX-License-Identifier: Apache-2.0

import ReleaseAudit
import SourceText
import Testing

/// Every rule against its own samples: what it finds, in which lines, and whether its fixes do
/// what they promise.
@Suite struct RuleSampleTests {
  /// A sample of a rule.
  struct Case: CustomTestStringConvertible, Sendable {
    let rule: any AuditRule.Type
    let sample: RuleSample

    var testDescription: String { "\(rule.description.id): \(sample.name)" }

    var project: AuditedProject { sample.project }
  }

  static let cases = AuditRules.all.flatMap { rule in
    rule.description.samples.map { Case(rule: rule, sample: $0) }
  }

  @Test(arguments: cases)
  func `says of a sample what its table says`(_ item: Case) throws {
    let project = item.project
    #expect(project.problems.isEmpty, "the sample cannot be read")
    let outcome = item.rule.examine(project)
    switch item.sample.expectation {
    case .findings(let lines):
      guard case .examined(let findings) = outcome else {
        Issue.record("no findings but \(outcome)")
        return
      }
      let path = try #require(item.sample.files.first?.path)
      let found = findings.map { finding in
        finding.place.span.map { project.files[path]?.lines.line(at: $0.lowerBound) ?? -1 } ?? 0
      }
      #expect(found.sorted() == lines.sorted(), "\(findings.map(\.message))")
      for finding in findings {
        #expect(finding.rule == item.rule.description.id)
        #expect(finding.severity <= item.rule.description.severity)
        #expect(!finding.message.hasSuffix("."))
      }
    case .good:
      guard case .examined(let findings) = outcome else {
        Issue.record("not content but \(outcome)")
        return
      }
      #expect(findings.isEmpty, "\(findings.map(\.message))")
    case .notApplicable:
      guard case .notApplicable = outcome else {
        Issue.record("not without object but \(outcome)")
        return
      }
    case .unknown:
      guard case .unknown = outcome else {
        Issue.record("not undecided but \(outcome)")
        return
      }
    }
  }

  @Test(arguments: cases)
  func `repairs a finding without making another`(_ item: Case) throws {
    let project = item.project
    guard case .examined(let findings) = item.rule.examine(project) else { return }
    let before = Self.count(project)
    for finding in findings {
      guard let fix = finding.fix else { continue }
      var files = project.files
      for (path, edits) in fix.edits {
        let bytes = try #require(edits.applied(to: files[path]?.bytes ?? []))
        files[path] = AuditedFile(path: path, bytes: bytes)
      }
      let repaired = AuditedProject(
        files: Array(files.values), isWhole: project.isWhole, git: project.git)
      #expect(repaired.problems.isEmpty, "the file cannot be read after: \(fix.title)")
      let after = Self.count(repaired)
      #expect(after[finding.rule, default: 0] < before[finding.rule, default: 0])
      for (rule, number) in after {
        #expect(number <= before[rule, default: 0], "\(rule) after: \(fix.title)")
      }
    }
  }

  /// The number of findings of each rule.
  private static func count(_ project: AuditedProject) -> [String: Int] {
    var result: [String: Int] = [:]
    for rule in AuditRules.all {
      if case .examined(let findings) = rule.examine(project) {
        result[rule.description.id] = findings.count
      }
    }
    return result
  }

  @Test func `describes each rule once, with good and bad samples`() {
    var ids: Set<String> = []
    for rule in AuditRules.all {
      let description = rule.description
      #expect(ids.insert(description.id).inserted, "\(description.id) twice")
      #expect(description.id.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2D })
      #expect(!description.sources.isEmpty && !description.why.isEmpty, "\(description.id)")
      #expect(!description.title.hasSuffix(".") && !description.fix.hasSuffix("."))
      #expect(description.checklist.allSatisfy { (1...95).contains($0) })
      let samples = description.samples
      let bad = samples.count { if case .findings = $0.expectation { true } else { false } }
      let good = samples.count { $0.expectation == .good }
      // What files never tell has no good or bad ones.
      let isOpen = samples.contains { $0.expectation == .unknown }
      #expect(
        isOpen || bad >= 1 && good >= 1, "\(description.id): \(bad) bad, \(good) good")
    }
  }

  /// A pipe of many commands costs no more than its length.
  @Test(.timeLimit(.minutes(1))) func `reads a long pipe once`() throws {
    let rule = try #require(AuditRules.all.first { $0.description.id == "downloaded-script" })
    let pipe = String(repeating: "curl x | ", count: 16_000) + "bash"
    let text = "on: push\njobs: {a: {runs-on: x, steps: [{run: '\(pipe)'}]}}\n"
    let project = AuditedProject(
      files: [AuditedFile(path: ".github/workflows/a.yml", bytes: Array(text.utf8))],
      isWhole: true, profile: .spec8)
    guard case .examined(let findings) = rule.examine(project) else {
      Issue.record("not examined")
      return
    }
    #expect(findings.count == 1)
  }
}
