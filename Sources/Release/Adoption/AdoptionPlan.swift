// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging
package import ReleaseAudit

/// How a project becomes one with the secure release process, by the smallest changes.
///
/// The process is a state in which every item of the checklist that files decide holds, not a set of
/// files: what is there and holds stays as it is, what can be repaired is repaired, and only what is
/// missing is written. The plan of the changed project changes nothing.
package struct AdoptionPlan: Sendable {
  /// A file that changes.
  package struct Change: Hashable, Sendable {
    /// Its path.
    package let path: String
    /// The bytes that are there; nil for a new file.
    package let before: [UInt8]?
    /// The bytes that it gets.
    package let after: [UInt8]
    /// Why, in a few words.
    package let reason: String
  }

  /// An item of the checklist that still fails.
  package struct Failing: Sendable {
    /// The item.
    package let item: ChecklistItem
    /// What is found.
    package let findings: [Finding]
  }

  /// What the plan is of.
  package let facts: AdoptionFacts
  /// The files that change, by path.
  package private(set) var changes: [Change]
  /// What a person must know of the changes.
  package let notes: [String]
  /// The items that files decide and that fail afterwards.
  package let failing: [Failing]
  /// Pieces of earlier adoptions that somebody has changed since the last one.
  package let edited: [AdoptionRecord.Block]
  /// What is still missing and only another run can add, in one sentence each.
  package private(set) var unfinished: [String]
  /// What only a person can do.
  package let toDo: [ToDo]
  /// The project afterwards.
  package let project: AuditedProject

  /// The requirements that must be locked for the plan; nil where a lock of them is there.
  ///
  /// A list that somebody has changed is theirs, and is locked as it is.
  package static func requirementsToLock(
    _ project: AuditedProject, _ facts: AdoptionFacts, _ record: AdoptionRecord?
  ) -> [String]? {
    BuildRequirements.toLock(
      facts.requirements, input: BuildRequirements.input(facts), stem: facts.requirementsStem,
      project, record)
  }

  /// The same of the tools with which GitLab's jobs attest, verify and publish; nil at GitHub.
  package static func toolsToLock(
    _ project: AuditedProject, _ facts: AdoptionFacts, _ record: AdoptionRecord?
  ) -> [String]? {
    guard facts.forge == .gitlab else { return nil }
    return BuildRequirements.toLock(
      GitLabRelease.toolRequirements, input: BuildRequirements.toolsInput, stem: facts.toolsStem,
      project, record)
  }

  /// The version of Python for which those tools are locked.
  package static let pythonOfTools = GitLabRelease.toolsPython

  /// Plans.
  ///
  /// - Parameters:
  ///   - project: the project, with what git knows.
  ///   - facts: what is known of it.
  ///   - record: what an earlier adoption wrote down.
  ///   - lock: the locked requirements as a text; nil where there is no new one.
  ///   - toolsLock: the same of the tools of GitLab's jobs.
  ///   - license: the license to add where there is none.
  /// - Throws: ``AdoptionRefusal`` where the project cannot be read as a whole.
  package init(
    _ project: AuditedProject, facts: AdoptionFacts, record: AdoptionRecord?, lock: String?,
    toolsLock: String? = nil, license: LicenseText?
  ) throws(AdoptionRefusal) {
    try Self.checkReadable(project)
    var facts = facts
    var draft = AdoptionDraft(project, record: record)
    let own = project.pins
    let pins = PinnedActions(own)
    let isGitHub = facts.forge == .github
    if isGitHub { try Self.checkPins(pins) } else { try AdoptionSteps.checkImages(facts) }
    var unfinished: [String] = []

    AdoptionSteps.writePins(&draft, own)
    if !isGitHub { AdoptionSteps.pinImages(&draft) }
    let unrepaired = draft
    AdoptionSteps.repair(&draft)
    var kept: Set<String> = []
    let holds: Bool
    if isGitHub {
      holds = AdoptionSteps.writeRelease(&draft, facts, pins)
      if holds { facts.follow(ReleaseOutline(draft.project)) }
      AdoptionSteps.writeChecks(&draft, facts, pins)
    } else {
      var isWritten = AdoptionSteps.writeGitLabRelease(&draft, facts)
      if !isWritten {
        // Half of a repair is none: jobs that publish then stay as they are.
        draft = unrepaired
        kept = Set(GitLabOutline(draft.project).publishers.map(\.path))
        AdoptionSteps.repair(&draft, keeping: kept)
        isWritten = AdoptionSteps.writeGitLabRelease(&draft, facts)
      }
      if isWritten {
        facts.follow(GitLabOutline(draft.project))
      } else {
        unfinished.append(
          "the release process is not written: do what the notes say, then run again")
      }
      holds = isWritten
      AdoptionSteps.noteOthers(&draft)
    }
    AdoptionSteps.writeLists(&draft, facts, isReleased: holds)
    AdoptionSteps.writeLicense(&draft, facts, license, &unfinished)
    if holds {
      for list in Self.requirements(facts, draft.project, record, lock, toolsLock) {
        AdoptionSteps.writeRequirements(&draft, list, &unfinished)
      }
      AdoptionSteps.writePages(&draft, facts)
    } else {
      draft.notes.append(
        "the policy and the pages about releases wait until the "
          + "\(isGitHub ? "workflow" : "pipeline") holds")
    }
    // What was written may be what other repairs waited for.
    AdoptionSteps.writePins(&draft, own)
    AdoptionSteps.repair(&draft, keeping: kept)
    AdoptionSteps.writePins(&draft, own)

    let written = AdoptionRecord(
      profile: facts.profile, forge: facts.forge, repository: facts.repository.description,
      branch: facts.branch, owners: facts.owners, blocks: draft.recorded)
    draft.write(
      AdoptionRecord.path, written.json.indentedText + "\n", "what was written, for later runs")
    let result = draft.project
    let report = AuditReport(examining: result, rules: AuditRules.all)
    failing = Checklist.verdicts(result, outcomes: report.outcomes).compactMap { item, verdict in
      guard case .fail(let findings) = verdict, item.evidence.contains(.files) else { return nil }
      return Failing(item: item, findings: findings)
    }
    edited = draft.blocks.filter { block in
      block.edited != nil && block.edited != record?.block(block.path, block.section)?.edited
    }
    self.facts = facts
    changes = draft.changes
    notes = draft.notes
    self.unfinished = unfinished
    self.project = result
    toDo = ToDo.all(facts, result, storedTokens: draft.storedTokens)
  }

  /// The same plan for a folder in which some of the project's files are not there yet.
  package func adding(files: [String: [UInt8]], reason: String) -> AdoptionPlan {
    var plan = self
    let reasons = Dictionary(changes.map { ($0.path, $0.reason) }) { first, _ in first }
    plan.changes.removeAll { files[$0.path] != nil }
    plan.changes += files.keys.compactMap { path in
      project.files[path].map {
        Change(path: path, before: nil, after: $0.bytes, reason: reasons[path] ?? reason)
      }
    }
    plan.changes.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    if files["requirements/test.in"] != nil, files["requirements/test.txt"] == nil {
      plan.unfinished.append(
        "`requirements/test.txt` is missing: run `hallmark new` again where an index can be reached"
      )
    }
    return plan
  }

  private static func requirements(
    _ facts: AdoptionFacts, _ project: AuditedProject, _ record: AdoptionRecord?, _ lock: String?,
    _ toolsLock: String?
  ) -> [AdoptionSteps.Requirements] {
    let build = AdoptionSteps.Requirements(
      stem: facts.requirementsStem, input: BuildRequirements.input(facts),
      reason: "what builds a release (items 47, 48)", python: facts.pythonOfReleases, lock: lock,
      isNeeded: requirementsToLock(project, facts, record) != nil)
    guard facts.forge == .gitlab else { return [build] }
    let tools = AdoptionSteps.Requirements(
      stem: facts.toolsStem, input: BuildRequirements.toolsInput,
      reason: "what attests, verifies and publishes (item 47)", python: pythonOfTools,
      lock: toolsLock, isNeeded: toolsToLock(project, facts, record) != nil)
    return [build, tools]
  }

  private static func checkPins(_ pins: PinnedActions) throws(AdoptionRefusal) {
    let unknown = PinnedActions.used.filter { pins.newest($0) == nil }
    guard unknown.isEmpty else {
      throw AdoptionRefusal(
        problems: unknown.map {
          .init("no commit of `\($0)` is known", help: "`hallmark pins update` looks it up")
        })
    }
  }

  private static func checkReadable(_ project: AuditedProject) throws(AdoptionRefusal) {
    let lost = project.problems.filter { problem in
      problem.extent == .all
        && (problem.path == "." || problem.path.hasPrefix(".github")
          || problem.path.hasPrefix(".gitlab")
          || problem.path.hasPrefix(".hallmark") || problem.path == "pyproject.toml")
    }
    guard lost.isEmpty else {
      throw AdoptionRefusal(
        problems: lost.map {
          .init(
            "`\($0.path)` cannot be read: \($0.problem)",
            help: "correct it first; nothing is changed beside a file that nobody can read")
        })
    }
  }
}
