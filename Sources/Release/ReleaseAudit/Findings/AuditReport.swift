// SPDX-License-Identifier: Apache-2.0

/// What rules say of a project.
package struct AuditReport: Sendable {
  /// What a comment in the file says not to show.
  package struct Ignored: Sendable {
    /// The finding.
    package let finding: Finding
    /// Why, in the comment's words.
    package let reason: String
  }

  /// A rule without an answer.
  package struct Open: Sendable {
    /// The rule's name.
    package let rule: String
    /// What would tell, or why there is nothing that the rule is about.
    package let reason: String
  }

  /// What was found, by path and place.
  package private(set) var findings: [Finding]
  /// What comments hide.
  package let ignored: [Ignored]
  /// The rules that cannot know, and what would tell.
  package let unknown: [Open]
  /// The rules that have nothing to look at, and why.
  package let notApplicable: [Open]
  /// The names of the rules that were asked.
  package let rules: [String]

  /// Asks rules.
  ///
  /// - Parameters:
  ///   - project: what they look at.
  ///   - rules: the rules.
  package init(examining project: AuditedProject, rules: [any AuditRule.Type]) {
    var findings: [Finding] = []
    var unknown: [Open] = []
    var notApplicable: [Open] = []
    var names: [String] = []
    for rule in rules {
      let name = rule.description.id
      names.append(name)
      switch rule.examine(project) {
      case .examined(let found): findings += found
      case .unknown(let wouldTell): unknown.append(Open(rule: name, reason: wouldTell))
      case .notApplicable(let reason): notApplicable.append(Open(rule: name, reason: reason))
      }
    }
    var comments = IgnoreComments(of: project)
    var ignored: [Ignored] = []
    findings.removeAll { finding in
      guard let reason = comments.reason(toIgnore: finding) else { return false }
      ignored.append(Ignored(finding: finding, reason: reason))
      return true
    }
    findings += comments.findings(asked: Set(names))
    findings = PinFix.completed(findings, in: project)
    findings.sort(by: Self.isBefore)
    self.findings = findings
    self.ignored = ignored
    self.unknown = unknown
    self.notApplicable = notApplicable
    self.rules = names
  }

  /// What each rule said, by its name; findings that are hidden do not count.
  package var outcomes: [String: RuleOutcome] {
    var outcomes: [String: RuleOutcome] = [:]
    for rule in rules { outcomes[rule] = .examined([]) }
    for open in unknown { outcomes[open.rule] = .unknown(wouldTell: open.reason) }
    for open in notApplicable { outcomes[open.rule] = .notApplicable(open.reason) }
    for (rule, found) in Dictionary(grouping: findings, by: \.rule) {
      outcomes[rule] = .examined(found)
    }
    return outcomes
  }

  /// The same without some findings.
  package func without(_ isHidden: (Finding) -> Bool) -> AuditReport {
    var report = self
    report.findings.removeAll(where: isHidden)
    return report
  }

  /// How many findings there are of each severity, the worst first; without those of which there
  /// are none.
  package var counts: [(severity: AuditSeverity, count: Int)] {
    AuditSeverity.allCases.reversed().compactMap { severity in
      let count = findings.count { $0.severity == severity }
      return count > 0 ? (severity, count) : nil
    }
  }

  // Paths as bytes, so that the order is the same everywhere.
  private static func isBefore(_ left: Finding, _ right: Finding) -> Bool {
    if left.place.path != right.place.path {
      return left.place.path.utf8.lexicographicallyPrecedes(right.place.path.utf8)
    }
    let ours = left.place.span?.lowerBound ?? -1
    let theirs = right.place.span?.lowerBound ?? -1
    return (ours, left.rule) < (theirs, right.rule)
  }
}
