// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// A bot brings actions up to date.
enum ActionUpdates: AuditRule {
  static let description = RuleDescription(
    id: "action-updates", title: "a bot brings actions up to date",
    severity: .low, checklist: [23], sources: ["SPEC 8", "secure package template"],
    why: """
      A pin that nobody moves keeps an action's vulnerabilities. A bot proposes the next commit, \
      with its version, for review.
      """,
    fix: "add `package-ecosystem: github-actions` to .github/dependabot.yml",
    samples: [
      RuleSample(
        "only Python", .findings(lines: [2]), isWhole: true,
        files: [
          (
            ".github/dependabot.yml",
            """
            version: 2
            updates:
              - package-ecosystem: pip
                directory: /
                schedule: {interval: weekly}

            """
          ),
          (".github/workflows/ci.yml", "on: push\njobs: {}\n"),
        ]),
      RuleSample(
        "no bot", .findings(lines: [0]), isWhole: true,
        files: [(".github/workflows/ci.yml", "on: push\njobs: {}\n")]),
      RuleSample(
        "Dependabot", .good, isWhole: true,
        files: [
          (
            ".github/dependabot.yml",
            """
            version: 2
            updates:
              - package-ecosystem: github-actions
                directory: /
                schedule: {interval: monthly}

            """
          ),
          (".github/workflows/ci.yml", "on: push\njobs: {}\n"),
        ]),
      RuleSample(
        "Renovate", .good, isWhole: true,
        files: [("renovate.json", "{}"), (".github/workflows/ci.yml", "on: push\njobs: {}\n")]),
      RuleSample(
        "Renovate, for Python alone", .findings(lines: [1]), isWhole: true,
        files: [
          ("renovate.json", "{\"enabledManagers\": [\"pep621\"]}"),
          (".github/workflows/ci.yml", "on: push\njobs: {}\n"),
        ]),
      RuleSample(
        "Renovate, with everything switched off", .findings(lines: [1]), isWhole: true,
        files: [
          (
            "renovate.json",
            "{\"packageRules\": [{\"matchPackageNames\": [\"*\"], \"enabled\": false}]}"
          ), (".github/workflows/ci.yml", "on: push\njobs: {}\n"),
        ]),
      RuleSample(
        "Renovate, with every path ignored", .findings(lines: [1]), isWhole: true,
        files: [
          ("renovate.json", "{\"ignorePaths\": [\"**\"]}"),
          (".github/workflows/ci.yml", "on: push\njobs: {}\n"),
        ]),
      RuleSample(
        "Renovate, for actions alone", .good, isWhole: true,
        files: [
          (
            "renovate.json",
            """
            {"packageRules": [
              {"matchPackageNames": ["*"], "enabled": false},
              {"matchManagers": ["github-actions"], "enabled": true}
            ]}
            """
          ), (".github/workflows/ci.yml", "on: push\njobs: {}\n"),
        ]),
      RuleSample(
        "Renovate, for all but one", .good, isWhole: true,
        files: [
          (
            "renovate.json",
            "{\"packageRules\": [{\"matchPackageNames\": [\"*\", \"!acme/x\"], \"enabled\": false}]}"
          ), (".github/workflows/ci.yml", "on: push\njobs: {}\n"),
        ]),
      RuleSample(
        "Renovate, by a preset of somewhere else", .unknown, isWhole: true,
        files: [
          ("renovate.json", "{\"extends\": [\"local>acme/renovate-config\"]}"),
          (".github/workflows/ci.yml", "on: push\njobs: {}\n"),
        ]),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    switch project.renovateState(["github-actions"]) {
    case .updates: return .examined([])
    case .unknown(let tells):
      guard project.updateEntries.contains(where: { $0.ecosystem == "github-actions" }) else {
        return .unknown(wouldTell: tells)
      }
    case .off(let place) where project.dependabot.isEmpty:
      return .examined([finding("Renovate does not look at actions", at: place)])
    case .off, nil: break
    }
    if project.updateEntries.contains(where: { $0.ecosystem == "github-actions" }) {
      return .examined([])
    }
    guard project.isWhole else { return AuditedProject.isPart }
    guard !project.workflows.isEmpty else {
      return .notApplicable("the project has no GitHub workflow")
    }
    guard let file = project.dependabot.first else {
      return .examined([
        finding(
          "no bot brings actions up to date", at: Finding.Place(".github/dependabot.yml", nil),
          fix: project.renovate == nil ? DependabotEntry.newFile(for: project) : nil)
      ])
    }
    let entry = file.document.root.entry("updates")
    let isReadable = entry?.value.items != nil
    return .examined([
      finding(
        "Dependabot does not look at actions",
        at: Finding.Place(file.path, entry?.key.resolved.span),
        fix: isReadable ? fix(file) : nil)
    ])
  }

  private static func fix(_ file: DependabotFile) -> ProposedFix? {
    DependabotEntry.fix("let Dependabot look at actions", "github-actions", in: file)
  }
}
