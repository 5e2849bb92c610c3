// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

extension CloudBuildFile {
  /// What a step does for a release: the program that it calls with its arguments, or its script.
  func actions(of step: CloudBuild.Step) -> [ScriptAction] {
    for text in [step.script, step.shellArgument] {
      guard let text else { continue }
      return ScriptReader.actions(in: text, build.document, path).map(resolved)
    }
    guard let command = step.command, let invocation = ShellInvocation(command) else { return [] }
    let finder = RoleFinder(document: build.document)
    // The executor of kaniko pushes what it builds.
    if invocation.program == "executor", invocation.hasOption("--destination") {
      return [action(.publish(.containerImage), "kaniko", invocation)]
    }
    return finder.role(of: invocation, env: []).map { role, means in
      [action(ScriptReader.target(role, of: invocation), means, invocation)]
    } ?? []
  }

  // An index that a substitution names, whose value stands in the file.
  private func resolved(_ action: ScriptAction) -> ScriptAction {
    guard action.role == .publish(.other) else { return action }
    let isPyPI = (build.substitutions?.entries ?? []).contains { entry in
      entry.value.value.holds("upload.pypi.org")
        && action.arguments.contains { $0.mentions("$" + entry.key.value) }
    }
    return isPyPI ? action.moved(to: .pypi) : action
  }

  private func action(
    _ role: ReleaseRole, _ means: String, _ invocation: ShellInvocation
  ) -> ScriptAction {
    ScriptAction(
      role: role, means: means, place: Finding.Place(path, invocation.range),
      arguments: invocation.arguments.map(\.text))
  }

  /// The steps that publish to PyPI.
  var publications: [(step: CloudBuild.Step, action: ScriptAction)] {
    build.steps.flatMap { step in
      actions(of: step).filter { $0.role == .publish(.pypi) }.map { (step, $0) }
    }
  }

  /// A repair; nil where the edit is refused.
  func repair(
    _ title: String, _ safety: ProposedFix.Safety = .needsReview,
    _ edits: () throws(YAMLEditRefusal) -> [SourceEdit]
  ) -> ProposedFix? {
    build.document.fix(title, safety, in: path, edits)
  }

  /// Writes an entry of a mapping at the top, such as `options`; with the mapping, where there is
  /// none.
  func setting(
    _ key: String, to value: String, in name: String
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    let document = build.document
    guard !ProjectFiles.isYAML(path) else {
      return try document.setting(key, to: .scalar(value), in: name, of: document.root)
    }
    guard let mapping = document.root[name] else {
      return try document.insertingJSON(
        name, .object([(key, .string(value))]), into: document.root)
    }
    return try document.settingJSON(key, to: .string(value), in: mapping)
  }
}

extension AuditedProject {
  /// Looks at each build of Cloud Build that is about something.
  func buildFindings(
    _ about: String, _ body: (CloudBuildFile, inout [Finding]) -> Bool
  ) -> RuleOutcome {
    guard !pipelines.builds.isEmpty else { return .noCloudBuild }
    var findings: [Finding] = []
    var isAbout = false
    for file in pipelines.builds where body(file, &findings) { isAbout = true }
    return isAbout ? .examined(findings) : .notApplicable(about)
  }
}
