// SPDX-License-Identifier: Apache-2.0

import Encodings

/// What would set the settings that rules object to.
///
/// No change takes away a protection: rules are added in a ruleset of our own, and a request that
/// replaces something has everything that was read of it. What cannot be seen is not replaced.
package struct SettingsRepair: Sendable {
  /// A finding's rule without a change, and why.
  package struct Left: Hashable, Sendable {
    /// The rule.
    package let rule: String
    /// Why, for a person.
    package let reason: String
  }

  /// The changes, in the order in which they are to be made.
  package internal(set) var changes: [ForgeChange] = []
  /// What is left to a person.
  package internal(set) var left: [Left] = []

  let project: AuditedProject
  let forge: ForgeState
  let inquiry: ForgeInquiry
  let findings: [Finding]
  let reviewers: [String]
  // The names of the rules that object.
  let failing: Set<String>
  // The environments that are to get reviewers.
  var staffed: Set<String> = []

  /// Plans changes.
  ///
  /// - Parameters:
  ///   - findings: what is to be repaired; findings of other rules are passed over.
  ///   - project: the project, with the settings that the findings are about.
  ///   - inquiry: the answers that these settings are from.
  ///   - reviewers: accounts that a person named as reviewers of environments.
  package init(
    _ findings: [Finding], of project: AuditedProject, inquiry: ForgeInquiry, reviewers: [String]
  ) {
    let names = Set(AuditRules.settings.map { $0.description.id })
    self.project = project
    self.inquiry = inquiry
    self.reviewers = reviewers
    self.findings = findings.filter { names.contains($0.rule) }
    failing = Set(self.findings.map(\.rule))
    forge = project.forge ?? inquiry.state
    guard !failing.isEmpty else { return }
    if inquiry.kind == .github { planGitHub() } else { planGitLab() }
    leaveWhatOnlyAPersonDecides()
    let done = Set(changes.flatMap(\.rules) + left.map(\.rule))
    for rule in failing.subtracting(done).sorted() {
      let page = self.findings.first { $0.rule == rule }?.place.path ?? forge.page
      leave(rule, "only somebody who knows the project can decide it: \(page)")
    }
  }

  /// The rules among some that object.
  func objecting(_ rules: [String]) -> [String] { rules.filter { failing.contains($0) } }

  /// The same of what is found of the default branch, and not of another one.
  func objectingToDefaultBranch(_ rules: [String]) -> [String] {
    rules.filter { rule in findings.contains { $0.rule == rule && $0.place.label.isEmpty } }
  }

  mutating func leave(_ rule: String, _ reason: String) {
    let item = Left(rule: rule, reason: reason)
    if !left.contains(item) { left.append(item) }
  }

  private mutating func planGitHub() {
    planActions()
    planBranch()
    planBypass()
    planTags()
    planEnvironments()
    let updates = objecting(["security-updates"])
    if !updates.isEmpty {
      changes.append(
        ForgeChange("switch on Dependabot alerts", .put, "vulnerability-alerts", rules: updates))
      changes.append(
        ForgeChange(
          "switch on security updates of dependencies", .put, "automated-security-fixes",
          rules: updates))
    }
    let reports = objecting(["private-reports"])
    if !reports.isEmpty {
      changes.append(
        ForgeChange(
          "take private reports of vulnerabilities", .put, "private-vulnerability-reporting",
          rules: reports))
    }
  }

  private mutating func leaveWhatOnlyAPersonDecides() {
    for finding in findings
    where finding.rule == "protected-branch" && !finding.place.label.isEmpty {
      leave(
        finding.rule,
        "which rules `\(finding.place.label)` needs is left to you: \(finding.place.path)")
    }
    if failing.contains("two-persons") {
      leave(
        "two-persons", "it passes when each gap that the finding names is closed")
    }
    if failing.contains("required-check-names") {
      leave(
        "required-check-names",
        "taking a required check away is left to you: \(forge.place(.rules).path)")
    }
  }
}
