// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Words of a script that put one line into an environment file, whatever a stranger does.
struct OneLineValues {
  private let site: StepSite
  private let checked: CheckedVariables

  init(_ site: StepSite, _ commands: [ShellCommand]) {
    self.site = site
    checked = CheckedVariables(commands, in: site.document.bytes)
  }

  /// Whether a command of `echo` or `printf` writes nothing that others choose.
  ///
  /// In GITHUB_ENV a value without line breaks does no harm behind a name that is written; in
  /// GITHUB_PATH only what strangers do not choose at all.
  func areKept(by command: ShellCommand, in file: String) -> Bool {
    var isNamed = file == "GITHUB_PATH"
    if command.program == "printf", let format = command.words.dropFirst().first {
      let text = format.text
      guard format.isLiteral else { return false }
      if let equals = text.firstIndex(of: "="), let percent = text.firstIndex(of: "%") {
        isNamed =
          isNamed
          || equals < percent && text[percent...].dropFirst().first == "s"
            && !text[percent...].dropFirst().contains("%")
      }
    }
    return command.words.allSatisfy { word in
      word.isLiteral
        || isKept(word.text, isNamed, file == "GITHUB_PATH", before: command.span.lowerBound)
    }
  }

  private func isKept(
    _ text: String, _ isNamed: Bool, _ isPath: Bool, before place: Int
  ) -> Bool {
    if text.contains("`") || text.contains("$(") { return false }
    var rest = text[...]
    var isNamed = isNamed
    while let dollar = rest.firstIndex(of: "$") {
      isNamed = isNamed || rest[..<dollar].contains("=")
      guard isNamed else { return false }
      rest = rest[rest.index(after: dollar)...]
      if rest.hasPrefix("{{") {
        guard let end = rest.firstRange(of: "}}") else { return false }
        guard
          let expression = try? Expression(parsing: String(rest[..<end.lowerBound].dropFirst(2))),
          expression.contexts.allSatisfy({ isKept(context: $0, isPath) })
        else { return false }
        rest = rest[end.upperBound...]
        continue
      }
      let isBraced = rest.first == "{"
      if isBraced { rest = rest.dropFirst() }
      let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      guard !name.isEmpty, isKept(variable: String(name), isPath, before: place) else {
        return false
      }
      rest = rest[name.endIndex...]
      guard isBraced else { continue }
      guard let end = rest.firstIndex(of: "}") else { return false }
      // Parts of the value and fixed texts in its place; `@E` would make line breaks.
      let change = rest[..<end]
      guard !change.contains("$"), !change.contains("@") else { return false }
      rest = rest[rest.index(after: end)...]
    }
    return true
  }

  /// Variables of every job that hold one line.
  private static let variables: Set<String> = [
    "GITHUB_REPOSITORY", "GITHUB_REPOSITORY_OWNER", "GITHUB_REPOSITORY_ID", "GITHUB_SHA",
    "GITHUB_RUN_ID", "GITHUB_RUN_NUMBER", "GITHUB_RUN_ATTEMPT", "GITHUB_WORKSPACE", "GITHUB_JOB",
    "GITHUB_SERVER_URL", "GITHUB_API_URL", "GITHUB_EVENT_NAME", "GITHUB_ACTION_PATH",
    "GITHUB_REF_TYPE", "GITHUB_ACTOR", "RUNNER_OS", "RUNNER_ARCH", "RUNNER_TEMP",
    "RUNNER_TOOL_CACHE", "RUNNER_NAME", "HOME", "PWD", "PATH", "USER",
  ]

  /// Variables with names of branches, which have no line breaks but may be a stranger's.
  private static let branches: Set<String> = [
    "GITHUB_REF", "GITHUB_REF_NAME", "GITHUB_HEAD_REF", "GITHUB_BASE_REF",
  ]

  private func isKept(variable name: String, _ isPath: Bool, before place: Int) -> Bool {
    if checked.contains(name, before: place) { return true }
    if Self.variables.contains(name) { return true }
    if Self.branches.contains(name) { return !isPath }
    for env in [site.step.env, site.job?.env, site.workflow?.env] {
      guard let env else { continue }
      if env.expression != nil { return false }
      guard let value = env[name] else { continue }
      return value.expressions.allSatisfy { embedded in
        embedded.expression?.contexts.allSatisfy { isKept(context: $0, isPath) } ?? false
      }
    }
    return false
  }

  private static let refs: Set<String> = [
    "github.ref", "github.ref_name", "github.head_ref", "github.base_ref",
    "github.event.pull_request.head.ref", "github.event.pull_request.base.ref",
    "github.event.workflow_run.head_branch",
  ]

  private func isKept(context path: String, _ isPath: Bool) -> Bool {
    if Self.refs.contains(path) { return !isPath }
    if path == "github.actor" || path.hasPrefix("runner.") || path.hasPrefix("vars.") {
      return true
    }
    return RunValue(path: path) == .fixed
      || path.hasPrefix("github.event.")
        && [".sha", ".head_sha", ".login", ".number"].contains { path.hasSuffix($0) }
  }
}
