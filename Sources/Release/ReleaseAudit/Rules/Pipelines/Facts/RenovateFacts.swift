// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

extension RenovateFile {
  /// The place of the file's first key.
  var place: Finding.Place {
    let root = renovate.document.root
    return Finding.Place(path, root.entries?.first?.key.span ?? root.span)
  }

  /// The presets that are neither Renovate's own nor known here: what they set only they tell.
  var foreignPresets: [WorkflowText] {
    ([renovate.settings] + renovate.rules).flatMap(\.extends).filter {
      $0.value.contains(">") || $0.value.contains("/")
    }
  }

  /// Whether one of Renovate's own presets is used.
  func uses(_ presets: [String]) -> Bool {
    ([renovate.settings] + renovate.rules).contains { settings in
      settings.extends.contains { text in presets.contains { text.value.hasPrefix($0) } }
    }
  }

  /// A repair by a rule behind all others, which has the last word; nil where the edit is refused.
  func fix(_ title: String, rule: [(String, JSONFragment)]) -> ProposedFix? {
    let document = renovate.document
    return document.fix(title, .safe, in: path) { () throws(YAMLEditRefusal) in
      guard let rules = document.root["packageRules"] else {
        return try document.insertingJSON(
          "packageRules", .array([.object(rule)]), into: document.root)
      }
      return try document.appendingJSON(.object(rule), to: rules)
    }
  }
}

/// What Renovate does for a manager such as `github-actions`.
enum RenovateState {
  case updates
  /// It is switched off, and where.
  case off(Finding.Place)
  /// It is not known, and what would tell.
  case unknown(wouldTell: String)
}

extension AuditedProject {
  /// Renovate's managers of what runs in this project's CI.
  var renovateManagers: [String] {
    var managers: [String] = []
    let hasNone = workflows.isEmpty && pipelines.gitLab.isEmpty && pipelines.builds.isEmpty
    if !workflows.isEmpty || hasNone && !seemsAtGitLab { managers.append("github-actions") }
    if !pipelines.gitLab.isEmpty || hasNone && seemsAtGitLab {
      managers += ["gitlabci", "gitlabci-include"]
    }
    if !pipelines.builds.isEmpty { managers.append("cloudbuild") }
    return managers
  }

  /// What Renovate does for one of some managers; nil without a configuration.
  func renovateState(_ managers: [String]) -> RenovateState? {
    guard let file = pipelines.renovate.first else {
      // The file is there, and could not be read.
      return renovate.map { .unknown(wouldTell: "what is in `\($0.path)`, which cannot be read") }
    }
    let renovate = file.renovate
    if let enabled = renovate.settings.enabled, enabled.value == "false" {
      return .off(Finding.Place(file.path, enabled.span))
    }
    if let list = renovate.enabledManagers,
      !list.contains(where: { managers.contains($0.value) || $0.value.hasPrefix("regex") })
    {
      let entry = renovate.document.root.entry("enabledManagers")
      return .off(Finding.Place(file.path, entry?.key.span))
    }
    // As a glob, `*` alone is of files at the top.
    if let all = renovate.ignorePaths.first(where: { ["**", "**/*"].contains($0.value) }) {
      return .off(Finding.Place(file.path, all.span))
    }
    // A later rule wins over an earlier one.
    var off: [String: WorkflowText] = [:]
    var on: Set<String> = []
    for rule in renovate.rules {
      guard let enabled = rule.enabled else { continue }
      for manager in managers where rule.isFor(manager) {
        if enabled.value == "true" {
          off[manager] = nil
          on.insert(manager)
        } else if enabled.value == "false", !rule.isNarrow, rule.updateTypes.isEmpty {
          off[manager] = enabled
          on.remove(manager)
        }
      }
    }
    if let manager = managers.first, let enabled = off[manager],
      managers.allSatisfy({ off[$0] != nil })
    {
      return .off(Finding.Place(file.path, enabled.span))
    }
    // A preset of elsewhere may switch off what the file does not speak of.
    let presets = file.foreignPresets
    if on.isEmpty, renovate.enabledManagers == nil, !presets.isEmpty {
      let names = presets.prefix(2).map { "`\($0.value)`" }.joined(separator: ", ")
      return .unknown(wouldTell: "what the preset \(names) of Renovate sets")
    }
    return .updates
  }

  /// Looks at each configuration of Renovate.
  func renovateFindings(
    _ body: (RenovateFile, inout [Finding]) -> GitLabDecision
  ) -> RuleOutcome {
    guard !pipelines.renovate.isEmpty else {
      return renovate.map { .unknown(wouldTell: "what is in `\($0.path)`, which cannot be read") }
        ?? .notApplicable("there is no configuration of Renovate")
    }
    var findings: [Finding] = []
    var presets: [String] = []
    for file in pipelines.renovate where body(file, &findings) == .unknown {
      presets += file.foreignPresets.prefix(2).map { "`\($0.value)`" }
    }
    guard findings.isEmpty, !presets.isEmpty else { return .examined(findings) }
    return .unknown(
      wouldTell: "what the preset \(presets.joined(separator: ", ")) of Renovate sets")
  }
}
