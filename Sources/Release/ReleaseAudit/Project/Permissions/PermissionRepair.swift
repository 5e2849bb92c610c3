// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Repairs of rights that are given too widely, where the needs of every job that they touch are
/// known wholly; with less, a job could lose what it works with.
struct PermissionRepair {
  private let file: WorkflowFile
  private let jobs: [(job: Job, needs: JobNeeds)]

  /// Looks at jobs of a workflow.
  ///
  /// - Parameters:
  ///   - jobs: those whose rights would change.
  ///   - file: their workflow.
  ///   - project: where actions and workflows of the same repository are looked up.
  init(of jobs: [Job], in file: WorkflowFile, _ project: AuditedProject) {
    self.file = file
    self.jobs = jobs.map { ($0, JobNeeds(of: $0, in: file, project)) }
  }

  /// What to do by hand, with the step whose needs are not known; nil where all are known.
  var help: String? {
    for (job, needs) in jobs {
      guard let unknown = needs.unknown.first ?? (knows(job, needs) ? nil : needs.mayAskForIdentity)
      else { continue }
      let line = file.file.lines.line(at: unknown.span.lowerBound)
      return "write by hand what `\(job.id.value)` needs: what `\(unknown.what)` in line \(line) "
        + "does with the token is not known"
    }
    return nil
  }

  /// Writes a block into a job that has none.
  func giving(_ job: Job) -> ProposedFix? {
    fix("give the job what its steps need") { document throws(YAMLEditRefusal) in
      try document.giving(job, permissions(jobs[0].job, jobs[0].needs))
    }
  }

  /// Replaces the block of a job.
  func replacing(_ job: Job) -> ProposedFix? {
    fix("give it what its steps need") { document throws(YAMLEditRefusal) in
      try document.replacing(
        valueOf: "permissions", in: job.node, with: permissions(jobs[0].job, jobs[0].needs))
    }
  }

  /// Takes all rights away at the top, and gives each job its own.
  func dividing() -> ProposedFix? {
    fix("give each job what its steps need, and nothing to all of them") {
      document throws(YAMLEditRefusal) in
      let nothing = YAMLFragment.mapping([])
      return try
        (document.root.entry("permissions") == nil
        ? document.inserting("permissions", nothing, into: document.root, at: .after("on"))
        : document.replacing(valueOf: "permissions", in: document.root, with: nothing))
        + own(document)
    }
  }

  /// Moves rights to write from the top into the jobs that need them.
  func moving(_ scopes: [Permissions.Scope]) -> ProposedFix? {
    fix("give each job what its steps need, instead of all of them") {
      document throws(YAMLEditRefusal) in
      let gone = scopes.filter { $0.access.value == "write" }
      var edits: [SourceEdit] = []
      if gone.count == scopes.count {
        edits = try document.replacing(
          valueOf: "permissions", in: document.root, with: YAMLFragment.mapping([]))
      } else if let block = document.root["permissions"] {
        for scope in gone { edits += try document.removing(scope.name.value, from: block) }
      }
      return try edits + own(document)
    }
  }

  private func own(_ document: YAMLDocument) throws(YAMLEditRefusal) -> [SourceEdit] {
    var edits: [SourceEdit] = []
    for (job, needs) in jobs { edits += try document.giving(job, permissions(job, needs)) }
    return edits
  }

  /// Whether a job keeps all that it works with.
  private func knows(_ job: Job, _ needs: JobNeeds) -> Bool {
    needs.isWhole || needs.isWholeWithoutIdentity && !mayHaveIdentity(job)
  }

  // No settings give an identity token; only what is written does, or who calls the workflow.
  private func mayHaveIdentity(_ job: Job) -> Bool {
    file.workflow.permissions(of: job).map { $0.access("id-token") != "none" }
      ?? (file.workflow.trigger("workflow_call") != nil)
  }

  private func permissions(_ job: Job, _ needs: JobNeeds) -> YAMLFragment {
    needs.permissions(hadIdentity: mayHaveIdentity(job))
  }

  private func fix(
    _ title: String, _ edits: (YAMLDocument) throws(YAMLEditRefusal) -> [SourceEdit]
  ) -> ProposedFix? {
    guard jobs.allSatisfy({ knows($0.job, $0.needs) }) else { return nil }
    let document = file.workflow.document
    return document.fix(title, .needsReview, in: file.path) { () throws(YAMLEditRefusal) in
      try edits(document)
    }
  }
}
