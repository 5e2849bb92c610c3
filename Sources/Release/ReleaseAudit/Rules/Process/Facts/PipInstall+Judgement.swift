// SPDX-License-Identifier: Apache-2.0

import Workflows

extension PipInstall {
  /// What is to be said of what a command installs.
  enum Judgement {
    /// All of it has hashes, or nothing is known of it here.
    case hashed
    /// A file that is not given tells.
    case notGiven(String)
    /// What has none, and how bad that is.
    case unhashed(String, AuditSeverity)
  }

  /// Judges what it installs.
  func judge(hasConstraint: Bool, in project: AuditedProject) -> Judgement {
    let hasConstraint = hasConstraint || self.hasConstraint
    if requiresHashes { return .hashed }
    for file in files {
      guard let given = project.files[file] else { return .notGiven(file) }
      if given.text.mentions("--hash=") { continue }
      return .unhashed("`\(file)`, which has no hashes", .low)
    }
    for group in groups {
      guard let requirements = project.dependencyGroup(group) else {
        return .notGiven("pyproject.toml")
      }
      let open = requirements.filter { !$0.mentions("==") && !$0.mentions("@") }
      let hasPins = open.isEmpty || hasConstraint
      return .unhashed(
        "the dependency group `\(group)` "
          + (hasPins ? "without hashes" : "in whatever versions there are"),
        hasPins ? .low : .medium)
    }
    // Of itself, or of what an expression gives, nothing is known here.
    let tools = names.filter { name in
      !name.hasPrefix(".") && !name.mentions("$") && !name.mentions("/") && !name.isEmpty
        && !name.hasPrefix("dist") && !name.mentions(".whl") && !name.mentions("\\")
    }
    guard !tools.isEmpty else { return .hashed }
    let list = tools.prefix(3).map { "`\($0)`" }.joined(separator: ", ")
    if tools.allSatisfy({ $0.mentions("==") || $0.mentions("@") }) || hasConstraint {
      return .unhashed("\(list) without hashes", .low)
    }
    return .unhashed("\(list) in whatever version there is", tools == ["pip"] ? .low : .medium)
  }
}
