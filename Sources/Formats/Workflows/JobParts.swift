// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// Where a job runs: `runs-on`.
package struct RunsOn: Hashable, Sendable {
  /// The labels; one of them may be an expression.
  package let labels: [WorkflowText]
  /// The group of runners.
  package let group: WorkflowText?
  /// Its bytes.
  package let span: Range<Int>

  init?(_ node: YAMLNode, _ reader: inout WorkflowReader) {
    guard !node.isNull else { return nil }
    span = node.resolved.span
    if node.entries != nil {
      labels = reader.texts(node["labels"], "`labels`")
      group = reader.text(node["group"], "`group`")
    } else {
      labels = reader.texts(node, "`runs-on`")
      group = nil
    }
  }
}

/// A job's deployment environment.
package struct JobEnvironment: Hashable, Sendable {
  /// Its name.
  package let name: WorkflowText
  /// The address that GitHub shows.
  package let url: WorkflowText?
  /// The bytes of the key `environment`.
  package let key: Range<Int>
  /// The bytes of the value.
  package let span: Range<Int>

  init?(_ entry: YAMLEntry, _ reader: inout WorkflowReader) {
    let node = entry.value
    let isMapping = node.entries != nil
    guard let name = reader.text(isMapping ? node["name"] : node, "`environment`") else {
      if isMapping { reader.note(node, "`environment` has no `name`") }
      return nil
    }
    self.name = name
    url = isMapping ? reader.text(node["url"], "`url`") : nil
    key = entry.key.resolved.span
    span = node.resolved.span
  }
}

/// `concurrency`: which runs wait for each other.
package struct Concurrency: Hashable, Sendable {
  /// The group.
  package let group: WorkflowText?
  /// `cancel-in-progress`.
  package let cancelInProgress: WorkflowText?
  /// The bytes of the key `concurrency`.
  package let key: Range<Int>
  /// The bytes of the value.
  package let span: Range<Int>

  init(_ entry: YAMLEntry, _ reader: inout WorkflowReader) {
    let node = entry.value
    key = entry.key.resolved.span
    span = node.resolved.span
    if node.entries != nil {
      group = reader.text(node["group"], "`group`")
      cancelInProgress = reader.text(node["cancel-in-progress"], "`cancel-in-progress`")
    } else {
      group = reader.text(node, "`concurrency`")
      cancelInProgress = nil
    }
  }
}

/// `defaults`: what steps have where they do not say otherwise.
package struct Defaults: Hashable, Sendable {
  /// `run.shell`.
  package let shell: WorkflowText?
  /// `run.working-directory`.
  package let workingDirectory: WorkflowText?
  /// Its bytes.
  package let span: Range<Int>

  init(_ node: YAMLNode, _ reader: inout WorkflowReader) {
    span = node.resolved.span
    let run = node["run"]
    shell = reader.text(run?["shell"], "`shell`")
    workingDirectory = reader.text(run?["working-directory"], "`working-directory`")
  }
}

/// An image that a job or a service runs in.
package struct Container: Hashable, Sendable {
  /// The image.
  package let image: WorkflowText
  /// `options`.
  package let options: WorkflowText?
  /// `credentials`.
  package let credentials: WorkflowMapping?
  /// `env`.
  package let env: WorkflowMapping?
  /// `volumes`.
  package let volumes: [WorkflowText]
  /// What is written of it.
  package let node: YAMLNode

  /// Its bytes.
  package var span: Range<Int> { node.resolved.span }

  init?(_ node: YAMLNode, _ reader: inout WorkflowReader) {
    let isMapping = node.entries != nil
    guard let image = reader.text(isMapping ? node["image"] : node, "`image`") else {
      if isMapping { reader.note(node, "the container has no `image`") }
      return nil
    }
    self.image = image
    self.node = node
    options = reader.text(node["options"], "`options`")
    credentials = reader.mapping(node["credentials"], "`credentials`")
    env = reader.mapping(node["env"], "`env`")
    volumes = reader.texts(node["volumes"], "`volumes`")
  }
}

/// A container that runs beside a job.
package struct Service: Hashable, Sendable {
  /// Its name.
  package let name: Located<String>
  /// Its image.
  package let container: Container
}

/// The secrets that a job passes to a reusable workflow.
package struct PassedSecrets: Hashable, Sendable {
  /// Whether all are passed: `inherit`.
  package let inherits: Bool
  /// Those that are named.
  package let named: WorkflowMapping?
  /// Its bytes.
  package let span: Range<Int>

  init(_ node: YAMLNode, _ reader: inout WorkflowReader) {
    span = node.resolved.span
    inherits = node.string == "inherit"
    named = inherits ? nil : reader.mapping(node, "`secrets`")
  }
}

/// A job's `strategy`.
package struct Strategy: Hashable, Sendable {
  /// `matrix`, not expanded.
  package let matrix: Matrix?
  /// `fail-fast`.
  package let failFast: WorkflowText?
  /// `max-parallel`.
  package let maxParallel: WorkflowText?
  /// Its bytes.
  package let span: Range<Int>

  init(_ node: YAMLNode, _ reader: inout WorkflowReader) {
    span = node.resolved.span
    if node.entries == nil { reader.note(node, "`strategy` is not a mapping") }
    matrix = node["matrix"].map { Matrix($0, &reader) }
    failFast = reader.text(node["fail-fast"], "`fail-fast`")
    maxParallel = reader.text(node["max-parallel"], "`max-parallel`")
  }
}

/// A job's `strategy.matrix`, as it is written.
package struct Matrix: Hashable, Sendable {
  /// A dimension and its values, which may be texts, lists or mappings.
  package struct Dimension: Hashable, Sendable {
    /// Its name.
    package let name: Located<String>
    /// Its values; empty where an expression gives them.
    package let values: [YAMLNode]
    /// The expression that gives the values.
    package let expression: WorkflowText?
  }

  /// The expression that gives the whole matrix.
  package let expression: WorkflowText?
  /// The dimensions, without `include` and `exclude`.
  package let dimensions: [Dimension]
  /// `include`: combinations, or an expression.
  package let include: YAMLNode?
  /// `exclude`: combinations, or an expression.
  package let exclude: YAMLNode?
  /// Its bytes.
  package let span: Range<Int>

  init(_ node: YAMLNode, _ reader: inout WorkflowReader) {
    span = node.resolved.span
    include = node["include"]
    exclude = node["exclude"]
    if node.entries == nil {
      expression = reader.text(node, "`matrix`")
      dimensions = []
      return
    }
    expression = nil
    var dimensions: [Dimension] = []
    for entry in reader.entries(node, "`matrix`") {
      guard let name = reader.key(entry), name.value != "include", name.value != "exclude"
      else { continue }
      let values = entry.value.items
      let text = values == nil ? reader.text(entry.value, "`\(name.value)`") : nil
      dimensions.append(Dimension(name: name, values: values ?? [], expression: text))
    }
    self.dimensions = dimensions
  }
}
