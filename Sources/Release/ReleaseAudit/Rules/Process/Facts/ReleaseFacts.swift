// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// The jobs of a project that give files to users, and what surrounds them.
struct ReleaseFacts: Sendable {
  /// A job with its file.
  struct Site: Sendable {
    /// The workflow.
    let file: WorkflowFile
    /// The job.
    let job: Job
    /// What its steps do together.
    let role: StepRole
    /// What it gives to users, and where.
    let uploads: [Upload]

    /// Uploads to package indexes, without those for trying out.
    var published: [Upload] { uploads.filter { $0.target.isIndex && !$0.isTest } }

    /// The rights of its token, as far as files say.
    var permissions: Permissions? { file.workflow.permissions(of: job) }

    /// The place of its name.
    var place: Finding.Place { Finding.Place(file.path, job.id.span) }
  }

  /// All jobs.
  let jobs: [Site]
  private let callers: [String: [(path: String, job: Job)]]

  init(_ workflows: [WorkflowFile]) {
    var jobs: [Site] = []
    var callers: [String: [(path: String, job: Job)]] = [:]
    for file in workflows {
      for job in file.workflow.jobs {
        var role: StepRole = []
        for step in job.steps { role.formUnion(StepRole(step)) }
        if Self.isGenerator(job) { role.formUnion(.attests) }
        jobs.append(
          Site(file: file, job: job, role: role, uploads: job.steps.compactMap { Upload($0) }))
        if let called = Self.calledPath(job) {
          callers[called, default: []].append((file.path, job))
        }
      }
    }
    self.jobs = jobs
    self.callers = callers
  }

  /// Jobs that publish to a package index.
  var publishing: [Site] { jobs.filter { !$0.published.isEmpty } }

  /// Jobs that publish to PyPI.
  var pypi: [Site] { jobs.filter { $0.published.contains { $0.target == .pypi } } }

  /// Whether a job is one of the SLSA generator's reusable workflows.
  static func isGenerator(_ job: Job) -> Bool {
    job.uses?.repository?.lowercased() == "slsa-framework/slsa-github-generator"
  }

  /// The path of the workflow of this repository that a job calls.
  static func calledPath(_ job: Job) -> String? {
    guard let text = job.uses?.text.value, text.hasPrefix("./") || text.hasPrefix("$/") else {
      return nil
    }
    return String(text.dropFirst(2))
  }

  /// The jobs that call a workflow.
  func calls(of path: String) -> [(path: String, job: Job)] { callers[path] ?? [] }

  /// The workflows that run together with one: those that call it and those that are called by
  /// them, over any number of calls.
  func family(of path: String) -> Set<String> {
    var entries: Set<String> = [path]
    var open = [path]
    while let next = open.popLast() {
      for caller in calls(of: next) where entries.insert(caller.path).inserted {
        open.append(caller.path)
      }
    }
    open = Array(entries)
    while let next = open.popLast() {
      for site in jobs where site.file.path == next {
        if let called = Self.calledPath(site.job), entries.insert(called).inserted {
          open.append(called)
        }
      }
    }
    return entries
  }

  /// The jobs that run together with one.
  func relatives(of site: Site) -> [Site] {
    let family = family(of: site.file.path)
    return jobs.filter { family.contains($0.file.path) }
  }

  /// The jobs that end before one starts, itself included: by `needs` in its workflow, and by
  /// those of the jobs that call the workflow.
  func ancestors(of site: Site) -> [Site] {
    var seen: Set<String> = []
    var result: [Site] = []
    var open: [(path: String, id: String)] = [(site.file.path, site.job.id.value)]
    while let next = open.popLast() {
      guard seen.insert("\(next.path) \(next.id)").inserted,
        let found = jobs.first(where: {
          $0.file.path == next.path && $0.job.id.value == next.id
        })
      else { continue }
      result.append(found)
      open += found.job.needs.map { (next.path, $0.value) }
      if let called = Self.calledPath(found.job), found.job.id.value != site.job.id.value {
        open += jobs.filter { $0.file.path == called }.map { (called, $0.job.id.value) }
      }
      if next.path == site.file.path {
        for caller in calls(of: next.path) {
          open += caller.job.needs.map { (caller.path, $0.value) }
        }
      }
    }
    return result
  }

  /// The events that can start a workflow, through its callers too, each with its file.
  ///
  /// Nil where nothing of this repository calls a reusable workflow.
  func triggers(of file: WorkflowFile) -> [(file: WorkflowFile, trigger: WorkflowTrigger)]? {
    var result: [(file: WorkflowFile, trigger: WorkflowTrigger)] = []
    var seen: Set<String> = []
    var open = [file]
    while let next = open.popLast() {
      guard seen.insert(next.path).inserted else { continue }
      for trigger in next.workflow.triggers where trigger.event.value != "workflow_call" {
        result.append((next, trigger))
      }
      for caller in calls(of: next.path) {
        if let found = jobs.first(where: { $0.file.path == caller.path })?.file {
          open.append(found)
        }
      }
    }
    return result.isEmpty ? nil : result
  }
}

extension AuditedProject {
  /// Looks at each job that publishes to a package index.
  func publishingFindings(
    pypi: Bool = false,
    _ body: (ReleaseFacts, ReleaseFacts.Site, inout [Finding]) -> Void
  ) -> RuleOutcome {
    let facts = releases
    let sites = pypi ? facts.pypi : facts.publishing
    guard !sites.isEmpty else {
      return .notApplicable("no job publishes to \(pypi ? "PyPI" : "a package index")")
    }
    var findings: [Finding] = []
    for site in sites { body(facts, site, &findings) }
    return .examined(findings)
  }
}

extension AuditRule {
  /// A finding of this rule.
  static func finding(
    _ message: String, _ severity: AuditSeverity? = nil, at place: Finding.Place,
    related: [Finding.Place] = [], help: String? = nil, fix: ProposedFix? = nil
  ) -> Finding {
    Finding(
      rule: description.id, severity: severity ?? description.severity, message, at: place,
      related: related, help: help, fix: fix)
  }
}

extension WorkflowFile {
  /// A repair of this file; nil where the edit is refused.
  func repair(
    _ title: String, _ safety: ProposedFix.Safety,
    _ edits: (YAMLDocument) throws(YAMLEditRefusal) -> [SourceEdit]
  ) -> ProposedFix? {
    do throws(YAMLEditRefusal) {
      return ProposedFix(title, safety, edits: [path: try edits(workflow.document)])
    } catch {
      return nil
    }
  }
}
