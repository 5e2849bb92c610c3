// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// An event that starts a workflow: an entry of `on:`.
package struct WorkflowTrigger: Hashable, Sendable {
  /// A filter of an event: `branches`, `tags-ignore`, `paths`, `types`, `workflows`.
  package struct Filter: Hashable, Sendable {
    /// The filter's name.
    package let name: Located<String>
    /// Its values.
    package let values: [WorkflowText]
    /// From the name to the end of the values.
    package let span: Range<Int>
  }

  /// An input of `workflow_dispatch` or `workflow_call`.
  package struct Input: Hashable, Sendable {
    /// Its name.
    package let name: Located<String>
    /// `string`, `boolean`, `number`, `choice` or `environment`.
    package let type: WorkflowText?
    /// Whether it must be given.
    package let required: WorkflowText?
    /// What it is where it is not given.
    package let defaultValue: WorkflowText?
    /// What it stands for.
    package let description: WorkflowText?
    /// The choices.
    package let options: [WorkflowText]
    /// From the name to the end.
    package let span: Range<Int>
  }

  /// The event.
  package let event: Located<String>
  /// Its filters; of `schedule` the lines as filters named `cron`.
  package let filters: [Filter]
  /// Inputs of `workflow_dispatch` and `workflow_call`.
  package let inputs: [Input]
  /// Secrets that a `workflow_call` takes; the type of each is nil.
  package let secrets: [Input]
  /// Outputs that a `workflow_call` gives.
  package let outputs: [WorkflowEntry]
  /// What is written of it; nil where only its name is.
  package let node: YAMLNode?
  /// From the event to the end of its filters.
  package let span: Range<Int>

  /// The values of a filter; nil where it is not written.
  package func filter(_ name: String) -> Filter? { filters.first { $0.name.value == name } }

  static func all(_ node: YAMLNode, _ reader: inout WorkflowReader) -> [Self] {
    if let entries = node.entries { return entries.compactMap { Self($0, &reader) } }
    return reader.texts(node, "the event").map {
      Self(
        event: $0.located, filters: [], inputs: [], secrets: [], outputs: [], node: nil,
        span: $0.span)
    }
  }

  private init(
    event: Located<String>, filters: [Filter], inputs: [Input], secrets: [Input],
    outputs: [WorkflowEntry], node: YAMLNode?, span: Range<Int>
  ) {
    self.event = event
    self.filters = filters
    self.inputs = inputs
    self.secrets = secrets
    self.outputs = outputs
    self.node = node
    self.span = span
  }

  private init?(_ entry: YAMLEntry, _ reader: inout WorkflowReader) {
    guard let event = reader.key(entry) else { return nil }
    var filters: [Filter] = []
    var inputs: [Input] = []
    var secrets: [Input] = []
    var outputs: [WorkflowEntry] = []
    if event.value == "schedule" {
      for item in reader.items(entry.value, "`schedule`") {
        filters += reader.entries(item, "a schedule").compactMap { Filter($0, &reader) }
      }
    } else {
      for part in reader.entries(entry.value, "`\(event.value)`") {
        switch part.key.string {
        case "inputs":
          inputs = reader.entries(part.value, "`inputs`").compactMap { Input($0, &reader) }
        case "secrets":
          secrets = reader.entries(part.value, "`secrets`").compactMap { Input($0, &reader) }
        case "outputs":
          for output in reader.entries(part.value, "`outputs`") {
            guard let name = reader.key(output),
              let value = reader.text(output.value["value"], "the output")
            else { continue }
            outputs.append(WorkflowEntry(key: name, value: value, span: output.span))
          }
        default: if let filter = Filter(part, &reader) { filters.append(filter) }
        }
      }
    }
    self.init(
      event: event, filters: filters, inputs: inputs, secrets: secrets, outputs: outputs,
      node: entry.value, span: entry.span)
  }
}

extension WorkflowTrigger.Filter {
  fileprivate init?(_ entry: YAMLEntry, _ reader: inout WorkflowReader) {
    guard let name = reader.key(entry) else { return nil }
    self.name = name
    values = reader.texts(entry.value, "`\(name.value)`")
    span = entry.span
  }
}

extension WorkflowTrigger.Input {
  init?(_ entry: YAMLEntry, _ reader: inout WorkflowReader) {
    guard let name = reader.key(entry) else { return nil }
    self.name = name
    span = entry.span
    let node = entry.value
    if !node.isNull, node.entries == nil { reader.note(node, "`\(name.value)` is not a mapping") }
    type = reader.text(node["type"], "`type`")
    required = reader.text(node["required"], "`required`")
    defaultValue = reader.text(node["default"], "`default`")
    description = reader.text(node["description"], "`description`")
    options = reader.texts(node["options"], "`options`")
  }
}
