// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// The jobs of a project that give files to users, and what surrounds them.
struct ReleaseFacts: Sendable {
  /// A job with its file; an object, like the job that it holds.
  final class Site: Sendable {
    /// The workflow.
    let file: WorkflowFile
    /// The job.
    let job: Job
    /// What it does for a release.
    let flow: FlowJob
    /// What its steps do together.
    let role: StepRole
    /// What it gives to users, and where.
    let uploads: [Upload]
    // What each step does.
    private let stepRoles: [StepRole]

    init(_ flow: FlowJob, in file: WorkflowFile) {
      self.flow = flow
      self.file = file
      job = flow.job
      var stepRoles = flow.job.steps.map { StepRole($0) }
      var role: StepRole = stepRoles.reduce(into: []) { $0.formUnion($1) }
      for site in flow.sites {
        let own = StepRole(site.role)
        role.formUnion(own)
        if let step = site.step, step < stepRoles.count { stepRoles[step].formUnion(own) }
      }
      self.role = role
      self.stepRoles = stepRoles
      uploads =
        flow.called != nil
        ? []
        : flow.sites.compactMap { Upload($0, of: flow.job) }
          + flow.job.steps.compactMap { Upload(script: $0) }
    }

    /// What a step does.
    func role(of step: Step) -> StepRole {
      step.index < stepRoles.count ? stepRoles[step.index] : []
    }

    /// Uploads to package indexes, without those for trying out.
    var published: [Upload] { uploads.filter { $0.target.isIndex && !$0.isTest } }

    /// The rights of its token, as far as files say.
    var permissions: Permissions? { file.workflow.permissions(of: job) }

    /// The place of its name.
    var place: Finding.Place { Finding.Place(file.path, job.id.span) }
  }

  /// All jobs.
  let jobs: [Site]
  private let flow: ReleaseFlow
  private let places: [FlowJob.Reference: Int]
  private let files: [String: WorkflowFile]

  init(_ flow: ReleaseFlow, _ workflows: [WorkflowFile]) {
    self.flow = flow
    let files = Dictionary(workflows.map { ($0.path, $0) }) { first, _ in first }
    var jobs: [Site] = []
    var places: [FlowJob.Reference: Int] = [:]
    for job in flow.jobs {
      guard let file = files[job.path] else { continue }
      if places[job.reference] == nil { places[job.reference] = jobs.count }
      jobs.append(Site(job, in: file))
    }
    self.jobs = jobs
    publishing = jobs.filter { !$0.published.isEmpty }
    self.places = places
    self.files = files
  }

  private func sites(_ jobs: [FlowJob]) -> [Site] {
    jobs.compactMap { job in places[job.reference].map { self.jobs[$0] } }
  }

  /// Jobs that publish to a package index.
  let publishing: [Site]

  /// Jobs that publish to PyPI.
  var pypi: [Site] { publishing.filter { $0.published.contains { $0.target == .pypi } } }

  /// Whether a job is one of the SLSA generator's reusable workflows.
  static func isGenerator(_ job: Job) -> Bool {
    job.uses?.repository?.lowercased() == "slsa-framework/slsa-github-generator"
  }

  /// The jobs that call a workflow.
  func calls(of path: String) -> [(path: String, job: Job)] {
    flow.callers(of: path).map { ($0.path, $0.job) }
  }

  /// The workflows that run together with one.
  func family(of path: String) -> Set<String> {
    guard let job = flow.jobs(of: path).first else { return [path] }
    return Set(flow.run(of: job).map(\.path)).union([path])
  }

  /// The jobs of a workflow.
  func jobs(of path: String) -> [Site] { sites(flow.jobs(of: path)) }

  /// A job.
  func site(_ reference: FlowJob.Reference) -> Site? { places[reference].map { jobs[$0] } }

  /// The jobs that run together with one.
  func relatives(of site: Site) -> [Site] { sites(flow.run(of: site.flow)) }

  /// The jobs that end before one starts, and itself.
  func ancestors(of site: Site) -> [Site] {
    sites(flow.before(site.flow)).filter { $0.flow.reference != site.flow.reference } + [site]
  }

  /// The jobs whose artifacts a job takes.
  func suppliers(of site: Site) -> [Site] { sites(flow.suppliers(of: site.flow).map(\.job)) }

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
        if let found = files[caller.path] { open.append(found) }
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
