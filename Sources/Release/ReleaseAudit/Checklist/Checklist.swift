// SPDX-License-Identifier: Apache-2.0

import Workflows

/// The 95 recommendations, and what rules make of them.
package enum Checklist {
  /// All items, by their numbers from 1.
  package static let items: [ChecklistItem] =
    documentation + pipeline + identity + git + settings + dependencies + evidence

  /// Why an item is unknown that files or git could decide and no rule looks at.
  package static let notDecided = "not decided by this version"

  /// The items that files or git could decide and that no rule decides, with what tells.
  package static let undecided: [Int: String] = [:]

  /// The verdict on every item, in the order of the numbers.
  ///
  /// Several rules for one item: one that fails decides; else one that does not know; else one
  /// that is content. An item with a part that files and git cannot tell is never passed by them,
  /// and none is passed, or has nothing that it is about, while a workflow or action is unread.
  ///
  /// - Parameters:
  ///   - project: What was looked at.
  ///   - outcomes: What each rule said, by its name; without the findings that are ignored.
  /// - Returns: Each item with its verdict.
  package static func verdicts(
    _ project: AuditedProject, outcomes: [String: RuleOutcome]
  ) -> [(item: ChecklistItem, verdict: ChecklistVerdict)] {
    let deciders = deciders(among: AuditRules.all.map { $0.description })
    let repository = project.ownRepository ?? "OWNER/NAME"
    let unread = project.unreadWorkflows.map { "`\($0)`" }.joined(separator: ", ")
    let hidden = project.releases.publishing.isEmpty ? project.unseenCommand : nil
    return items.sorted { $0.number < $1.number }.map { item in
      let rules = deciders[item.number] ?? []
      let said = rules.compactMap { outcomes[$0] }
      var verdict = verdict(
        on: item, said, isAnswered: project.answers(item) && said.count == rules.count)
      switch verdict {
      case .pass where !unread.isEmpty, .notApplicable where !unread.isEmpty:
        verdict = .unknown(wouldTell: "what is in \(unread), which cannot be read")
      case .notApplicable(let reason) where hidden != nil && reason.mentions("publishes"):
        verdict = .unknown(wouldTell: "whether \(hidden ?? "it") publishes")
      case .pass where hidden != nil && item.number == 32:
        verdict = .unknown(wouldTell: "whether \(hidden ?? "it") publishes")
      case .pass, .fail, .notApplicable, .unknown: break
      }
      if case .unknown(let wouldTell) = verdict {
        verdict = .unknown(wouldTell: wouldTell.replacing("{repo}", with: repository))
      }
      return (item, verdict)
    }
  }

  /// The names of the rules that decide each item.
  package static func deciders(among rules: [RuleDescription]) -> [Int: [String]] {
    var deciders: [Int: [String]] = [:]
    for rule in rules {
      for number in rule.checklist { deciders[number, default: []].append(rule.id) }
    }
    return deciders
  }

  /// The verdict on an item from what its rules said.
  ///
  /// - Parameters:
  ///   - item: The item.
  ///   - outcomes: What its rules said.
  ///   - isAnswered: Whether those were asked who tell what files and git do not.
  /// - Returns: The verdict.
  package static func verdict(
    on item: ChecklistItem, _ outcomes: [RuleOutcome], isAnswered: Bool = false
  ) -> ChecklistVerdict {
    var findings: [Finding] = []
    var wouldTell: [String] = []
    var reasons: [String] = []
    var isContent = false
    for outcome in outcomes {
      switch outcome {
      case .examined(let found):
        findings += found
        isContent = isContent || found.isEmpty
      case .notApplicable(let reason): if !reasons.contains(reason) { reasons.append(reason) }
      case .unknown(let how): if !wouldTell.contains(how) { wouldTell.append(how) }
      }
    }
    if !findings.isEmpty { return .fail(findings) }
    if !wouldTell.isEmpty { return .unknown(wouldTell: wouldTell.joined(separator: "; ")) }
    if isContent {
      return isAnswered ? .pass : item.rest.map { .unknown(wouldTell: $0) } ?? .pass
    }
    if !reasons.isEmpty { return .notApplicable(reasons.joined(separator: "; ")) }
    return .unknown(wouldTell: item.rest ?? whatTells(item))
  }

  /// What tells where no rule decides an item.
  static func whatTells(_ item: ChecklistItem) -> String {
    undecided[item.number].map { "\(notDecided): \($0)" } ?? notDecided
  }
}

extension AuditedProject {
  /// Whether those were asked who tell the part of an item that files and git do not.
  func answers(_ item: ChecklistItem) -> Bool {
    index != nil && item.evidence.contains(.index)
      && !item.evidence.contains { $0 == .forge || $0 == .artifacts }
  }

  /// What may publish unseen: another CI system, or a command of a workflow whose work is described
  /// elsewhere.
  var unseenCommand: String? {
    if let other = files.keys.sorted().first(where: {
      ProjectPlaces.otherSystems.contains($0.lowercased())
    }) {
      return "`\(other)`"
    }
    let programs = [
      "make", "just", "task", "nox", "tox", "invoke", "rake", "mage", "bazel", "hatch",
    ]
    for site in steps {
      guard let run = site.step.run else { continue }
      for invocation in ShellScript(run.value).invocations {
        let isScript = [".sh", ".py", ".bash"].contains { invocation.program.hasSuffix($0) }
        let runsScript =
          ["bash", "sh", "python", "python3"].contains(invocation.program)
          && [".sh", ".py"].contains { invocation.arguments.first?.text.hasSuffix($0) ?? false }
        guard programs.contains(invocation.program) || isScript || runsScript else { continue }
        let script = Array(run.value.utf8)
        let command = script[invocation.range.clamped(to: 0..<script.count)].prefix(60)
        return "`\(String(decoding: command, as: UTF8.self))` in `\(site.path)`"
      }
    }
    return nil
  }

  /// The workflows and actions that could not be read.
  var unreadWorkflows: [String] {
    problems.filter { problem in
      let name = problem.path.split(separator: "/").last ?? ""
      return problem.extent == .all
        && ([".github", ".github/workflows"].contains(problem.path)
          || problem.path.hasPrefix(".github/workflows/") || name.hasPrefix("action.y"))
    }.map(\.path)
  }
}
