// SPDX-License-Identifier: Apache-2.0

import Encodings
import SourceText
import Testing

@testable import ReleaseAudit

/// Rules that are small enough to see what a run does with their fixes.
enum TinyRules {
  static func description(_ id: String) -> RuleDescription {
    RuleDescription(
      id: id, title: id, severity: .medium, sources: [], why: "it is a test.", fix: "repair it.",
      samples: [])
  }

  /// Every step needs a name; the fix inserts one.
  enum Named: AuditRule {
    static let description = TinyRules.description("named")

    static func examine(_ project: AuditedProject) -> RuleOutcome {
      .examined(
        steps(project).compactMap { path, document, step in
          guard step["name"] == nil else { return nil }
          let edits = try? document.inserting("name", "x", into: step, at: .first)
          return Finding(
            rule: "named", severity: .medium, "a step has no name", at: .init(path, step.span),
            fix: edits.map { ProposedFix("name it", .safe, edits: [path: $0]) })
        })
    }
  }

  /// `uses: old` must become `uses: new`; the fix changes the file's meaning where it says `break`.
  enum Current: AuditRule {
    static let description = TinyRules.description("current")

    static func examine(_ project: AuditedProject) -> RuleOutcome {
      .examined(
        steps(project).compactMap { path, document, step in
          guard let uses = step["uses"], let text = uses.string,
            ["old", "break", "stay", "spread"].contains(text)
          else { return nil }
          let end = uses.span.upperBound
          let edits: [SourceEdit]
          switch text {
          case "break": edits = [SourceEdit(uses.span, "new\n  - more: x")]
          case "stay": edits = [SourceEdit(at: end, " # stays")]
          case "spread": edits = [SourceEdit(uses.span, "new\n      more: 'unclosed")]
          default: edits = [SourceEdit(uses.span, "new")]
          }
          return Finding(
            rule: "current", severity: .high, "`\(text)` is old", at: .init(path, uses.span),
            fix: ProposedFix(
              "use the new one", text == "old" ? .needsReview : .safe, edits: [path: edits]))
        })
    }
  }

  /// Nothing may be called `x`: an enemy of the first rule's fix.
  enum NotX: AuditRule {
    static let description = TinyRules.description("not-x")

    static func examine(_ project: AuditedProject) -> RuleOutcome {
      .examined(
        steps(project).compactMap { path, _, step in
          guard let name = step["name"], name.string == "x" else { return nil }
          return Finding(rule: "not-x", severity: .low, "x", at: .init(path, name.span))
        })
    }
  }

  /// `uses: late` becomes `done`, to which another rule objects as long as something is `old`.
  enum Late: AuditRule {
    static let description = TinyRules.description("late")

    static func examine(_ project: AuditedProject) -> RuleOutcome {
      .examined(
        steps(project).compactMap { path, _, step in
          guard let uses = step["uses"], uses.string == "late" else { return nil }
          return Finding(
            rule: "late", severity: .high, "late", at: .init(path, uses.span),
            fix: ProposedFix("end it", .safe, edits: [path: [SourceEdit(uses.span, "done")]]))
        })
    }
  }

  /// The objection.
  enum NotYet: AuditRule {
    static let description = TinyRules.description("not-yet")

    static func examine(_ project: AuditedProject) -> RuleOutcome {
      let all = steps(project)
      guard all.contains(where: { $2["uses"]?.string == "old" }) else { return .examined([]) }
      return .examined(
        all.compactMap { path, _, step in
          guard let uses = step["uses"], uses.string == "done" else { return nil }
          return Finding(rule: "not-yet", severity: .low, "not yet", at: .init(path, uses.span))
        })
    }
  }

  static func steps(_ project: AuditedProject) -> [(String, YAMLDocument, YAMLNode)] {
    project.files.values.sorted { $0.path < $1.path }.flatMap { file in
      guard let document = try? YAMLDocument(parsing: file.bytes) else {
        return [(String, YAMLDocument, YAMLNode)]()
      }
      return (document.root["steps"]?.items ?? []).map { (file.path, document, $0) }
    }
  }
}

@Suite struct FixRunTests {
  static func project(_ texts: [String]) -> AuditedProject {
    AuditedProject(
      files: texts.enumerated().map {
        AuditedFile(path: "\($0.offset).yml", bytes: Array($0.element.utf8))
      },
      isWhole: false)
  }

  static func text(_ run: FixRun, _ path: String = "0.yml") -> String {
    String(decoding: run.project.files[path]?.bytes ?? [], as: UTF8.self)
  }

  @Test func appliesWhatHolds() {
    let project = Self.project([
      "steps:\n  - uses: old # c\n  - name: n\n    uses: old\r\n", "steps:\n  - run: a\n",
    ])
    let run = FixRun(
      project, rules: [TinyRules.Named.self, TinyRules.Current.self], includesUnsafe: true)
    #expect(
      Self.text(run) == "steps:\n  - name: x\n    uses: new # c\n  - name: n\n    uses: new\r\n")
    #expect(Self.text(run, "1.yml") == "steps:\n  - name: x\n    run: a\n")
    #expect(run.applied.count == 4)
    #expect(run.dropped.isEmpty)
    #expect(run.report.findings.isEmpty)
    #expect(run.changes.map(\.path) == ["0.yml", "1.yml"])
    let second = FixRun(
      run.project, rules: [TinyRules.Named.self, TinyRules.Current.self], includesUnsafe: true)
    #expect(second.changes.isEmpty && second.applied.isEmpty && second.dropped.isEmpty)
  }

  /// What did not hold is tried again once others have been applied, so a second run has nothing.
  @Test func triesAgain() {
    let rules: [any AuditRule.Type] = [
      TinyRules.Late.self, TinyRules.NotYet.self, TinyRules.Current.self,
    ]
    let text = ["late", "old", "break"].map { "  - uses: \($0)\n    name: n\n" }.joined()
    let run = FixRun(Self.project(["steps:\n" + text]), rules: rules, includesUnsafe: true)
    #expect(Self.text(run).contains("uses: done") && Self.text(run).contains("uses: new"))
    #expect(run.dropped.map(\.fix.finding.message) == ["`break` is old"])
    let second = FixRun(run.project, rules: rules, includesUnsafe: true)
    #expect(second.changes.isEmpty)
  }

  @Test func leavesWhatNeedsALook() {
    let run = FixRun(
      Self.project(["steps:\n  - uses: old\n    name: n\n"]), rules: [TinyRules.Current.self],
      includesUnsafe: false)
    #expect(run.changes.isEmpty && run.dropped.isEmpty)
    #expect(run.report.findings.count == 1)
  }

  @Test func leavesWhatIsNotWanted() {
    let run = FixRun(
      Self.project(["steps:\n  - run: a\n"]), rules: [TinyRules.Named.self], includesUnsafe: false,
      isWanted: { $0.rule != "named" })
    #expect(run.changes.isEmpty)
  }

  /// Fixes that do not hold are dropped, say why, and do not keep others from being applied.
  @Test(arguments: [
    ("break", "something else would be read differently"), ("stay", "still objects"),
    ("spread", "could not be read afterwards"),
  ])
  func dropsWhatDoesNotHold(uses: String, reason: String) {
    let before = "steps:\n  - uses: \(uses)\n    name: n\n    with:\n      a: b\n  - run: a\n"
    let run = FixRun(
      Self.project([before, "steps:\n  - run: b\n"]),
      rules: [TinyRules.Current.self, TinyRules.Named.self], includesUnsafe: false)
    #expect(run.dropped.map(\.fix.finding.rule) == ["current"])
    #expect(run.dropped.first?.reason.contains(reason) == true, "\(run.dropped)")
    #expect(Self.text(run) == before.replacing("- run: a", with: "- name: x\n    run: a"))
    #expect(Self.text(run, "1.yml") == "steps:\n  - name: x\n    run: b\n")
  }

  @Test func dropsWhatBringsAnotherFinding() {
    let run = FixRun(
      Self.project(["steps:\n  - run: a\n  - run: b\n"]),
      rules: [TinyRules.Named.self, TinyRules.NotX.self], includesUnsafe: false)
    #expect(run.changes.isEmpty)
    #expect(run.dropped.count == 2)
    #expect(run.dropped.allSatisfy { $0.reason == "`not-x` objects to the result" })
  }

  @Test func ignoredFindingsAreNotFixed() {
    let text = "steps:\n  # hallmark: ignore[named] generated\n  - run: a\n"
    let run = FixRun(Self.project([text]), rules: [TinyRules.Named.self], includesUnsafe: false)
    #expect(run.changes.isEmpty)
    #expect(run.report.ignored.map(\.reason) == ["generated"])
  }
}

@Suite struct IgnoreCommentsTests {
  /// What is found in a file with comments; `-` is a finding of the rule.
  @Test(arguments: [
    ("steps:\n  # hallmark: ignore[named] why\n  - run: a\n", [String]()),
    ("steps:\n  - run: a # hallmark: ignore[named] why\n", []),
    ("steps:\n  - run: a\n    if: b # hallmark: ignore[other, named] why\n", ["unused-ignore 3"]),
    ("steps:\n  # hallmark: ignore[named]\n  - run: a\n", ["unused-ignore 2", "named 3"]),
    ("steps:\n  # hallmark: ignore[named] why\n\n  - run: a\n", ["unused-ignore 2", "named 4"]),
    (
      "steps:\n  - name: n # hallmark: ignore[named] why\n  - run: a\n",
      ["unused-ignore 2", "named 3"]
    ),
    ("steps:\n  - run: 'a # hallmark: ignore[named] why'\n", ["named 2"]),
    ("steps:\n  - run: |\n      # hallmark: ignore[named] why\n", ["named 2"]),
    ("# hallmark: ignore[nonsense] why\nsteps: []\n", ["unused-ignore 1"]),
    ("# hallmark: ignore named\nsteps: []\n", []),
  ])
  func decides(text: String, expected: [String]) {
    let project = FixRunTests.project([text])
    let report = AuditReport(examining: project, rules: [TinyRules.Named.self])
    let lines = project.files["0.yml"]!.lines
    #expect(
      report.findings.map { "\($0.rule) \(lines.line(at: $0.place.span!.lowerBound))" } == expected)
  }
}

@Suite struct AuditBaselineTests {
  @Test func knowsFindingsWhereverTheyMove() throws {
    let before = FixRunTests.project(["steps:\n  - run: a\n  - run: a\n  - run: b\n"])
    let report = AuditReport(examining: before, rules: [TinyRules.Named.self])
    let baseline = try AuditBaseline(
      parsing: Array(AuditBaseline(of: report.findings, in: before).json.indentedText.utf8))
    #expect(baseline.entries.map(\.count).sorted() == [1, 2])
    let after = FixRunTests.project(["# new\nsteps:\n    - run:   a\n    - run: c\n"])
    let found = AuditReport(examining: after, rules: [TinyRules.Named.self])
    let result = baseline.applied(to: found, in: after)
    #expect(result.known == 1)
    #expect(result.report.findings.count == 1)
    #expect(result.stale.map(\.count).sorted() == [1, 1])
  }

  @Test(arguments: [
    "", "[]", "{}", "{\"schema\":\"hallmark.audit-baseline/v2\",\"findings\":[]}",
    "{\"schema\":\"hallmark.audit-baseline/v1\",\"findings\":[{\"rule\":\"a\",\"path\":\"b\",\"fingerprint\":\"c\",\"count\":0}]}",
    "{\"schema\":\"hallmark.audit-baseline/v1\",\"findings\":[{\"rule\":\"a\"}]}",
  ])
  func refuses(text: String) {
    #expect(throws: (any Error).self) { try AuditBaseline(parsing: Array(text.utf8)) }
  }
}
