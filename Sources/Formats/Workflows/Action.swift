// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// An action's metadata: an `action.yml`.
///
/// It never changes; it is an object because rules hand it on often.
package final class Action: Sendable {
  /// The document.
  package let document: YAMLDocument
  /// `name`.
  package let name: WorkflowText?
  /// `inputs`.
  package let inputs: [WorkflowTrigger.Input]
  /// `outputs` with their values; those of other than composite actions have none.
  package let outputs: [WorkflowEntry]
  /// `runs.using`: `composite`, `docker`, `node20`.
  package let using: WorkflowText?
  /// `runs.image` of a docker action.
  package let image: WorkflowText?
  /// `runs.main` of a JavaScript action.
  package let main: WorkflowText?
  /// `runs.steps` of a composite action.
  package let steps: [Step]
  /// All `${{ }}` of the document, in their order.
  package let expressions: [EmbeddedExpression]
  /// Pieces that are not what GitHub asks for.
  package let problems: [WorkflowProblem]

  /// Whether it is made of steps.
  package var isComposite: Bool { using?.value == "composite" }

  /// Reads a document as an action.
  package init(_ document: YAMLDocument) {
    expressions = EmbeddedExpression.all(in: document)
    var reader = WorkflowReader(document, expressions)
    let root = document.root
    self.document = document
    name = reader.text(root["name"], "`name`")
    var inputs: [WorkflowTrigger.Input] = []
    for entry in reader.entries(root["inputs"], "`inputs`") {
      if let input = WorkflowTrigger.Input(entry, &reader) { inputs.append(input) }
    }
    self.inputs = inputs
    var outputs: [WorkflowEntry] = []
    for entry in reader.entries(root["outputs"], "`outputs`") {
      guard let name = reader.key(entry),
        let value = reader.text(entry.value["value"], "the output")
      else { continue }
      outputs.append(WorkflowEntry(key: name, value: value, span: entry.span))
    }
    self.outputs = outputs
    let runs = root["runs"]
    if runs?.entries == nil { reader.note(runs ?? root, "the action has no `runs`") }
    using = reader.text(runs?["using"], "`using`")
    image = reader.text(runs?["image"], "`image`")
    main = reader.text(runs?["main"], "`main`")
    steps = Step.all(runs?["steps"], &reader)
    reader.noteDuplicates()
    problems = reader.problems
  }
}
