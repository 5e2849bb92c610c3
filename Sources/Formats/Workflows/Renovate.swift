// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// A configuration of Renovate, in JSON or JSON5
/// (<https://docs.renovatebot.com/configuration-options/>).
///
/// Nothing is refused: a piece that is not what Renovate asks for is left out and named in
/// `problems`.
package struct Renovate: Sendable {
  /// What is set at the top, for some packages or for one manager.
  package struct Settings: Sendable {
    /// The managers that it is for (`matchManagers`, or the key that it stands under).
    package let managers: [String]
    /// The kinds of updates that it is for: `matchUpdateTypes`.
    package let updateTypes: [String]
    /// Whether it is for some packages only, by anything but managers and kinds of updates.
    package let isNarrow: Bool
    /// `enabled`.
    package let enabled: WorkflowText?
    /// `automerge`.
    package let automerge: WorkflowText?
    /// `minimumReleaseAge`, or `stabilityDays` of older versions.
    package let minimumReleaseAge: WorkflowText?
    /// `groupName`.
    package let groupName: WorkflowText?
    /// `pinDigests`.
    package let pinDigests: WorkflowText?
    /// `extends`.
    package let extends: [WorkflowText]
    /// What is written of it.
    package let node: YAMLNode

    init(_ node: YAMLNode, manager: String? = nil, _ reader: inout WorkflowReader) {
      self.node = node
      let named = reader.texts(node["matchManagers"], "`matchManagers`").map(\.value)
      managers = manager.map { [$0] } ?? (Self.isEverything(node["matchManagers"]) ? [] : named)
      updateTypes = reader.texts(node["matchUpdateTypes"], "`matchUpdateTypes`").map(\.value)
      let wide = ["matchManagers", "matchUpdateTypes"]
      isNarrow = (node.entries ?? []).contains { entry in
        let key = entry.key.string ?? ""
        return Self.olderMatchers.contains(key)
          || !wide.contains(key) && (key.hasPrefix("match") || key.hasPrefix("exclude"))
            && !(key.hasPrefix("match") && Self.isEverything(entry.value))
      }
      enabled = reader.text(node["enabled"], "`enabled`")
      automerge = reader.text(node["automerge"], "`automerge`")
      minimumReleaseAge = reader.text(
        node["minimumReleaseAge"] ?? node["stabilityDays"], "`minimumReleaseAge`")
      groupName = reader.text(node["groupName"], "`groupName`")
      pinDigests = reader.text(node["pinDigests"], "`pinDigests`")
      extends = reader.texts(node["extends"], "`extends`")
    }

    // What older versions called `matchPackageNames` and the like; it is still taken.
    private static let olderMatchers: Set<String> = [
      "packageName", "packageNames", "packagePatterns", "depTypeList", "paths", "languages",
      "baseBranchList", "sourceUrlPrefixes", "datasources", "managers", "updateTypes",
    ]

    // Whether a list of patterns matches everything; one with `!` leaves something out.
    private static func isEverything(_ node: YAMLNode?) -> Bool {
      let texts = node?.items.map { $0.map { $0.string ?? "!" } } ?? [node?.string ?? ""]
      return texts.contains { ["*", "**", "**/*", ".*", "/.*/"].contains($0) }
        && !texts.contains { $0.hasPrefix("!") }
    }

    /// Whether it holds for updates of a manager, as far as its own words say.
    package func isFor(_ manager: String) -> Bool {
      managers.isEmpty || managers.contains(manager)
    }
  }

  /// The document.
  package let document: YAMLDocument
  /// What is set at the top.
  package let settings: Settings
  /// `packageRules`, and what is set for single managers, in their order.
  package let rules: [Settings]
  /// `enabledManagers`; nil where all are.
  package let enabledManagers: [WorkflowText]?
  /// `ignorePaths`: files in which nothing is updated.
  package let ignorePaths: [WorkflowText]
  /// Pieces that are not what Renovate asks for.
  package let problems: [WorkflowProblem]

  /// Reads a file.
  ///
  /// - Throws: ``YAMLError``.
  package init(
    parsing bytes: [UInt8], limits: YAMLLimits = YAMLLimits()
  ) throws(YAMLError) {
    document = try YAMLDocument(parsingRelaxedJSON: bytes, limits: limits)
    var reader = WorkflowReader(document)
    let root = document.root
    if root.entries == nil { reader.note(root, "the configuration is not an object") }
    settings = Settings(root, &reader)
    var rules: [Settings] = []
    for manager in ["github-actions", "gitlabci", "cloudbuild", "pip_requirements", "pep621"] {
      if let node = root[manager], node.entries != nil {
        rules.append(Settings(node, manager: manager, &reader))
      }
    }
    for node in reader.items(root["packageRules"], "`packageRules`") {
      rules.append(Settings(node, &reader))
    }
    self.rules = rules
    enabledManagers = root["enabledManagers"].map { reader.texts($0, "`enabledManagers`") }
    ignorePaths = reader.texts(root["ignorePaths"], "`ignorePaths`")
    reader.noteDuplicates()
    problems = reader.problems
  }
}
