// SPDX-License-Identifier: Apache-2.0

import SourceText

/// A policy says which updates are taken.
enum UpdatePolicy: AuditRule {
  static let description = RuleDescription(
    id: "update-policy", title: "a bot brings Python dependencies up to date",
    severity: .low, checklist: [45], sources: ["secure package template"],
    why: """
      Hashed and locked requirements grow old. A bot proposes what has a vulnerability at once, \
      and the rest by the policy of its configuration. Updates of every day without groups are \
      not read.
      """,
    fix: "add `package-ecosystem: pip` (or `uv`) with `groups:` to .github/dependabot.yml",
    samples: [
      RuleSample(
        "only actions", .findings(lines: [2]), isWhole: true,
        files: [
          (
            ".github/dependabot.yml",
            """
            version: 2
            updates:
              - package-ecosystem: github-actions
                directory: /
                schedule: {interval: weekly}

            """
          ),
          ("requirements/build.txt", "build==1.2.2\n"),
        ]),
      RuleSample(
        "everything, every day", .findings(lines: [3]),
        files: [
          (
            ".github/dependabot.yml",
            """
            version: 2
            updates:
              - package-ecosystem: pip
                directory: /
                schedule: {interval: daily}

            """
          )
        ]),
      RuleSample(
        "grouped", .good,
        files: [
          (
            ".github/dependabot.yml",
            """
            version: 2
            updates:
              - package-ecosystem: pip
                directory: /
                schedule: {interval: weekly}
                groups:
                  all: {patterns: ["*"]}

            """
          )
        ]),
      RuleSample(
        "Renovate, by a preset of somewhere else", .unknown,
        files: [("renovate.json", "{\"extends\": [\"github>acme/renovate-config\"]}")]),
      RuleSample(
        "Renovate, with everything switched off", .findings(lines: [1]),
        files: [
          (
            "renovate.json",
            "{\"packageRules\": [{\"matchPackageNames\": [\"*\"], \"enabled\": false}]}"
          )
        ]),
      RuleSample(
        "nothing is pinned", .notApplicable, isWhole: true,
        files: [("pyproject.toml", "[project]\nname = \"acme\"\n")]),
    ])

  private static let ecosystems = ["pip", "uv", "poetry", "pip-compile", "pipenv"]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    switch project.renovateState(["pip_requirements", "pep621"]) {
    case .updates: return .examined([])
    case .unknown(let tells):
      guard project.updateEntries.contains(where: { ecosystems.contains($0.ecosystem) }) else {
        return .unknown(wouldTell: tells)
      }
    case .off(let place) where project.dependabot.isEmpty:
      // A project of another language has none.
      guard !project.isWhole || project.pinnedRequirements != nil else { break }
      return .examined([finding("Renovate does not look at Python requirements", at: place)])
    case .off, nil: break
    }
    let entries = project.updateEntries.filter { ecosystems.contains($0.ecosystem) }
    guard entries.isEmpty else {
      return .examined(
        entries.filter { entry in
          // The template asks for daily updates, with all but the important ones ignored.
          entry.node["schedule"]?["interval"]?.string == "daily"
            && (entry.node["groups"]?.entries ?? []).isEmpty
            && (entry.node["ignore"]?.items ?? []).isEmpty
            && entry.node["cooldown"] == nil
            && entry.node["open-pull-requests-limit"]?.string != "0"
        }.map {
          finding("updates come every day, each alone, without a policy", at: $0.place)
        })
    }
    guard project.isWhole else { return AuditedProject.isPart }
    guard let pinned = project.pinnedRequirements else {
      return .notApplicable("there are no requirements with fixed versions")
    }
    let file = project.dependabot.first
    return .examined([
      finding(
        "no bot brings `\(pinned.path)` up to date",
        at: Finding.Place(
          file?.path ?? pinned.path, file?.document.root.entry("updates")?.key.resolved.span),
        fix: pinned.path.contains("/")
          ? nil
          : file.flatMap {
            DependabotEntry.fix("let Dependabot look at requirements", pinned.ecosystem, in: $0)
          })
    ])
  }
}
