// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// The lines of a `script`, `before_script` or `after_script`.
package final class GitLabScript: Sendable {
  /// A line, or what stands in its place.
  package enum Part: Sendable {
    /// A command or several.
    case text(WorkflowText)
    /// `!reference [job, key]`: the lines of another job.
    case reference(job: String, key: String)
  }

  /// The lines, in their order.
  package let parts: [Part]
  /// The key, such as `before_script`.
  package let key: Located<String>
  /// The value.
  package let node: YAMLNode
  /// The path of its file.
  package let path: String

  init(_ entry: YAMLEntry, _ path: String, _ document: YAMLDocument) {
    var parts: [Part] = []
    func add(_ node: YAMLNode, _ level: Int) {
      if let reference = GitLabReference(node) {
        parts.append(.reference(job: reference.job, key: reference.key))
      } else if let items = node.items {
        if level < 10 { for item in items { add(item, level + 1) } }
      } else if !node.isNull, let text = WorkflowText(node, in: document) {
        parts.append(.text(text))
      }
    }
    add(entry.value, 0)
    self.parts = parts
    key = Located(entry.key.string ?? "", entry.key.resolved.span)
    node = entry.value
    self.path = path
  }

  /// The lines that stand in it.
  package var texts: [WorkflowText] {
    parts.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }
}

/// `!reference [job, key]`.
struct GitLabReference {
  let job: String
  let key: String

  init?(_ node: YAMLNode) {
    guard node.resolved.tag == "!reference", let items = node.items, items.count >= 2,
      let job = items[0].string, let key = items[1].string
    else { return nil }
    self.job = job
    self.key = key
  }
}

/// An image that a job or a service runs in.
package struct GitLabImage: Sendable {
  /// Its name.
  package let name: WorkflowText

  init?(_ node: YAMLNode, _ reader: inout WorkflowReader) {
    if GitLabReference(node) != nil { return nil }
    guard let name = reader.text(node.entries == nil ? node : node["name"], "the image") else {
      return nil
    }
    self.name = name
  }
}

/// A rule that says whether a job, or a whole pipeline, runs.
package struct GitLabRule: Sendable {
  /// `if`.
  package let condition: WorkflowText?
  /// The hidden text that stands for `if`: `!reference [.name]`.
  package let namedCondition: String?
  /// `when`.
  package let when: WorkflowText?
  /// Whether it also asks that files have changed: `changes`.
  package let hasChanges: Bool
  /// Whether it also asks that files are there: `exists`.
  package let hasFiles: Bool
  /// The job whose rules stand here: `!reference [job, rules]`.
  package let reference: String?
  /// Its bytes.
  package let span: Range<Int>

  static func all(_ node: YAMLNode, _ reader: inout WorkflowReader) -> [GitLabRule] {
    var rules: [GitLabRule] = []
    func add(_ node: YAMLNode, _ level: Int) {
      if let reference = GitLabReference(node) {
        rules.append(
          GitLabRule(
            condition: nil, namedCondition: nil, when: nil, hasChanges: false, hasFiles: false,
            reference: reference.job, span: node.resolved.span))
      } else if let items = node.items {
        if level < 10 { for item in items { add(item, level + 1) } }
      } else if node.entries != nil {
        let condition = node["if"]
        let named = condition?.resolved.tag == "!reference" ? condition?.items?.first : nil
        rules.append(
          GitLabRule(
            condition: named == nil ? reader.text(condition, "`if`") : nil,
            namedCondition: named?.string, when: reader.text(node["when"], "`when`"),
            hasChanges: node["changes"].map { !$0.isNull } ?? false,
            hasFiles: node["exists"].map { !$0.isNull } ?? false,
            reference: nil, span: node.resolved.span))
      } else if !node.isNull {
        reader.note(node, "the rule is not a mapping")
      }
    }
    add(node, 0)
    return rules
  }
}

/// `only` or `except`.
package struct GitLabFilter: Sendable {
  /// Branches, tags, patterns and kinds of pipelines.
  package let refs: [WorkflowText]
  /// `variables`: conditions of which one must hold; nil where none are written.
  package let conditions: [WorkflowText]?
  /// Whether it also asks that files have changed: `changes`.
  package let hasChanges: Bool
  /// From the key to the end.
  package let span: Range<Int>

  init(_ entry: YAMLEntry, _ reader: inout WorkflowReader) {
    let node = entry.value
    let isMapping = node.entries != nil
    refs = reader.texts(isMapping ? node["refs"] : node, "`refs`")
    conditions =
      isMapping ? node["variables"].map { reader.texts($0, "`variables`") } : nil
    hasChanges = isMapping && node["changes"] != nil
    span = entry.span
  }
}

/// A job's environment.
package struct GitLabEnvironment: Sendable {
  /// Its name.
  package let name: WorkflowText
  /// `action`: `start` where not written; `prepare`, `verify` and `access` deploy nothing.
  package let action: WorkflowText?
  /// The bytes of the key.
  package let key: Range<Int>

  init?(_ entry: YAMLEntry, _ reader: inout WorkflowReader) {
    let node = entry.value
    let isMapping = node.entries != nil
    guard let name = reader.text(isMapping ? node["name"] : node, "`environment`") else {
      return nil
    }
    self.name = name
    action = isMapping ? reader.text(node["action"], "`action`") : nil
    key = entry.key.resolved.span
  }
}

/// An identity token that a job gets: an entry of `id_tokens`.
package struct GitLabIDToken: Sendable {
  /// The variable that holds it.
  package let name: Located<String>
  /// For whom it is: `aud`.
  package let audiences: [WorkflowText]
  /// The path of its file.
  package let path: String

  init?(_ entry: YAMLEntry, _ path: String, _ reader: inout WorkflowReader) {
    guard let name = reader.key(entry) else { return nil }
    self.name = name
    self.path = path
    audiences = reader.texts(entry.value["aud"], "`aud`")
    if audiences.isEmpty { reader.note(entry.key, "the token `\(name.value)` has no `aud`") }
  }
}

/// The pipeline that a job starts: `trigger`.
package struct GitLabTrigger: Sendable {
  /// The files of the child pipeline, where it is one of the same project.
  package let includes: [GitLabInclude]
  /// The other project whose pipeline starts.
  package let project: WorkflowText?

  init(_ entry: YAMLEntry, _ reader: inout WorkflowReader) {
    let node = entry.value
    let isMapping = node.entries != nil
    includes = isMapping ? GitLabInclude.all(node["include"], &reader) : []
    project = reader.text(isMapping ? node["project"] : node, "`trigger`")
  }
}
