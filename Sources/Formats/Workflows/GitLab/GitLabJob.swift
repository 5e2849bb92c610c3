// SPDX-License-Identifier: Apache-2.0

/// A job of a pipeline with all that it extends.
package final class GitLabJob: Sendable {
  /// Its name where it is written first.
  package let name: Located<String>
  /// What is written of it, then what it extends; nearer ones, which have the last word, first.
  package let definitions: [GitLabDefinition]
  /// What holds where it does not say otherwise.
  package let defaults: [GitLabDefinition]
  /// Whether all that it extends is known.
  package let isWhole: Bool

  init(
    name: Located<String>, definitions: [GitLabDefinition], defaults: [GitLabDefinition],
    isWhole: Bool
  ) {
    self.name = name
    self.definitions = definitions
    self.isWhole = isWhole
    let inherits = definitions.lazy.compactMap(\.inheritsDefaults).first?.value != "false"
    self.defaults = inherits ? defaults : defaults.filter { $0.name.value != "default" }
  }

  /// The path of its file.
  package var path: String { definitions.first?.path ?? "" }

  /// The nearest value of a key, with what it stands in; nil where none is written.
  package func value<Value>(
    _ key: (GitLabDefinition) -> Value?
  ) -> (definition: GitLabDefinition, value: Value)? {
    for definition in definitions { if let value = key(definition) { return (definition, value) } }
    return nil
  }

  /// The same, also from what holds for all jobs.
  package func inherited<Value>(
    _ key: (GitLabDefinition) -> Value?
  ) -> (definition: GitLabDefinition, value: Value)? {
    if let own = value(key) { return own }
    for definition in defaults { if let value = key(definition) { return (definition, value) } }
    return nil
  }

  /// The scripts that run, in their order; what `!reference` stands for is not followed.
  package var scripts: [GitLabScript] {
    [inherited(\.beforeScript), value(\.script), inherited(\.afterScript)].compactMap { $0?.value }
  }

  /// A variable: its own, a template's, or the pipeline's.
  package func variable(_ name: String) -> (definition: GitLabDefinition, value: WorkflowEntry)? {
    inherited { $0.variables[name] }
  }

  /// The identity tokens that it gets.
  package var idTokens: [GitLabIDToken] {
    let own = definitions.flatMap(\.idTokens)
    return own.isEmpty ? defaults.flatMap(\.idTokens) : own
  }

  /// The stage.
  package var stage: String { value(\.stage)?.value.value ?? "test" }

  /// Whether it only starts other pipelines.
  package var isTrigger: Bool { value(\.trigger) != nil }
}
