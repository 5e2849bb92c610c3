// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// A file of GitLab CI/CD as it is written, with the place of everything in it
/// (<https://docs.gitlab.com/ci/yaml/>).
///
/// Nothing is refused: a piece that is not what GitLab asks for is left out and named in `problems`.
/// What files include and jobs extend is put together by ``GitLabPipeline``.
package struct GitLabFile: Sendable {
  /// Its path in the project.
  package let path: String
  /// The document; of a component, what stands behind its header.
  package let document: YAMLDocument
  /// `include`.
  package let includes: [GitLabInclude]
  /// `stages`, in their order; nil where not written.
  package let stages: [WorkflowText]?
  /// `workflow: rules`; nil where not written.
  package let workflowRules: [GitLabRule]?
  /// What holds for jobs that do not say otherwise: `default`, and the same keys outside of it.
  package let defaults: [GitLabDefinition]
  /// The jobs, and the templates that jobs extend, in their order.
  package let definitions: [GitLabDefinition]
  /// The texts under hidden keys, for `!reference [.name]`.
  package let texts: [String: WorkflowText]
  /// Pieces that are not what GitLab asks for.
  package let problems: [WorkflowProblem]

  private static let globals: Set<String> = [
    "default", "include", "stages", "types", "variables", "workflow", "image", "services", "cache",
    "before_script", "after_script", "spec", "<<",
  ]

  /// Reads a document.
  package init(_ document: YAMLDocument, path: String) {
    var reader = WorkflowReader(document)
    let root = document.root
    if root.entries == nil, !root.isNull {
      reader.note(root, "the pipeline is not a mapping")
    }
    self.path = path
    self.document = document
    includes = GitLabInclude.all(root["include"], &reader)
    stages = root["stages"].map { reader.texts($0, "`stages`") }
    workflowRules = root["workflow"]?["rules"].map { GitLabRule.all($0, &reader) }
    var defaults: [GitLabDefinition] = []
    if let entry = root.entry("default"), entry.value.entries != nil {
      defaults.append(
        GitLabDefinition(
          Located("default", entry.key.resolved.span), entry.value, entry.span, path, &reader))
    }
    if root.entries != nil {
      // Of the top level only what may stand there is about jobs.
      defaults.append(
        GitLabDefinition(
          Located("", root.span), root, root.span, path, &reader,
          keys: ["image", "services", "before_script", "after_script", "variables"]))
    }
    self.defaults = defaults
    var definitions: [GitLabDefinition] = []
    var texts: [String: WorkflowText] = [:]
    for entry in root.entries ?? [] {
      guard let name = reader.key(entry), !Self.globals.contains(name.value) else { continue }
      guard entry.value.entries != nil else {
        // Templates may be anything that an alias stands for.
        if name.value.hasPrefix(".") {
          texts[name.value] = WorkflowText(entry.value, in: document)
        } else {
          reader.note(entry.value, "the job `\(name.value)` is not a mapping")
        }
        continue
      }
      definitions.append(GitLabDefinition(name, entry.value, entry.span, path, &reader))
    }
    self.definitions = definitions
    self.texts = texts
    reader.noteDuplicates()
    problems = reader.problems
  }

  /// Parses a file: one document, or the header of a component (`spec`) and its document.
  ///
  /// - Throws: ``YAMLError``.
  package static func document(
    parsing bytes: [UInt8], limits: YAMLLimits = YAMLLimits()
  ) throws(YAMLError) -> YAMLDocument {
    do throws(YAMLError) {
      return try YAMLDocument(parsing: bytes, limits: limits)
    } catch {
      guard error.reason == .documents, let header = headerEnd(bytes) else { throw error }
      // Blanks in place of the header keep the places of all that follows.
      var rest = bytes
      for index in 0..<header where rest[index] != 0x0A && rest[index] != 0x0D {
        rest[index] = 0x20
      }
      return try YAMLDocument(parsing: rest, limits: limits)
    }
  }

  /// Whether a document looks like a pipeline: jobs with scripts and nothing of other systems.
  package static func isLike(_ document: YAMLDocument) -> Bool {
    let root = document.root
    guard let entries = root.entries, root["jobs"] == nil, root["on"] == nil,
      root["steps"] == nil, root["services"]?.entries == nil
    else { return false }
    if root["stages"]?.items != nil || root["include"] != nil { return true }
    return entries.contains { entry in
      let job = entry.value
      return job.entries != nil
        && (job["script"] != nil
          || job["stage"] != nil && (job["extends"] ?? job["trigger"] ?? job["image"]) != nil)
    }
  }

  // The end of the line `---` behind a header that begins with `spec`.
  private static func headerEnd(_ bytes: [UInt8]) -> Int? {
    let lines = SourceLines(bytes)
    var isHeader = false
    for line in 1...lines.count {
      let text = lines.contents(ofLine: line)
      if text.starts(with: "spec:".utf8) { isHeader = true }
      guard text.starts(with: "---".utf8), isHeader else { continue }
      return text.endIndex
    }
    return nil
  }
}

/// What a pipeline takes from elsewhere: an item of `include`.
package struct GitLabInclude: Sendable {
  /// Where from.
  package enum Source: Sendable {
    /// A file of the same repository.
    case local(WorkflowText)
    /// Files of another project, at a ref or the newest.
    case project(WorkflowText, ref: WorkflowText?)
    /// An address, with the digest that the file must have, where one is written.
    case remote(WorkflowText, integrity: WorkflowText?)
    /// A template that comes with GitLab.
    case template(WorkflowText)
    /// A component: `server/project/name@version`.
    case component(WorkflowText)
  }

  /// Where from.
  package let source: Source
  /// What is written of it.
  package let node: YAMLNode

  /// The text that names it.
  package var text: WorkflowText {
    switch source {
    case .local(let text), .project(let text, _), .remote(let text, _), .template(let text),
      .component(let text):
      text
    }
  }

  static func all(_ node: YAMLNode?, _ reader: inout WorkflowReader) -> [GitLabInclude] {
    guard let node, !node.isNull else { return [] }
    return (node.items ?? [node]).compactMap { item in
      if let text = item.string.flatMap({ _ in WorkflowText(item, in: reader.document) }) {
        let isAddress = text.value.hasPrefix("https://") || text.value.hasPrefix("http://")
        return GitLabInclude(
          source: isAddress ? .remote(text, integrity: nil) : .local(text), node: item)
      }
      let source: Source
      if let text = reader.text(item["local"], "`local`") {
        source = .local(text)
      } else if let text = reader.text(item["project"], "`project`") {
        source = .project(text, ref: reader.text(item["ref"], "`ref`"))
      } else if let text = reader.text(item["remote"], "`remote`") {
        source = .remote(text, integrity: reader.text(item["integrity"], "`integrity`"))
      } else if let text = reader.text(item["template"], "`template`") {
        source = .template(text)
      } else if let text = reader.text(item["component"], "`component`") {
        source = .component(text)
      } else {
        // A file that an earlier job makes, as in `trigger: include: artifact`.
        if item["artifact"] == nil { reader.note(item, "the `include` names nothing") }
        return nil
      }
      return GitLabInclude(source: source, node: item)
    }
  }
}
