// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// What a `pip install` installs, by its words.
struct PipInstall {
  /// Requirements: names with versions, paths, addresses.
  private(set) var names: [String] = []
  /// Files of requirements (`-r`).
  private(set) var files: [String] = []
  /// Dependency groups (`--group`).
  private(set) var groups: [String] = []
  /// Whether a file of constraints is given (`-c`).
  private(set) var hasConstraint = false
  /// Whether everything must have a hash.
  private(set) var requiresHashes = false

  /// Variables that name files of constraints.
  static let constraints: Set<String> = ["PIP_CONSTRAINT", "UV_CONSTRAINT", "UV_BUILD_CONSTRAINT"]

  private static let skipped: Set<String> = [
    "-t", "--target", "--index-url", "-i", "--prefix", "--find-links", "-f", "--extra-index-url",
    "--python", "-p", "--extra", "--only-binary", "--no-binary", "--upgrade-strategy",
    "--root", "--cache-dir", "--index", "--default-index",
  ]

  /// Reads the words behind `install`.
  init(_ words: [String]) {
    var rest = words[...]
    while let word = rest.popFirst() {
      let halves = word.split(separator: "=", maxSplits: 1).map(String.init)
      let isJoined = word.hasPrefix("--") && halves.count == 2
      switch isJoined ? halves[0] : word {
      case "-r", "--requirement", "--requirements":
        if let value = isJoined ? halves[1] : rest.popFirst() { files.append(value) }
      case "--group":
        if let value = isJoined ? halves[1] : rest.popFirst() { groups.append(value) }
      case "-c", "--constraint", "--constraints":
        hasConstraint = true
        if !isJoined { _ = rest.popFirst() }
      case "--require-hashes": requiresHashes = true
      case let option where Self.skipped.contains(option): if !isJoined { _ = rest.popFirst() }
      case let option where option.hasPrefix("-"): break
      default: names.append(word)
      }
    }
  }

  /// The words behind `install` of pip, uv's pip, pipx or uv's tools; nil for other commands.
  static func words(of invocation: ShellInvocation) -> [String]? {
    let words = invocation.arguments.map(\.text)
    let verbs: [String]
    switch invocation.program {
    case "pip", "pip3", "pipx": verbs = ["install"]
    case "uv":
      verbs = invocation.isSubcommand(["tool"]) ? ["tool", "install"] : ["pip", "install"]
    default: return nil
    }
    guard invocation.isSubcommand(verbs), let place = words.firstIndex(of: "install") else {
      return nil
    }
    return Array(words[(place + 1)...])
  }
}

extension AuditedProject {
  /// The requirements of a dependency group in `pyproject.toml` (PEP 735); nil where there is none
  /// that can be read.
  func dependencyGroup(_ name: String) -> [String]? {
    guard let groups = try? pyproject?.optional("dependency-groups"),
      let group = try? groups.optional(name), let items = try? group.array()
    else { return nil }
    // Groups may include others; those are not followed.
    return items.compactMap { try? $0.string() }
  }
}
