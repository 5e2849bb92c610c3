// SPDX-License-Identifier: Apache-2.0

import Foundation
import ReleaseAudit
import Testing

@Suite struct ChecklistTests {
  static let deciders = Checklist.deciders(among: AuditRules.all.map { $0.description })

  @Test func everyNumberOnce() {
    #expect(Checklist.items.map(\.number).sorted() == Array(1...95))
    #expect(Checklist.items.allSatisfy { !$0.sources.isEmpty && !$0.evidence.isEmpty })
    #expect(Set(AuditRules.all.map { $0.description.id }).count == AuditRules.all.count)
    for number in Self.deciders.keys { #expect((1...95).contains(number)) }
  }

  /// What only others can decide says who.
  @Test(arguments: Checklist.items) func itemsThatNobodyDecidesHereSayWhatWouldTell(
    item: ChecklistItem
  ) {
    if !item.isDecidedLocally || !item.evidence.allSatisfy({ $0 == .files || $0 == .git }) {
      #expect(item.rest != nil, "\(item.number)")
    }
  }

  /// What no rule decides is said with what tells, and nothing else.
  @Test func whatIsUndecidedIsListed() {
    let open = Checklist.items.filter { item in
      item.isDecidedLocally && item.rest == nil && Self.deciders[item.number] == nil
    }
    #expect(Set(open.map(\.number)) == Set(Checklist.undecided.keys))
  }

  /// Each item that files or git decide has a rule with a failing and a passing sample.
  @Test(arguments: Checklist.items.filter { $0.isDecidedLocally })
  func itemsHaveSamplesThatFailAndPass(item: ChecklistItem) {
    guard let rules = Self.deciders[item.number] else {
      return
    }
    let samples = AuditRules.all.filter { rules.contains($0.description.id) }.flatMap {
      $0.description.samples
    }
    #expect(
      samples.contains { if case .findings = $0.expectation { true } else { false } },
      "\(item.number) has no failing sample")
    #expect(samples.contains { $0.expectation == .good }, "\(item.number) has no passing sample")
  }

  static let whole = ChecklistItem.named(15)
  static let partly = ChecklistItem.named(63)
  static let forge = ChecklistItem.named(16)
  static let finding = Finding(
    rule: "x", severity: .low, "is wrong", at: Finding.Place("a", nil))

  static let verdicts: [(item: ChecklistItem, outcomes: [RuleOutcome], name: String)] = [
    (whole, [.examined([])], "pass"),
    (whole, [.examined([finding])], "fail"),
    (whole, [.examined([]), .examined([finding])], "fail"),
    (whole, [.unknown(wouldTell: "a token"), .examined([finding])], "fail"),
    (whole, [.unknown(wouldTell: "a token"), .examined([])], "unknown"),
    (whole, [.notApplicable("nothing"), .examined([])], "pass"),
    (whole, [.notApplicable("nothing"), .unknown(wouldTell: "a token")], "unknown"),
    (whole, [.notApplicable("nothing")], "not-applicable"),
    (whole, [], "unknown"),
    (partly, [.examined([])], "unknown"),
    (partly, [.examined([finding])], "fail"),
    (partly, [.notApplicable("nothing")], "not-applicable"),
    (forge, [], "unknown"),
  ]

  @Test(arguments: verdicts.indices) func verdict(_ index: Int) {
    let (item, outcomes, name) = Self.verdicts[index]
    let verdict = Checklist.verdict(on: item, outcomes)
    #expect(verdict.name == name)
    if case .unknown(let wouldTell) = verdict { #expect(!wouldTell.isEmpty) }
  }

  /// What only an index tells is passed by what it told, and by nothing else.
  @Test func whatAnIndexToldPasses() {
    let item = ChecklistItem.named(78)
    #expect(Checklist.verdict(on: item, [.examined([])]).name == "unknown")
    #expect(Checklist.verdict(on: item, [.examined([])], isRestDecided: true).name == "pass")
    #expect(
      Checklist.verdict(on: item, [.unknown(wouldTell: "x")], isRestDecided: true).name == "unknown"
    )
    #expect(
      Checklist.verdict(on: item, [.examined([Self.finding])], isRestDecided: true).name == "fail")
    #expect(Checklist.verdict(on: item, [], isRestDecided: true).name == "unknown")
  }

  @Test func whatNoRuleDecidesIsSaid() {
    guard case .unknown(let how) = Checklist.verdict(on: Self.whole, []) else {
      Issue.record("it has no rule")
      return
    }
    #expect(how.hasPrefix(Checklist.notDecided))
  }

  /// A file of a project fails for nothing that is not in it.
  @Test func aPartNeverFailsForWhatIsNotThere() {
    let text = """
      on:
        workflow_dispatch:
      permissions: {}
      jobs:
        test:
          runs-on: ubuntu-latest
          steps:
            - run: make test

      """
    let project = AuditedProject(
      files: [AuditedFile(path: ".github/workflows/ci.yml", bytes: Array(text.utf8))],
      isWhole: false)
    var outcomes: [String: RuleOutcome] = [:]
    for rule in AuditRules.all { outcomes[rule.description.id] = rule.examine(project) }
    let verdicts = Checklist.verdicts(project, outcomes: outcomes)
    #expect(verdicts.map(\.item.number) == Array(1...95))
    for (item, verdict) in verdicts {
      #expect(verdict.name != "fail", "\(item.number) \(item.recommendation): \(verdict)")
    }
  }

  /// What an unread workflow would say is not known, whatever the others say.
  @Test(arguments: [
    (".github/workflows/broken.yml", "on: [\n", true), ("docs/broken.yml", "on: [\n", false),
    (".github/workflows/piece.yml", "on: push\njobs: {a: 1}\n", false),
  ])
  func unreadWorkflowsPassNothing(path: String, text: String, isUnread: Bool) {
    let project = AuditedProject(
      files: [
        AuditedFile(path: path, bytes: Array(text.utf8)),
        AuditedFile(path: "LICENSE", bytes: Array("MIT License".utf8)),
      ],
      isWhole: true)
    var outcomes: [String: RuleOutcome] = [:]
    for rule in AuditRules.all { outcomes[rule.description.id] = rule.examine(project) }
    let names = Set(Checklist.verdicts(project, outcomes: outcomes).map(\.verdict.name))
    #expect(names.contains("not-applicable") == !isUnread, "\(names)")
    #expect(!isUnread || !names.contains("pass"), "\(names)")
  }

  @Test func otherSystemsMayPublish() {
    let project = AuditedProject(
      files: [
        AuditedFile(path: ".travis.yml", bytes: Array("deploy: {provider: pypi}\n".utf8)),
        AuditedFile(path: "pyproject.toml", bytes: Array("[project]\nname = \"a\"\n".utf8)),
      ],
      isWhole: true)
    var outcomes: [String: RuleOutcome] = [:]
    for rule in AuditRules.all { outcomes[rule.description.id] = rule.examine(project) }
    let verdicts = Checklist.verdicts(project, outcomes: outcomes)
    #expect(verdicts.first { $0.item.number == 15 }?.verdict.name == "unknown")
  }

  /// What a script does is not seen, so nobody knows that nothing publishes.
  @Test(arguments: [
    ("make publish", true), ("./scripts/release.sh", true), ("python tools/release.py", true),
    ("echo make", false), ("pytest", false),
  ])
  func unseenCommandsMayPublish(command: String, isUnseen: Bool) {
    let text = """
      on: push
      jobs:
        a:
          runs-on: ubuntu-latest
          steps:
            - run: \(command)

      """
    let project = AuditedProject(
      files: [AuditedFile(path: ".github/workflows/a.yml", bytes: Array(text.utf8))],
      isWhole: true)
    var outcomes: [String: RuleOutcome] = [:]
    for rule in AuditRules.all { outcomes[rule.description.id] = rule.examine(project) }
    let verdicts = Checklist.verdicts(project, outcomes: outcomes)
    for number in [15, 31] {
      let name = verdicts.first { $0.item.number == number }?.verdict.name
      #expect(name == (isUnseen ? "unknown" : "not-applicable"), "\(number)")
    }
  }

  @Test func documentationListsTheItems() throws {
    let page = URL(fileURLWithPath: #filePath)
      .appendingPathComponent("../../../../../Documentation/audit.md").standardized
    let text = try String(contentsOf: page, encoding: .utf8)
    let rows = Self.table()
    #expect(text.contains(rows), "Documentation/audit.md needs this table:\n\(rows)")
  }

  static func table() -> String {
    let rows = Checklist.items.sorted { $0.number < $1.number }.map { item in
      let from = item.evidence.map(\.rawValue).joined(separator: ", ")
      let rest =
        item.rest ?? Checklist.undecided[item.number].map { "\(Checklist.notDecided): \($0)" } ?? ""
      let tells = rest.replacing("|", with: "\\|")
      let sources = item.sources.map(\.rawValue).joined(separator: ", ")
      return "| \(item.number) | \(item.recommendation) | \(sources) | \(from) | \(tells) |"
    }
    return
      ([
        "| # | recommendation | sources | decided from | what else tells |",
        "|---|---|---|---|---|",
      ]
      + rows).joined(separator: "\n")
  }
}

extension ChecklistItem {
  static func named(_ number: Int) -> ChecklistItem {
    Checklist.items.first { $0.number == number } ?? Checklist.items[0]
  }
}
