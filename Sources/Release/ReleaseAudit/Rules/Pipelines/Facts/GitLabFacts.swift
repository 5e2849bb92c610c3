// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// What the jobs of GitLab's pipelines do for a release.
struct GitLabFacts: Sendable {
  /// A job; an object, because rules hand it on often.
  final class Site: Sendable {
    /// The job.
    let job: GitLabJob
    /// Its pipeline.
    let pipeline: GitLabPipeline
    /// What it does, in the order of its lines.
    let actions: [ScriptAction]
    /// What it does, together.
    let role: StepRole
    /// What the jobs do that end before it begins.
    let before: StepRole
    /// What the jobs of the pipeline do, together.
    let around: StepRole
    /// The documents of the pipeline's files, by their paths.
    let documents: [String: YAMLDocument]
    /// The names among ``ScriptReader/watched`` that its lines have.
    let mentioned: Set<String>

    init(
      _ job: GitLabJob, _ pipeline: GitLabPipeline, _ actions: [ScriptAction], _ role: StepRole,
      before: StepRole, around: StepRole, documents: [String: YAMLDocument],
      mentioned: Set<String>
    ) {
      self.mentioned = mentioned
      self.documents = documents
      self.job = job
      self.pipeline = pipeline
      self.actions = actions
      self.role = role
      self.before = before
      self.around = around
    }

    /// The job's name.
    var name: String { job.name.value }

    /// The place of its name.
    var place: Finding.Place { Finding.Place(job.path, job.name.span) }

    /// Where it publishes to an index for everybody.
    var published: [ScriptAction] {
      actions.filter { action in
        switch action.role {
        case .publish(.pypi), .publish(.npm), .publish(.crates), .publish(.gems): true
        default: false
        }
      }
    }

    /// Whether it publishes to PyPI.
    var isForPyPI: Bool { published.contains { $0.role == .publish(.pypi) } }

    /// Its document, where it is written in one place only and can be edited.
    var document: YAMLDocument? { documents[job.path] }

    /// A repair of what is written of the job; nil where the edit is refused.
    func repair(
      _ title: String, _ safety: ProposedFix.Safety = .needsReview,
      _ edits: (YAMLDocument, YAMLNode) throws(YAMLEditRefusal) -> [SourceEdit]
    ) -> ProposedFix? {
      guard let document, let node = job.definitions.first?.node else { return nil }
      return document.fix(title, safety, in: job.path) { () throws(YAMLEditRefusal) in
        try edits(document, node)
      }
    }
  }

  /// All jobs.
  let sites: [Site]
  /// The scripts of all pipelines, each once, with the documents that they stand in.
  let scripts: [(script: GitLabScript, document: YAMLDocument)]

  /// The jobs that publish to an index for everybody.
  var publishing: [Site] { sites.filter { !$0.published.isEmpty } }

  init(_ pipelines: [GitLabPipeline]) {
    var sites: [Site] = []
    var scripts: [(script: GitLabScript, document: YAMLDocument)] = []
    var seen: Set<ObjectIdentifier> = []
    for pipeline in pipelines {
      for file in pipeline.files {
        for definition in file.defaults + file.definitions {
          for script in [definition.beforeScript, definition.script, definition.afterScript] {
            guard let script, seen.insert(ObjectIdentifier(script)).inserted else { continue }
            scripts.append((script, file.document))
          }
        }
      }
      let documents = Dictionary(pipeline.files.map { ($0.path, $0.document) }) { first, _ in
        first
      }
      var reader = ScriptReader(pipeline, documents)
      let read = pipeline.jobs.map { job in
        (
          job: job, actions: reader.actions(of: job), role: reader.role(of: job),
          mentioned: reader.mentioned(by: job)
        )
      }
      let order = JobOrder(pipeline, roles: read.map(\.role))
      let around = read.reduce(into: StepRole()) { $0.formUnion($1.role) }
      for (index, item) in read.enumerated() {
        sites.append(
          Site(
            item.job, pipeline, item.actions, item.role, before: order.before[index],
            around: around, documents: documents, mentioned: item.mentioned))
      }
    }
    self.sites = sites
    self.scripts = scripts
  }
}

/// What the jobs do that end before a job begins: those that it needs, or those of earlier stages.
private struct JobOrder {
  private(set) var before: [StepRole]

  init(_ pipeline: GitLabPipeline, roles: [StepRole]) {
    let jobs = pipeline.jobs
    let stages = Dictionary(
      pipeline.stages.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let stage = jobs.map { stages[$0.stage] ?? 0 }
    // What the jobs of all stages before one do.
    var earlier = [StepRole](repeating: [], count: pipeline.stages.count + 1)
    for (index, role) in roles.enumerated() { earlier[stage[index] + 1].formUnion(role) }
    for index in earlier.indices.dropFirst() { earlier[index].formUnion(earlier[index - 1]) }
    let places = Dictionary(
      jobs.enumerated().map { ($1.name.value, $0) }, uniquingKeysWith: { first, _ in first })
    let needs = jobs.map { job in
      job.value(\.needs)?.value.compactMap { places[Self.name($0.value)] }
    }
    var known = [StepRole?](repeating: nil, count: jobs.count)
    for start in jobs.indices where known[start] == nil {
      var open = [start]
      while let index = open.last {
        guard let needed = needs[index] else {
          known[index] = earlier[stage[index]]
          open.removeLast()
          continue
        }
        if known[index] == nil {
          // Jobs that need each other in a circle add nothing.
          known[index] = []
          open += needed.filter { known[$0] == nil }
          if open.last != index { continue }
        }
        known[index] = needed.reduce(into: StepRole()) { role, other in
          role.formUnion(roles[other])
          role.formUnion(known[other] ?? [])
        }
        open.removeLast()
      }
    }
    before = known.map { $0 ?? [] }
  }

  // One job of a matrix is needed as `job: [value, value]`.
  private static func name(_ need: String) -> String {
    guard need.hasSuffix("]"), let end = need.utf8.firstIndex(of: UInt8(ascii: ":")) else {
      return need
    }
    return String(need[..<end])
  }
}
