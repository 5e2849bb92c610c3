// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// A workflow of GitHub Actions, with the place of everything in it.
///
/// Nothing is refused: a piece that is not what GitHub asks for is left out and named in `problems`.
/// It never changes; it is an object because rules hand it on often.
package final class Workflow: Sendable {
  /// The document.
  package let document: YAMLDocument
  /// `name`.
  package let name: WorkflowText?
  /// `run-name`.
  package let runName: WorkflowText?
  /// The events of `on`, in their order.
  package let triggers: [WorkflowTrigger]
  /// The entry `on`.
  package let on: YAMLEntry?
  /// `permissions`; nil where not written.
  package let permissions: Permissions?
  /// `env`.
  package let env: WorkflowMapping?
  /// `defaults`.
  package let defaults: Defaults?
  /// `concurrency`.
  package let concurrency: Concurrency?
  /// The jobs, in their order.
  package let jobs: [Job]
  /// All `${{ }}` of the document, in their order.
  package let expressions: [EmbeddedExpression]
  /// Pieces that are not what GitHub asks for.
  package let problems: [WorkflowProblem]

  /// Reads a document as a workflow.
  package init(_ document: YAMLDocument) {
    // Each is parsed once, for the document as for the text in which it stands.
    expressions = EmbeddedExpression.all(in: document)
    var reader = WorkflowReader(document, expressions)
    let root = document.root
    if root.entries == nil { reader.note(root, "the workflow is not a mapping") }
    self.document = document
    name = reader.text(root["name"], "`name`")
    runName = reader.text(root["run-name"], "`run-name`")
    on = root.entry("on")
    triggers = on.map { WorkflowTrigger.all($0.value, &reader) } ?? []
    if on == nil { reader.note(root, "the workflow has no `on`") }
    permissions = root.entry("permissions").map { Permissions($0, &reader) }
    env = reader.mapping(root["env"], "`env`")
    defaults = root["defaults"].map { Defaults($0, &reader) }
    concurrency = root.entry("concurrency").map { Concurrency($0, &reader) }
    if root["jobs"] == nil { reader.note(root, "the workflow has no `jobs`") }
    var jobs: [Job] = []
    for entry in reader.entries(root["jobs"], "`jobs`") {
      if let job = Job(entry, &reader) { jobs.append(job) }
    }
    self.jobs = jobs
    reader.noteDuplicates()
    problems = reader.problems
  }

  /// The job of an id.
  package func job(_ id: String) -> Job? { jobs.first { $0.id.value == id } }

  /// The trigger of an event.
  package func trigger(_ event: String) -> WorkflowTrigger? {
    triggers.first { $0.event.value == event }
  }

  /// The rights of a job: its own, or the workflow's; nil where neither says.
  package func permissions(of job: Job) -> Permissions? { job.permissions ?? permissions }
}
