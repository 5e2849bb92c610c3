// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// A job of a workflow.
///
/// It never changes; it is an object because rules hand it on often.
package final class Job: Sendable {
  /// Its key under `jobs`.
  package let id: Located<String>
  /// `name`.
  package let name: WorkflowText?
  /// `needs`: the jobs that must end before.
  package let needs: [WorkflowText]
  /// `if`.
  package let condition: Condition?
  /// `runs-on`.
  package let runsOn: RunsOn?
  /// `environment`.
  package let environment: JobEnvironment?
  /// `outputs`.
  package let outputs: WorkflowMapping?
  /// `strategy`.
  package let strategy: Strategy?
  /// `container`.
  package let container: Container?
  /// `services`, each with its name.
  package let services: [Service]
  /// `permissions`; nil where not written.
  package let permissions: Permissions?
  /// `env`.
  package let env: WorkflowMapping?
  /// `defaults`.
  package let defaults: Defaults?
  /// `concurrency`.
  package let concurrency: Concurrency?
  /// `timeout-minutes`.
  package let timeoutMinutes: WorkflowText?
  /// `continue-on-error`.
  package let continueOnError: WorkflowText?
  /// `uses`: the reusable workflow that it calls.
  package let uses: UsesReference?
  /// `with`, for a reusable workflow.
  package let with: WorkflowMapping?
  /// `secrets`, for a reusable workflow.
  package let secrets: PassedSecrets?
  /// `steps`.
  package let steps: [Step]
  /// What is written of it.
  package let node: YAMLNode
  /// From its key to its end.
  package let span: Range<Int>

  /// The entry of a key as it is written, such as `runs-on`.
  package func entry(_ key: String) -> YAMLEntry? { node.entry(key) }

  /// Whether it calls a reusable workflow.
  package var isCall: Bool { uses != nil }

  init?(_ entry: YAMLEntry, _ reader: inout WorkflowReader) {
    guard let id = reader.key(entry) else { return nil }
    let node = entry.value
    guard node.entries != nil else {
      reader.note(node, "the job `\(id.value)` is not a mapping")
      return nil
    }
    self.id = id
    self.node = node
    span = entry.span
    name = reader.text(node["name"], "`name`")
    needs = reader.texts(node["needs"], "`needs`")
    condition = Condition(node.entry("if"), &reader)
    runsOn = node["runs-on"].flatMap { RunsOn($0, &reader) }
    environment = node.entry("environment").flatMap { JobEnvironment($0, &reader) }
    outputs = reader.mapping(node["outputs"], "`outputs`")
    strategy = node["strategy"].map { Strategy($0, &reader) }
    container = node["container"].flatMap { Container($0, &reader) }
    var services: [Service] = []
    for service in reader.entries(node["services"], "`services`") {
      guard let name = reader.key(service), let container = Container(service.value, &reader)
      else { continue }
      services.append(Service(name: name, container: container))
    }
    self.services = services
    permissions = node.entry("permissions").map { Permissions($0, &reader) }
    env = reader.mapping(node["env"], "`env`")
    defaults = node["defaults"].map { Defaults($0, &reader) }
    concurrency = node.entry("concurrency").map { Concurrency($0, &reader) }
    timeoutMinutes = reader.text(node["timeout-minutes"], "`timeout-minutes`")
    continueOnError = reader.text(node["continue-on-error"], "`continue-on-error`")
    let document = reader.document
    uses = reader.text(node["uses"], "`uses`").map { UsesReference($0, in: document) }
    with = reader.mapping(node["with"], "`with`")
    secrets = node["secrets"].map { PassedSecrets($0, &reader) }
    steps = Step.all(node["steps"], &reader)
    if uses == nil, runsOn == nil {
      reader.note(entry.key, "the job `\(id.value)` has neither `runs-on` nor `uses`")
    }
  }
}
