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

  /// The items of which rules for pipelines say themselves that there is nothing that they are
  /// about; of others that only means that no rule looks for it there.
  static let answeredByPipelines: Set<Int> = [28, 30, 64, 95]
  /// The same, of releases for PyPI.
  static let answeredForPyPI: Set<Int> = [47, 48]

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
    let repository = project.forge?.project ?? project.ownRepository ?? "OWNER/NAME"
    let settled = settled(by: outcomes)
    let unread = project.unreadWorkflows.map { "`\($0)`" }.joined(separator: ", ")
    let elsewhere = project.releases.publishing.isEmpty ? project.publishesElsewhere : nil
    let hidden =
      project.releases.publishing.isEmpty && elsewhere == nil ? project.unseenCommand : nil
    return items.sorted { $0.number < $1.number }.map { item in
      let rules = deciders[item.number] ?? []
      let said = rules.compactMap { outcomes[$0] }
      var verdict = verdict(
        on: item, said,
        isRestDecided: settled.contains(item.number)
          || project.answers(item) && said.count == rules.count)
      switch verdict {
      case .pass where !unread.isEmpty, .notApplicable where !unread.isEmpty:
        verdict = .unknown(wouldTell: "what is in \(unread), which cannot be read")
      case .notApplicable(let reason) where hidden != nil && reason.mentions("publishes"):
        verdict = .unknown(wouldTell: "whether \(hidden ?? "it") publishes")
      case .notApplicable
      where answeredByPipelines.contains(item.number) && said.count == rules.count
        || answeredForPyPI.contains(item.number) && project.publishesByPipeline:
        break
      case .notApplicable(let reason) where elsewhere != nil && isAboutReleases(reason):
        verdict = .unknown(
          wouldTell: "somebody who reads \(elsewhere ?? "it"): no rule looks for this there")
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

  /// The items whose settings a rule has looked at, so that nothing is left that would tell.
  private static func settled(by outcomes: [String: RuleOutcome]) -> Set<Int> {
    var numbers: Set<Int> = []
    for rule in AuditRules.settings.map({ $0.description }) {
      if case .examined? = outcomes[rule.id] { numbers.formUnion(rule.checklist) }
    }
    return numbers
  }

  /// The verdict on an item from what its rules said.
  ///
  /// - Parameters:
  ///   - item: the item.
  ///   - outcomes: what each of its rules said.
  ///   - isRestDecided: whether what neither files nor git tell was looked at, too.
  /// - Returns: The verdict.
  package static func verdict(
    on item: ChecklistItem, _ outcomes: [RuleOutcome], isRestDecided: Bool = false
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
      guard !isRestDecided, let rest = item.rest else { return .pass }
      return .unknown(wouldTell: rest)
    }
    if !reasons.isEmpty { return .notApplicable(reasons.joined(separator: "; ")) }
    return .unknown(wouldTell: item.rest ?? whatTells(item))
  }

  /// Whether a reason is that no workflow of GitHub does something that others may do as well.
  private static func isAboutReleases(_ reason: String) -> Bool {
    !reason.mentions("GitHub") && !reason.mentions("SLSA generator")
      && ["publish", "attest", "upload", "build", "verif", "release of the forge", "installs"]
        .contains { reason.mentions($0) }
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

  /// A job of GitLab CI or a build of Cloud Build that publishes to a package index.
  var publishesElsewhere: String? {
    if let site = gitLab.publishing.first { return "`\(site.name)` in `\(site.job.path)`" }
    return pipelines.builds.first { !$0.publications.isEmpty }.map { "`\($0.path)`" }
  }

  /// What may publish unseen: another CI system, or a command of a workflow whose work is described
  /// elsewhere.
  var unseenCommand: String? {
    let others = files.keys.filter { ProjectPlaces.otherSystems.contains($0.lowercased()) }
    if let other = others.min() {
      return "`\(other)`"
    }
    for site in steps {
      guard let run = site.step.run,
        let command = Self.unseen(in: run.value, site.step.invocations)
      else { continue }
      return "`\(command)` in `\(site.path)`"
    }
    for (script, _) in gitLab.scripts {
      for text in script.texts {
        guard let command = Self.unseen(in: text.value, ShellScript(text.value).invocations)
        else { continue }
        return "`\(command)` in `\(script.path)`"
      }
    }
    for file in pipelines.builds {
      for step in file.build.steps {
        guard let text = step.script ?? step.shellArgument,
          let command = Self.unseen(in: text.value, ShellScript(text.value).invocations)
        else { continue }
        return "`\(command)` in `\(file.path)`"
      }
    }
    return nil
  }

  /// The first command of a script whose work is described elsewhere.
  private static func unseen(in text: String, _ invocations: [ShellInvocation]) -> String? {
    let programs = [
      "make", "just", "task", "nox", "tox", "invoke", "rake", "mage", "bazel", "hatch",
    ]
    for invocation in invocations {
      let isScript = [".sh", ".py", ".bash"].contains { invocation.program.hasSuffix($0) }
      let runsScript =
        ["bash", "sh", "python", "python3"].contains(invocation.program)
        && [".sh", ".py"].contains { invocation.arguments.first?.text.hasSuffix($0) ?? false }
      guard programs.contains(invocation.program) || isScript || runsScript else { continue }
      let script = Array(text.utf8)
      let command = script[invocation.range.clamped(to: 0..<script.count)].prefix(60)
      return String(decoding: command, as: UTF8.self)
    }
    return nil
  }

  /// The workflows, actions, pipelines and builds that could not be read.
  var unreadWorkflows: [String] {
    problems.filter { problem in
      let name = problem.path.split(separator: "/").last ?? ""
      return problem.extent == .all
        && ([".github", ".github/workflows"].contains(problem.path)
          || problem.path.hasPrefix(".github/workflows/") || name.hasPrefix("action.y")
          || name.hasPrefix(".gitlab-ci") || name.contains("cloudbuild"))
    }.map(\.path)
  }
}
