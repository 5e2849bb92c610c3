// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// What a file says of a job, or of a template that jobs extend.
///
/// It never changes; it is an object because many jobs share one.
package final class GitLabDefinition: Sendable {
  /// Its key; `default` and the top level are definitions, too.
  package let name: Located<String>
  /// The path of its file.
  package let path: String
  /// What is written of it.
  package let node: YAMLNode
  /// From its key to its end.
  package let span: Range<Int>
  /// `extends`.
  package let extends: [WorkflowText]
  /// `stage`.
  package let stage: WorkflowText?
  /// `image`.
  package let image: GitLabImage?
  /// `services`.
  package let services: [GitLabImage]?
  /// `before_script`.
  package let beforeScript: GitLabScript?
  /// `script`.
  package let script: GitLabScript?
  /// `after_script`.
  package let afterScript: GitLabScript?
  /// `rules`.
  package let rules: [GitLabRule]?
  /// `only`: refs and kinds of pipelines for which the job runs, and further conditions.
  package let only: GitLabFilter?
  /// `except`.
  package let except: GitLabFilter?
  /// `when`.
  package let when: WorkflowText?
  /// `environment`.
  package let environment: GitLabEnvironment?
  /// `id_tokens`.
  package let idTokens: [GitLabIDToken]
  /// `secrets`: the variables that a vault gives.
  package let secrets: [Located<String>]
  /// `variables`, by their names.
  package let variables: [String: WorkflowEntry]
  /// `needs`: the jobs that must have ended; nil where the stages decide.
  package let needs: [WorkflowText]?
  /// `dependencies`: the jobs whose artifacts it fetches.
  package let dependencies: [WorkflowText]?
  /// `artifacts: paths`.
  package let artifacts: [WorkflowText]
  /// `trigger: include`, or `trigger: project`.
  package let trigger: GitLabTrigger?
  /// `resource_group`: jobs of one group wait for each other.
  package let resourceGroup: WorkflowText?
  /// `interruptible`.
  package let interruptible: WorkflowText?
  /// `allow_failure`, where it is a text.
  package let allowFailure: WorkflowText?
  /// `inherit: default`, where it is a text.
  package let inheritsDefaults: WorkflowText?
  /// `parallel: matrix`, as it is written.
  package let matrix: YAMLNode?
  /// The key `release`, by which GitLab makes a release of the forge.
  package let release: Range<Int>?

  /// Jobs of which more is written are read so far.
  static let mostNeeds = 200

  init(
    _ name: Located<String>, _ node: YAMLNode, _ span: Range<Int>, _ path: String,
    _ reader: inout WorkflowReader, keys: Set<String>? = nil
  ) {
    self.name = name
    self.path = path
    self.node = node
    self.span = span
    var entries: [String: YAMLEntry] = [:]
    Self.collect(node, &entries, level: 0)
    if let keys { entries = entries.filter { keys.contains($0.key) } }
    let document = reader.document
    func text(_ key: String, _ reader: inout WorkflowReader) -> WorkflowText? {
      reader.text(entries[key]?.value, "`\(key)`")
    }
    extends = Array(reader.texts(entries["extends"]?.value, "`extends`").prefix(Self.mostNeeds))
    stage = text("stage", &reader)
    image = entries["image"].flatMap { GitLabImage($0.value, &reader) }
    services = entries["services"].map { entry in
      reader.items(entry.value, "`services`").compactMap { GitLabImage($0, &reader) }
    }
    func script(_ key: String) -> GitLabScript? {
      entries[key].map { GitLabScript($0, path, document) }
    }
    beforeScript = script("before_script")
    self.script = script("script")
    afterScript = script("after_script")
    rules = entries["rules"].map { GitLabRule.all($0.value, &reader) }
    only = entries["only"].map { GitLabFilter($0, &reader) }
    except = entries["except"].map { GitLabFilter($0, &reader) }
    when = text("when", &reader)
    environment = entries["environment"].flatMap { GitLabEnvironment($0, &reader) }
    var tokens: [GitLabIDToken] = []
    for entry in reader.entries(entries["id_tokens"]?.value, "`id_tokens`") {
      if let token = GitLabIDToken(entry, path, &reader) { tokens.append(token) }
    }
    idTokens = tokens
    secrets = reader.entries(entries["secrets"]?.value, "`secrets`").compactMap { entry in
      entry.key.string.map { Located($0, entry.key.resolved.span) }
    }
    var variables: [String: WorkflowEntry] = [:]
    var written: [String: YAMLEntry] = [:]
    if let node = entries["variables"]?.value { Self.collect(node, &written, level: 0) }
    for (name, entry) in written {
      // A variable of the pipeline may be described: `value` and `description`.
      let value = entry.value.entries == nil ? entry.value : entry.value["value"]
      guard let value, let text = WorkflowText(value, in: document) else { continue }
      variables[name] = WorkflowEntry(
        key: Located(name, entry.key.resolved.span), value: text, span: entry.span)
    }
    self.variables = variables
    needs = entries["needs"].map { entry in
      (entry.value.items ?? [entry.value]).prefix(Self.mostNeeds).compactMap { item in
        item.entries == nil
          ? item.isNull ? nil : WorkflowText(item, in: document)
          : item["pipeline"] ?? item["project"] == nil
            ? item["job"].flatMap { WorkflowText($0, in: document) } : nil
      }
    }
    dependencies = entries["dependencies"].map {
      Array(reader.texts($0.value, "`dependencies`").prefix(Self.mostNeeds))
    }
    artifacts = reader.texts(entries["artifacts"]?.value["paths"], "`paths`")
    trigger = entries["trigger"].map { GitLabTrigger($0, &reader) }
    resourceGroup = text("resource_group", &reader)
    interruptible = text("interruptible", &reader)
    allowFailure = entries["allow_failure"].flatMap { WorkflowText($0.value, in: document) }
    inheritsDefaults = entries["inherit"]?.value["default"].flatMap {
      WorkflowText($0, in: document)
    }
    matrix = entries["parallel"]?.value["matrix"]
    release = entries["release"].flatMap { $0.value.isNull ? nil : $0.key.resolved.span }
  }

  /// The entries of a mapping with those of what is merged into it (`<<`); nearer ones win.
  private static func collect(
    _ node: YAMLNode, _ entries: inout [String: YAMLEntry], level: Int
  ) {
    var merged: [YAMLNode] = []
    for entry in node.entries ?? [] {
      guard let key = entry.key.string else { continue }
      if key == "<<" {
        merged += entry.value.items ?? [entry.value]
      } else if entries[key] == nil {
        entries[key] = entry
      }
    }
    guard level < 16 else { return }
    for node in merged { collect(node, &entries, level: level + 1) }
  }
}
