// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// What the jobs of a project do for a release, and what goes from one to another.
///
/// Actions and workflows of the same repository count as what is in them.
package struct ReleaseFlow: Sendable {
  /// All jobs, in the order of files and jobs.
  package let jobs: [FlowJob]
  // The places in `jobs`.
  private let places: [FlowJob.Reference: Int]
  // The jobs that call a workflow, by its path.
  private let callers: [String: [Int]]
  // The places of the jobs of a workflow, by its path.
  private let members: [String: [Int]]

  init(workflows: [WorkflowFile], actions: [ActionFile]) {
    var resolver = RoleResolver(workflows: workflows, actions: actions)
    var jobs: [FlowJob] = []
    var places: [FlowJob.Reference: Int] = [:]
    var callers: [String: [Int]] = [:]
    var members: [String: [Int]] = [:]
    for file in workflows {
      for job in file.workflow.jobs {
        let flow = resolver.flowJob(job, in: file)
        members[file.path, default: []].append(jobs.count)
        if places[flow.reference] == nil { places[flow.reference] = jobs.count }
        if let called = flow.called { callers[called, default: []].append(jobs.count) }
        jobs.append(flow)
      }
    }
    self.jobs = jobs
    self.places = places
    self.callers = callers
    self.members = members
  }

  /// The jobs that publish themselves; those that call a workflow of the same repository that does
  /// are not among them, its own jobs are.
  package var publishers: [FlowJob] { jobs.filter(\.isPublisher) }

  /// The jobs of a workflow.
  package func jobs(of path: String) -> [FlowJob] { (members[path] ?? []).map { jobs[$0] } }

  /// A job.
  package func job(_ reference: FlowJob.Reference) -> FlowJob? {
    places[reference].map { jobs[$0] }
  }

  /// The jobs that call the workflow at a path.
  package func callers(of path: String) -> [FlowJob] { (callers[path] ?? []).map { jobs[$0] } }

  /// The jobs that must have ended before a job begins: those that it needs, and so on, with the
  /// jobs of the workflows that they call, and those that its callers need.
  ///
  /// - Returns: The jobs in the order of files; the job itself is among them only where jobs need
  ///   each other in a circle.
  package func before(_ job: FlowJob) -> [FlowJob] {
    var found: Set<Int> = []
    var open = directlyBefore(job)
    var climbed: Set<String> = [job.path]
    var rising = callers[job.path] ?? []
    // What a caller needs has ended before each job of the workflow that it calls.
    while let caller = rising.popLast() {
      open += directlyBefore(jobs[caller])
      if climbed.insert(jobs[caller].path).inserted { rising += callers[jobs[caller].path] ?? [] }
    }
    while let place = open.popLast() {
      guard found.insert(place).inserted else { continue }
      open += directlyBefore(jobs[place])
      if let called = jobs[place].called { open += members[called] ?? [] }
    }
    return found.sorted().map { jobs[$0] }
  }

  /// Whether a job has ended before another begins.
  package func isBefore(_ first: FlowJob, _ second: FlowJob) -> Bool {
    before(second).contains { $0.reference == first.reference }
  }

  /// The jobs of the same run: of the same workflow, of those that it calls and those that call it.
  package func run(of job: FlowJob) -> [FlowJob] {
    var paths: Set<String> = [job.path]
    var open = [job.path]
    while let path = open.popLast() {
      let around =
        (members[path] ?? []).compactMap { jobs[$0].called }
        + (callers[path] ?? []).map { jobs[$0].path }
      for next in around where paths.insert(next).inserted { open.append(next) }
    }
    return paths.flatMap { members[$0] ?? [] }.sorted().map { jobs[$0] }
  }

  /// The uploads that a download may get its files from, in the same run.
  package func sources(
    of download: ArtifactTransfer, in job: FlowJob
  ) -> [(job: FlowJob, upload: ArtifactTransfer)] {
    guard download.direction == .download, !download.isForeign else { return [] }
    return run(of: job).flatMap { other in
      other.uploads.filter { $0.mayBeSame(as: download) }.map { (other, $0) }
    }
  }

  /// The jobs whose artifacts a job fetches, each with what it stores; without those of other runs.
  package func suppliers(of job: FlowJob) -> [(job: FlowJob, upload: ArtifactTransfer)] {
    job.downloads.flatMap { sources(of: $0, in: job) }
  }

  private func directlyBefore(_ job: FlowJob) -> [Int] {
    job.job.needs.compactMap {
      places[FlowJob.Reference(path: job.path, job: $0.value)]
    }
  }
}
