// SPDX-License-Identifier: Apache-2.0

import Encodings
import Policies
import ReleaseAudit
import SourceText
import Workflows

/// The pieces of an adoption, each from what is there to what must be there.
enum AdoptionSteps {
  /// Writes down the commits of all actions in use that are known.
  static func writePins(_ draft: inout AdoptionDraft, _ own: ActionPins?) {
    var pins = own?.pins ?? []
    for used in draft.project.usedActions {
      guard let action = used.uses.repository?.lowercased(), let ref = used.uses.ref?.value,
        !ActionPins.isNeverPinned(action)
      else { continue }
      let present = ActionPins(pins)
      guard present.pin(action, ref: ref) == nil, present.pin(action, commit: ref) == nil,
        let known = KnownActions.pins.pin(action, ref: ref)
          ?? KnownActions.pins.pin(action, commit: ref)
      else { continue }
      pins.append(known)
    }
    guard !pins.isEmpty, pins != own?.pins else { return }
    draft.write(
      ActionPins.path, ActionPins(pins).json.indentedText + "\n",
      "commits of the actions in use, as known on \(KnownActions.date) or later")
  }

  /// Makes the audit's own repairs, also those that need a look.
  ///
  /// - Parameters:
  ///   - draft: what is repaired.
  ///   - kept: the files whose jobs at GitLab stay as they are.
  static func repair(_ draft: inout AdoptionDraft, keeping kept: Set<String> = []) {
    let untouched = draft.untouched
    let run = FixRun(
      draft.project, rules: AuditRules.all, includesUnsafe: true,
      isWanted: { finding in
        !untouched.contains(finding.place.path)
          && !(kept.contains(finding.place.path) && isOfPipelines(finding.rule))
      })
    draft.take(run.project)
  }

  /// Whether a rule is about jobs of GitLab's pipelines.
  static func isOfPipelines(_ rule: String) -> Bool {
    rule.hasPrefix("gitlab-") || rule.hasPrefix("pipeline-") && rule != "pipeline-page-drift"
  }

  /// Writes the workflow that releases, where there is none, or where repairs do not make the one
  /// that is there hold.
  ///
  /// - Returns: Whether the one that publishes then holds.
  static func writeRelease(
    _ draft: inout AdoptionDraft, _ facts: AdoptionFacts, _ pins: PinnedActions
  ) -> Bool {
    let text = ReleaseWorkflow(facts: facts, pins: pins).text
    let reason = "the workflow that makes releases"
    let outline = ReleaseOutline(draft.project)
    let publishing = Set(outline.publishers.map(\.path)).sorted()
    if publishing.isEmpty && NativeBuild.isLikely(facts, draft.project) {
      draft.notes.append(
        "wheels of this project depend on the platform, so no release workflow is written for it")
      return false
    }
    let isUntouched = draft.untouched.contains(facts.workflow)
    if publishing.isEmpty || (isUntouched && publishing == [facts.workflow]) {
      draft.place(facts.workflow, text, reason)
      return true
    }
    let failing = failures(draft.project, in: Set(publishing))
    guard !failing.isEmpty else {
      draft.place(facts.workflow, text, reason, isWanted: false)
      return true
    }
    let list = failing.map(String.init).joined(separator: ", ")
    let open = "items \(list) of the checklist stay open there"
    if outline.buildsNative || NativeBuild.isLikely(facts, draft.project) {
      draft.notes.append(
        "wheels of this project depend on the platform, so its release workflow is not replaced; "
          + open)
      return false
    }
    if let path = publishing.first(where: { outline.connected.contains($0) }) {
      draft.notes.append("`\(path)` is a part of other workflows, so it is not replaced; \(open)")
      return false
    }
    var rest: [String: [UInt8]] = [:]
    for path in publishing where path != facts.workflow {
      guard let bytes = withoutRelease(path, outline, draft.project) else {
        draft.notes.append(
          "the \(jobs(outline.releaseJobs[path] ?? [])) of `\(path)` cannot be taken out, because "
            + "other jobs wait for them or nothing else is there; take them out by hand, then run "
            + "again: \(open)")
        return false
      }
      rest[path] = bytes
    }
    draft.take(draft.project.with(rest))
    for path in rest.keys.sorted() {
      draft.notes.append(
        "the \(jobs(outline.releaseJobs[path] ?? [])) of `\(path)` give way to the new workflow")
    }
    let replaced = outline.releaseJobs[facts.workflow] ?? []
    if !replaced.isEmpty {
      draft.notes.append(
        "`\(facts.workflow)` is replaced: its \(jobs(replaced)) did not hold items \(list) of "
          + "the checklist")
    }
    let gates = publishing.flatMap { lostGates($0, outline) }
    if !gates.isEmpty {
      draft.notes.append(
        "releases waited for the \(jobs(gates)) until now, and the new workflow does not: require "
          + "\(gates.count == 1 ? "it" : "them") for the branch `\(facts.branch)`, and release only "
          + "what has passed there")
    }
    draft.place(facts.workflow, text, replaced.isEmpty ? reason : "replaced", isForced: true)
    return true
  }

  // Jobs without a part in the release that its jobs wait for: tests, as a rule.
  private static func lostGates(_ path: String, _ outline: ReleaseOutline) -> [String] {
    let gone = outline.releaseJobs[path] ?? []
    let needs = outline.steps(of: path).filter { gone.contains($0.job) }.flatMap(\.needs)
    return needs.enumerated().filter { index, job in
      !gone.contains(job) && needs.firstIndex(of: job) == index
    }.map(\.element)
  }

  // A workflow without the jobs of the release; nil where that cannot be.
  private static func withoutRelease(
    _ path: String, _ outline: ReleaseOutline, _ project: AuditedProject
  ) -> [UInt8]? {
    let gone = outline.releaseJobs[path] ?? []
    let steps = outline.steps(of: path)
    let waits = steps.contains { step in
      !gone.contains(step.job) && step.needs.contains { gone.contains($0) }
    }
    guard !waits, gone.count < steps.count, !gone.isEmpty,
      var bytes = project.files[path]?.bytes
    else { return nil }
    do {
      for job in gone {
        let document = try YAMLDocument(parsing: bytes)
        guard let list = document.root["jobs"],
          let next = try document.removing(job, from: list).applied(to: bytes)
        else { return nil }
        bytes = next
      }
    } catch {
      return nil
    }
    return bytes
  }

  private static func jobs(_ names: [String]) -> String {
    (names.count == 1 ? "job " : "jobs ") + names.map { "`\($0)`" }.joined(separator: ", ")
  }

  /// The numbers of the items that files decide and that fail in some files.
  private static func failures(_ project: AuditedProject, in paths: Set<String>) -> [Int] {
    let report = AuditReport(examining: project, rules: AuditRules.all)
    return Checklist.verdicts(project, outcomes: report.outcomes).compactMap { item, verdict in
      // That Scorecard runs is said of the first workflow, whichever it is.
      guard case .fail(let findings) = verdict, item.evidence.contains(.files), item.number != 74,
        findings.contains(where: { paths.contains($0.place.path) })
      else { return nil }
      return item.number
    }
  }

  /// Writes the workflows that look at changes.
  static func writeChecks(
    _ draft: inout AdoptionDraft, _ facts: AdoptionFacts, _ pins: PinnedActions
  ) {
    let outline = ReleaseOutline(draft.project)
    let workflows = CheckWorkflows(facts: facts, pins: pins, tests: lockedTests(draft.project))
    let folder = ".github/workflows/"
    draft.place(
      folder + "ci.yml", workflows.ci, "builds and installs every change",
      isWanted: !outline.checksPullRequests)
    draft.place(
      folder + "code-scanning.yml", workflows.codeScanning, "code scanning (item 49)",
      isWanted: !isContent("code-scanning", draft.project))
    draft.place(
      folder + "scorecard.yml", workflows.scorecard, "OpenSSF Scorecard (item 74)",
      isWanted: !isContent("no-scorecard", draft.project))
  }

  /// Whether a rule has looked and found nothing.
  static func isContent(_ rule: String, _ project: AuditedProject) -> Bool {
    let type = AuditRules.all.first { $0.description.id == rule }
    guard case .examined(let findings) = type?.examine(project) else { return false }
    return findings.isEmpty
  }

  /// What a rule finds.
  static func findings(_ rule: String, _ project: AuditedProject) -> [Finding] {
    let type = AuditRules.all.first { $0.description.id == rule }
    guard case .examined(let findings) = type?.examine(project) else { return [] }
    return findings
  }
}
