// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// What keeps a publishing job from being taken out of its pipeline.
struct GitLabObstacle {
  private let pipeline: GitLabPipeline
  /// The names in `!reference`, with the keys of the top level under which they stand.
  private let references: [String: [String]]

  init(_ pipeline: GitLabPipeline) {
    self.pipeline = pipeline
    var references: [String: [String]] = [:]
    for file in pipeline.files {
      for entry in file.document.root.entries ?? [] {
        let holder = entry.key.string ?? ""
        for name in Self.referred(in: entry.value) { references[name, default: []].append(holder) }
      }
    }
    self.references = references
  }

  // Aliases are left out: what they stand for is written somewhere, too.
  private static func referred(in node: YAMLNode) -> Set<String> {
    var names: Set<String> = []
    var open = [node]
    while let node = open.popLast() {
      switch node.content {
      case .sequence(let items, _):
        if node.tag == "!reference", let name = items.first?.string { names.insert(name) }
        open += items
      case .mapping(let entries, _): open += entries.map(\.value)
      case .scalar, .alias: break
      }
    }
    return names
  }

  /// Why a job has to stay, as the end of "because …"; nil where it can go.
  func reason(_ site: GitLabFacts.Site) -> String? { uses(site.name) ?? works(site) }

  // Others that are written by it, or wait for it.
  private func uses(_ name: String) -> String? {
    guard pipeline.definitions(of: name).count == 1 else {
      return "`\(name)` is written in several places"
    }
    if let holder = references[name]?.first(where: { $0 != name }) {
      return "`\(holder)` is written by it"
    }
    for file in pipeline.files {
      for other in file.definitions where other.name.value != name {
        if other.extends.contains(where: { $0.value == name }) {
          return "`\(other.name.value)` is written by it"
        }
        let waits = (other.needs ?? []) + (other.dependencies ?? [])
        if waits.contains(where: { $0.value == name || $0.value.hasPrefix(name + ":") }) {
          return "`\(other.name.value)` waits for it"
        }
      }
    }
    return nil
  }

  // What it does beside publishing to PyPI, which nothing would do any more.
  private func works(_ site: GitLabFacts.Site) -> String? {
    let job = site.job
    guard job.isWhole else { return "it extends something that is not known" }
    if site.name == "pages" { return "it publishes pages" }
    for key in ["release", "artifacts", "pages", "trigger", "after_script"] {
      if job.definitions.contains(where: { $0.node[key].map { !$0.isNull } ?? false }) {
        return "it has `\(key)`, too"
      }
    }
    let other = site.actions.first { action in
      if case .publish(let target) = action.role { target != .pypi } else { false }
    }
    if let other { return "it publishes elsewhere, too (`\(other.means)`)" }
    for script in [job.value(\.beforeScript)?.value, job.value(\.script)?.value] {
      for part in script?.parts ?? [] {
        switch part {
        case .reference(let name, _): return "a part of it stands in `\(name)`"
        case .text(let text):
          if let program = GitLabKnownPrograms.publishing.unknown(in: text.value) {
            return "it runs `\(program)`, too"
          }
        }
      }
    }
    return nil
  }
}

/// Programs of which it is known what they do with what is around them.
struct GitLabKnownPrograms {
  private let names: Set<String>

  /// Those that prepare, build and publish, and change nothing outside of their job.
  static let publishing = GitLabKnownPrograms(names: [
    "pip", "pip3", "build", "twine", "uv", "flit", "hatch", "poetry", "pdm", "echo", "cd", "ls",
    "pwd", "cat", "export", "unset", "set", "true", "test", "mkdir", "sha256sum", "check",
    "check-wheel-contents", "pyproject-build", "venv", "virtualenv", "ensurepip",
  ])

  /// Those of tests, too.
  static let all = GitLabKnownPrograms(
    names: publishing.names.union([
      "pytest", "unittest", "coverage", "ruff", "mypy", "pyright", "black", "isort", "flake8",
      "pylint", "sphinx-build", "mkdocs",
    ]))

  /// The first program that is not among them; nil where all are.
  func unknown(in text: String) -> String? {
    // What a substitution runs is not looked into.
    if text.contains("$(") || text.contains("`") || text.contains("<(") {
      let line = text.prefix { !$0.isNewline }.prefix(60)
      return String(line.map { $0 == "`" ? "'" : $0 })
    }
    for invocation in ShellScript(text).invocations where !isKnown(invocation) {
      return invocation.program
    }
    return nil
  }

  private func isKnown(_ invocation: ShellInvocation) -> Bool {
    guard !invocation.isScript else { return false }
    if ["python", "python3"].contains(invocation.program), let first = invocation.arguments.first {
      return ["setup.py", "--version", "-V"].contains(first.text)
    }
    return names.contains(invocation.program)
  }
}
