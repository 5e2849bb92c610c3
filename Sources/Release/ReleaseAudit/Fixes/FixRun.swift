// SPDX-License-Identifier: Apache-2.0

import SourceText

/// Applies what findings propose, in memory.
///
/// A fix is kept only where afterwards its file can be read, everything outside of its edits is read
/// as before, its finding is gone and no rule finds anything new. Fixes that do not touch each other
/// are tried together, those that do one round later.
package struct FixRun: Sendable {
  /// A fix with the finding that it is for.
  package struct Fix: Sendable {
    /// The finding, with its place before the fix.
    package let finding: Finding
    /// What is done.
    package let proposal: ProposedFix
  }

  /// A fix that was not kept.
  package struct Dropped: Sendable {
    /// The fix.
    package let fix: Fix
    /// Why, for a person.
    package let reason: String
  }

  /// What was kept.
  package private(set) var applied: [Fix] = []
  /// What was not, and why.
  package private(set) var dropped: [Dropped] = []
  /// The project with all fixes.
  package private(set) var project: AuditedProject
  /// What is found afterwards.
  package private(set) var report: AuditReport

  private let original: AuditedProject
  private let rules: [any AuditRule.Type]

  /// Tries the fixes of all findings.
  ///
  /// - Parameters:
  ///   - project: the project.
  ///   - rules: the rules that are asked before and after.
  ///   - includesUnsafe: whether fixes are applied that need a look.
  ///   - isWanted: whether a finding is to be repaired.
  package init(
    _ project: AuditedProject, rules: [any AuditRule.Type], includesUnsafe: Bool,
    isWanted: (Finding) -> Bool = { _ in true }
  ) {
    original = project
    self.project = project
    self.rules = rules
    report = AuditReport(examining: project, rules: rules)
    // What did not hold, and how many fixes were applied by then.
    var refused: [(name: Name, after: Int, item: Dropped)] = []
    var tried: Set<Name> = []
    // Files in which only one fix is tried at a time, because several did not hold.
    var careful: Set<String> = []
    var isSingle = false
    while true {
      var batch: [Fix] = []
      var edits: [String: [SourceEdit]] = [:]
      var taken: [String: TakenSpans] = [:]
      for finding in report.findings {
        guard let proposal = finding.fix, includesUnsafe || proposal.safety == .safe,
          isWanted(finding), !tried.contains(name(finding)), !(isSingle && batch.count == 1),
          proposal.edits.allSatisfy({ path, new in
            guard let old = taken[path] else { return true }
            return !careful.contains(path) && !old.meet(new)
          })
        else { continue }
        batch.append(Fix(finding: finding, proposal: proposal))
        for (path, new) in proposal.edits {
          edits[path, default: []] += new
          taken[path, default: TakenSpans()].take(new)
        }
      }
      guard !batch.isEmpty else {
        // It may hold after others have been applied.
        let rest = refused.filter { $0.after == applied.count }
        guard rest.count < refused.count else { break }
        refused = rest
        tried = Set(rest.map(\.name))
        continue
      }
      switch attempt(batch, edits) {
      case .success(let (project, report)):
        // There are fewer findings each time, so this ends.
        applied += batch
        self.project = project
        self.report = report
      case .failure(let objection):
        let culprits = batch.filter { $0.proposal.edits.keys.contains(objection.path) }
        if batch.count == 1 || (culprits.count == 1 && careful.contains(objection.path)) {
          let culprit = culprits.first ?? batch[0]
          let name = name(culprit.finding)
          tried.insert(name)
          refused.append((name, applied.count, Dropped(fix: culprit, reason: objection.reason)))
        } else if culprits.isEmpty {
          isSingle = true
        } else {
          careful.insert(objection.path)
        }
      }
    }
    dropped = refused.map(\.item)
  }

  /// The files that are different, with their bytes; those that were not there before, too.
  package var changes: [(path: String, before: [UInt8]?, after: [UInt8])] {
    project.files.values.compactMap { file in
      let before = original.files[file.path]?.bytes
      return before == file.bytes ? nil : (file.path, before, file.bytes)
    }.sorted { Array($0.path.utf8).lexicographicallyPrecedes(Array($1.path.utf8)) }
  }

  private struct Objection: Error {
    let path: String
    let reason: String
  }

  private func attempt(
    _ batch: [Fix], _ edits: [String: [SourceEdit]]
  ) -> Result<(AuditedProject, AuditReport), Objection> {
    var files: [String: [UInt8]] = [:]
    for (path, edits) in edits.sorted(by: { $0.key < $1.key }) {
      switch Self.edited(path, project.files[path]?.bytes, edits) {
      case .success(let bytes): files[path] = bytes
      case .failure(let reason): return .failure(reason)
      }
    }
    let project = self.project.replacing(files)
    let report = AuditReport(examining: project, rules: rules)
    if let objection = FindingChange.objection(
      self.report.findings, report.findings, fixed: batch.map(\.finding), edits: edits)
    {
      return .failure(Objection(path: objection.path, reason: objection.reason))
    }
    return .success((project, report))
  }

  private static func edited(
    _ path: String, _ before: [UInt8]?, _ edits: [SourceEdit]
  ) -> Result<[UInt8], Objection> {
    let fail = { (reason: String) -> Result<[UInt8], Objection> in
      .failure(Objection(path: path, reason: reason))
    }
    guard let after = edits.applied(to: before ?? []) else {
      return fail("its edits do not fit the file")
    }
    if ProjectFiles.isTOML(path) {
      let text = String(validating: after, as: UTF8.self)
      guard let text, (try? TOMLDocument(parsing: text)) != nil else {
        return fail("the file could not be read afterwards")
      }
    }
    do throws(YAMLError) {
      guard let new = try ProjectFiles.document(path, after) else { return .success(after) }
      if let before, let old = try ProjectFiles.document(path, before) {
        if let line = EditedTree.firstDifference(old, new, edits: edits) {
          return fail("something else would be read differently, in line \(line)")
        }
      }
    } catch {
      return fail("the file could not be read afterwards: \(error)")
    }
    return .success(after)
  }

  // What a fix is known by after others have moved it.
  private struct Name: Hashable {
    let rule: String
    let path: String
    let message: String
    let line: [UInt8]
  }

  private func name(_ finding: Finding) -> Name {
    let lines = project.files[finding.place.path]?.lines
    let line = finding.place.span.flatMap { span in
      lines.map { Array($0.contents(ofLine: $0.line(at: span.lowerBound))) }
    }
    return Name(
      rule: finding.rule, path: finding.place.path, message: finding.message, line: line ?? [])
  }
}

extension AuditedProject {
  /// The same project with other contents of some files, or with more files.
  func replacing(_ changes: [String: [UInt8]]) -> AuditedProject {
    var files = self.files
    for (path, bytes) in changes { files[path] = AuditedFile(path: path, bytes: bytes) }
    var project = AuditedProject(
      files: Array(files.values), isWhole: isWhole, profile: profile,
      problems: problems.filter { files[$0.path] == nil }, git: git, index: index)
    project.unixTime = unixTime
    project.knownPins = knownPins
    return project.adding(forge: forge)
  }
}
