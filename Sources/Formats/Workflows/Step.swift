// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// A step of a job or of a composite action.
///
/// It never changes; it is an object because rules hand it on often.
package final class Step: Sendable {
  /// `id`.
  package let id: WorkflowText?
  /// `name`.
  package let name: WorkflowText?
  /// `if`.
  package let condition: Condition?
  /// `uses`.
  package let uses: UsesReference?
  /// `run`.
  package let run: WorkflowText?
  /// The programs that `run` calls, read as a script of POSIX shells; their bytes count in its value.
  package let invocations: [ShellInvocation]
  /// `shell`.
  package let shell: WorkflowText?
  /// `working-directory`.
  package let workingDirectory: WorkflowText?
  /// `with`.
  package let with: WorkflowMapping?
  /// `env`.
  package let env: WorkflowMapping?
  /// `continue-on-error`.
  package let continueOnError: WorkflowText?
  /// What is written of it.
  package let node: YAMLNode
  /// Its place among the steps, from 0.
  package let index: Int

  /// Its bytes.
  package var span: Range<Int> { node.resolved.span }

  /// The entry of a key as it is written, such as `uses`.
  package func entry(_ key: String) -> YAMLEntry? { node.entry(key) }

  /// Whether it uses the action `owner/repository[/subpath]`, whatever its ref.
  package func uses(_ action: String) -> Bool { uses?.isAction(action) ?? false }

  init(_ node: YAMLNode, index: Int, _ reader: inout WorkflowReader) {
    self.node = node
    self.index = index
    if node.entries == nil { reader.note(node, "the step is not a mapping") }
    id = reader.text(node["id"], "`id`")
    name = reader.text(node["name"], "`name`")
    condition = Condition(node.entry("if"), &reader)
    let document = reader.document
    uses = reader.text(node["uses"], "`uses`").map { UsesReference($0, in: document) }
    run = reader.text(node["run"], "`run`")
    // Nearly every rule asks for them, and reading a script costs more than keeping what it calls.
    invocations = run.map { ShellScript($0.value).invocations } ?? []
    shell = reader.text(node["shell"], "`shell`")
    workingDirectory = reader.text(node["working-directory"], "`working-directory`")
    with = reader.mapping(node["with"], "`with`")
    env = reader.mapping(node["env"], "`env`")
    continueOnError = reader.text(node["continue-on-error"], "`continue-on-error`")
    if node.entries != nil, uses == nil, run == nil {
      reader.note(node, "the step has neither `uses` nor `run`")
    }
    if uses != nil, run != nil { reader.note(node, "the step has both `uses` and `run`") }
  }

  static func all(_ node: YAMLNode?, _ reader: inout WorkflowReader) -> [Step] {
    var steps: [Step] = []
    for item in reader.items(node, "`steps`") {
      // Steps that run beside each other stand in a list of their own.
      for part in item["parallel"]?.items ?? [item] {
        steps.append(Step(part, index: steps.count, &reader))
      }
    }
    return steps
  }
}

/// An `if:`: an expression, with or without `${{ }}`.
package struct Condition: Hashable, Sendable {
  /// The text.
  package let text: WorkflowText
  /// The bytes of the key `if`.
  package let key: Range<Int>
  /// The expressions: the whole text where it has no `${{ }}`.
  package let expressions: [EmbeddedExpression]

  /// Whether text stands around `${{ }}`, so that GitHub takes the result for a text that is not
  /// empty: the condition always holds.
  package var isAlwaysTrue: Bool { text.hasExpressions && !text.isExpression }

  /// The expression that decides; nil where it does not parse or always holds.
  package var expression: Expression? {
    expressions.count == 1 && !isAlwaysTrue ? expressions[0].expression : nil
  }

  init?(_ entry: YAMLEntry?, _ reader: inout WorkflowReader) {
    guard let entry, let text = reader.text(entry.value, "`if`") else { return nil }
    self.text = text
    key = entry.key.resolved.span
    if text.hasExpressions {
      expressions = text.expressions
    } else {
      let whole = 0..<text.value.utf8.count
      expressions = [
        EmbeddedExpression(
          range: whole, source: text.value,
          span: text.span(of: whole, in: reader.document))
      ]
    }
  }
}
