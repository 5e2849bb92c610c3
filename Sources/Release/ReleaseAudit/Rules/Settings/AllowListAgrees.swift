// SPDX-License-Identifier: Apache-2.0

import Workflows

/// The list of allowed actions is what the workflows use.
enum AllowListAgrees: AuditRule {
  static let description = RuleDescription(
    id: "allow-list-drift", title: "the list of allowed actions is what the workflows use",
    severity: .medium, checklist: [14], sources: ["SPEC 8"],
    why: """
      What is missing on the list stops a workflow, perhaps on the day of a release. What is left \
      over may be used by the next pull request without anybody deciding it.
      """,
    fix: "make the list again from the workflows; `hallmark audit --fix --forge` prints the call",
    samples: [
      RuleSample(
        "one is missing, another is left over", .findings(lines: [0, 9]),
        settings: AllowListAgrees.list(#""docker/*""#), files: [RuleSample.publishing]),
      RuleSample(
        "the same", .good, settings: AllowListAgrees.list(#""pypa/gh-action-pypi-publish@*""#),
        files: [RuleSample.publishing]),
      RuleSample("only administrators see it", .unknown, settings: []),
      RuleSample(
        "no list", .notApplicable,
        settings: [("actions/permissions", #"{"enabled": true, "allowed_actions": "all"}"#)]),
    ])

  private static func list(_ patterns: String) -> [(path: String, answer: String)] {
    [
      ("actions/permissions", #"{"enabled": true, "allowed_actions": "selected"}"#),
      (
        "actions/permissions/selected-actions",
        #"{"github_owned_allowed": true, "verified_allowed": false, "#
          + #""patterns_allowed": [\#(patterns)]}"#
      ),
    ]
  }

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    settings(project) { forge in
      switch forge.actions {
      case nil: return .notApplicable("GitLab has no actions")
      case .unknown(let how)?: return .unknown(wouldTell: how)
      case .known(let policy)?:
        guard policy.isEnabled else { return .notApplicable("GitHub Actions is switched off") }
        switch policy.allowed {
        case .all: return .notApplicable("there is no list: every action may run")
        case .own:
          return compare(
            ActionsPolicy.List(allowsGitHub: false, allowsVerified: false, patterns: []), project,
            forge)
        case .listed(.unknown(let how)): return .unknown(wouldTell: how)
        case .listed(.known(let list)): return compare(list, project, forge)
        }
      }
    }
  }

  private static func compare(
    _ list: ActionsPolicy.List, _ project: AuditedProject, _ forge: ForgeState
  ) -> RuleOutcome {
    let uses = UsedActions(project, forge)
    var findings: [Finding] = []
    var perhapsVerified: [String] = []
    for use in uses.foreign where !(list.allowsGitHub && use.isByGitHub) {
      if list.patterns.contains(where: { $0.hasPrefix("!") && use.matches(String($0.dropFirst())) })
      {
        findings.append(finding("the action `\(use.name)` is forbidden", at: use.place))
      } else if !list.patterns.contains(where: { use.matches($0) }) {
        guard !list.allowsVerified else {
          perhapsVerified.append(use.name)
          continue
        }
        findings.append(
          finding(
            "`\(use.name)` is not on the list of allowed actions, so the run fails", at: use.place))
      }
    }
    for pattern in list.patterns
    where !pattern.hasPrefix("!") && !uses.foreign.contains(where: { $0.matches(pattern) }) {
      findings.append(
        finding(
          "the list of allowed actions has `\(pattern)`, which no workflow here uses", .info,
          at: forge.place(.actions),
          help: "take it from the list, unless an action that is used needs it"))
    }
    if findings.isEmpty, let first = perhapsVerified.first {
      return .unknown(wouldTell: "whether GitHub has verified who makes `\(first)`")
    }
    return .examined(findings)
  }
}

/// The actions and reusable workflows of others that a project uses.
struct UsedActions: Sendable {
  /// One of them.
  struct Use: Sendable {
    /// `owner/name/path@ref` as it is written.
    let name: String
    /// `owner/name/path@*`, or `owner/name/*` for a reusable workflow.
    let pattern: String
    /// Whether it is by GitHub itself.
    let isByGitHub: Bool
    /// Where it is used first.
    let place: Finding.Place

    /// Whether a pattern of the list is of it.
    func matches(_ pattern: String) -> Bool {
      let own = Array(name.lowercased().utf8)
      let lower = pattern.lowercased()
      return [lower, lower + "@*"].contains { NamePattern.overlap(Array($0.utf8), own) }
    }
  }

  /// Those of other owners, each once.
  private(set) var foreign: [Use] = []
  /// Those that may call actions which are not known here.
  private(set) var mayCall: [String] = []

  // They are no composite actions, or call actions of GitHub alone.
  private static let callNoOthers: Set<String> = [
    "pypa/gh-action-pypi-publish", "docker/build-push-action", "docker/login-action",
    "docker/metadata-action", "docker/setup-buildx-action", "docker/setup-qemu-action",
  ]

  init(_ project: AuditedProject, _ forge: ForgeState) {
    let owner = forge.project.prefix { $0 != "/" }.lowercased()
    var seen: Set<String> = []
    var mayCall: [String] = []
    func add(_ uses: UsesReference, in path: String) -> Use? {
      guard case .repository(let other, let name, let subpath, let ref) = uses.target else {
        return nil
      }
      let isByGitHub = ["actions", "github"].contains(other.lowercased())
      let isCall = subpath?.hasPrefix(".github/workflows/") ?? false
      let known = subpath == nil && Self.callNoOthers.contains("\(other)/\(name)".lowercased())
      if isCall || !isByGitHub && !known { mayCall.append("\(other)/\(name)") }
      guard other.lowercased() != owner else { return nil }
      let base = ([other, name] + (subpath.map { [$0] } ?? [])).joined(separator: "/")
      let full = "\(base)@\(ref?.value ?? "")"
      guard seen.insert(full.lowercased()).inserted else { return nil }
      return Use(
        name: full, pattern: isCall ? "\(other)/\(name)/*" : "\(base)@*", isByGitHub: isByGitHub,
        place: Finding.Place(path, uses.text.span))
    }
    for file in project.workflows {
      for job in file.workflow.jobs {
        if let uses = job.uses, let use = add(uses, in: file.path) { foreign.append(use) }
      }
    }
    for site in project.steps {
      if let uses = site.step.uses, let use = add(uses, in: site.path) { foreign.append(use) }
    }
    self.mayCall = mayCall
  }
}
