// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Finds what steps and jobs do for a release, by names of actions and commands.
struct RoleFinder {
  let document: YAMLDocument
  /// The variables around the steps: the workflow's and the job's.
  var env: [WorkflowMapping] = []

  /// What a job does that calls a reusable workflow of another repository.
  func sites(calling uses: UsesReference) -> [RoleSite] {
    guard let action = uses.action else { return [] }
    return RoleTable.workflows.filter { action.hasPrefix($0.name) }.flatMap { entry in
      entry.roles.map { role in
        RoleSite(
          role: role, step: nil, span: uses.text.span, means: action, files: [])
      }
    }
  }

  /// What a step does.
  func sites(of step: Step) -> [RoleSite] {
    if let uses = step.uses { return sites(of: step, uses) }
    guard let run = step.run else { return [] }
    let invocations = step.invocations
    let env = [step.env].compactMap { $0 } + env.reversed()
    let sites: [RoleSite] = invocations.compactMap { invocation in
      guard let (role, means) = role(of: invocation, env: env) else { return nil }
      return RoleSite(
        role: role, step: step.index, span: run.span(of: invocation.range, in: document),
        means: means, files: Self.files(of: invocation, means, invocations),
        command: invocation.range)
    }
    guard sites.allSatisfy({ $0.target == nil }) else { return sites }
    return sites + hidden(step, run, invocations)
  }

  /// A program of unknown purpose that is given the token of an index: `tox -e release` with
  /// `TWINE_PASSWORD`.
  private func hidden(
    _ step: Step, _ run: WorkflowText, _ invocations: [ShellInvocation]
  ) -> [RoleSite] {
    guard let env = step.env,
      let token = env.entries.first(where: { entry in
        RoleTable.tokens.contains(entry.key.value)
          && entry.value.expressions.contains {
            ($0.expression?.contexts ?? []).contains { $0.hasPrefix("secrets.") }
          }
      }),
      let invocation = invocations.last(where: { RoleTable.runsOthers($0) })
    else { return [] }
    let isRehearsal =
      env.entries.contains { isTest($0.value.value) } || isTest(run.value)
      || token.value.value.lowercased().contains("test")
    return [
      RoleSite(
        role: .publish(isRehearsal ? .testPyPI : .pypi), step: step.index,
        span: run.span(of: invocation.range, in: document),
        means: "\(invocation.program) with \(token.key.value)", files: [],
        command: invocation.range)
    ]
  }

  private func sites(of step: Step, _ uses: UsesReference) -> [RoleSite] {
    guard let action = uses.action else { return [] }
    var seen: Set<ReleaseRole> = []
    return RoleTable.actions.filter { $0.name == action }.compactMap { entry in
      guard let role = role(entry.role, of: step, action), seen.insert(role).inserted else {
        return nil
      }
      let files = step.with?[entry.files]?.value ?? ""
      return RoleSite(
        role: role, step: step.index, span: uses.text.span, means: action,
        files: files.split(whereSeparator: \.isNewline).map(String.init))
    }
  }

  /// The role of an action with its inputs, which may turn it into another.
  private func role(_ role: ReleaseRole, of step: Step, _ action: String) -> ReleaseRole? {
    let with = step.with
    switch action {
    case "pypa/gh-action-pypi-publish":
      let url = with?["repository-url"] ?? with?["repository_url"]
      if url?.value.isOtherIndex ?? false { return .publish(.other) }
      return isTest(url?.value) ? .publish(.testPyPI) : role
    case "docker/build-push-action", "docker/bake-action":
      let outputs = with?["outputs"]?.value ?? ""
      let push = with?["push"]?.value ?? "false"
      let isPushed = push != "false" || outputs.contains("push=true")
      return isPushed ? role : .build(.image)
    case "goreleaser/goreleaser-action":
      let arguments = with?["args"]?.value ?? ""
      if arguments.contains("--snapshot") || arguments.contains("--skip=publish")
        || arguments.contains("--skip-publish") || !arguments.contains("release")
      {
        return .build(.other)
      }
      return role
    case "sigstore/gh-action-sigstore-python": return role
    case "pyo3/maturin-action":
      let command = with?["command"]?.value ?? "build"
      return command == "publish" || command == "upload" ? .publish(.pypi) : role
    default: return role
    }
  }

  /// What a program does that is called with these variables around it, nearer ones first.
  func role(
    of invocation: ShellInvocation, env: [WorkflowMapping]
  ) -> (ReleaseRole, means: String)? {
    guard RoleTable.programs.contains(invocation.program) || Self.isPython(invocation) else {
      return nil
    }
    // What only shows what it would do, or how.
    for option in ["--dry-run", "--help", "-h", "--version"] where invocation.hasOption(option) {
      return nil
    }
    if Self.isPython(invocation) { return Self.setup(invocation) }
    for (words, role) in RoleTable.commands where Self.matches(invocation, words) {
      let means =
        words.first == "-m"
        ? "python \(words.joined(separator: " "))"
        : words.joined(separator: " ")
      if case .publish(.pypi) = role, let index = index(invocation, env) {
        if index.isOtherIndex { return (.publish(.other), means) }
        if isTest(index) || index == "test" { return (.publish(.testPyPI), means) }
      }
      if role == .build(.image), invocation.hasOption("--push") {
        return (.publish(.containerImage), "\(means) --push")
      }
      return (role, means)
    }
    return nil
  }

  private static func isPython(_ invocation: ShellInvocation) -> Bool {
    invocation.program == "setup.py" || invocation.program.hasPrefix("python")
  }

  private static func matches(_ invocation: ShellInvocation, _ words: [String]) -> Bool {
    if words[0] == "-m" {
      return invocation.isModule && invocation.program == words[1]
    }
    guard invocation.program == words[0] else { return false }
    let rest = Array(words.dropFirst())
    guard let last = rest.last else { return true }
    if last.hasPrefix("-") {
      return invocation.hasOption(last) && invocation.isSubcommand(Array(rest.dropLast()))
    }
    return invocation.isSubcommand(rest)
  }

  private static func setup(_ invocation: ShellInvocation) -> (ReleaseRole, means: String)? {
    let words = invocation.arguments.map(\.text)
    guard invocation.program == "setup.py" || words.contains(where: { $0.hasSuffix("setup.py") })
    else { return nil }
    if words.contains("upload") { return (.publish(.pypi), "setup.py upload") }
    for name in ["sdist", "bdist_wheel"] where words.contains(name) {
      return (.build(.python), "setup.py \(name)")
    }
    return nil
  }

  private func isTest(_ url: String?) -> Bool {
    guard let url = url?.lowercased() else { return false }
    return url.contains("test.pypi.org") || url.contains("testpypi")
  }

  /// The name or address of the index that an upload is given; nil for the usual one.
  private func index(_ invocation: ShellInvocation, _ env: [WorkflowMapping]) -> String? {
    let options = [
      "--repository", "-r", "--repository-url", "--publish-url", "--index", "--repo",
    ]
    for option in options {
      if let value = invocation.option(option) { return value }
    }
    let variables = [
      "TWINE_REPOSITORY", "TWINE_REPOSITORY_URL", "UV_PUBLISH_URL", "UV_PUBLISH_INDEX",
      "HATCH_INDEX_REPO", "FLIT_INDEX_URL", "MATURIN_REPOSITORY", "MATURIN_REPOSITORY_URL",
    ]
    for mapping in env {
      for name in variables {
        if let value = mapping[name]?.value { return value }
      }
    }
    return nil
  }

  /// The words that are neither options nor the command's own, and not the value of an option; a
  /// variable of a loop stands for the words that it goes through.
  private static func files(
    of invocation: ShellInvocation, _ means: String, _ others: [ShellInvocation]
  ) -> [String] {
    let known = Set(means.split(separator: " ").map(String.init))
    var files: [String] = []
    var isValue = false
    for word in invocation.arguments.map(\.text) {
      let follows = isValue
      isValue = valued.contains(word)
      guard !follows, !word.hasPrefix("-"), !known.contains(word), !word.contains("://") else {
        continue
      }
      if word.hasPrefix("$") {
        let name = word.drop { "${".contains($0) }.prefix { $0 != "}" }
        let loop = others.first { other in
          other.program == "for" && other.arguments.first.map { $0.text == name } ?? false
            && other.arguments.dropFirst().first?.text == "in"
        }
        files += loop.map { $0.arguments.dropFirst(2).map(\.text) } ?? [word]
      } else if word.contains(where: { "/*.".contains($0) }) {
        files.append(word)
      }
    }
    return files
  }

  // Options of what verifies and uploads whose value looks like a path.
  private static let valued: Set<String> = [
    "--repo", "-R", "--owner", "-o", "--signer-workflow", "--signer-repo", "--source-ref",
    "--source-uri", "--source-tag", "--cert-identity", "--certificate-identity", "--predicate-type",
    "--cert-oidc-issuer", "--certificate-oidc-issuer", "--bundle", "--provenance-path", "--policy",
    "--repository", "--repository-url", "-r", "--publish-url", "--cert-identity-regex",
    "--certificate-identity-regexp", "--key", "--signature", "--certificate", "--identity",
  ]
}
