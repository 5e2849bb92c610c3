// SPDX-License-Identifier: Apache-2.0

/// Where in a repository the files of an audit are.
enum ProjectPlaces {
  /// Files of CI systems whose jobs no rule reads.
  static let otherSystems = [
    ".travis.yml", ".circleci/config.yml", "appveyor.yml", ".appveyor.yml", "azure-pipelines.yml",
    "bitbucket-pipelines.yml", ".drone.yml", "jenkinsfile",
  ]

  /// Whether the file at a path is one that an audit reads.
  static func isFile(_ path: String) -> Bool {
    let lower = path.lowercased()
    let parts = lower.split(separator: "/")
    guard let name = parts.last else { return false }
    let isYAML = name.hasSuffix(".yml") || name.hasSuffix(".yaml")
    if otherSystems.contains(lower) { return true }
    if name == "action.yml" || name == "action.yaml" { return true }
    if name.contains("cloudbuild"), isYAML || name.hasSuffix(".json") { return true }
    switch parts.count {
    case 1: return isRoot(name, isYAML)
    default: break
    }
    switch parts[0] {
    case ".github":
      if parts.count == 2 {
        return isYAML || lower == ActionPins.path || name == "allowed_signers"
          || isDocument(name) || isRenovate(name)
      }
      if parts[1] == "workflows" { return parts.count == 3 && isYAML }
      return ["rulesets", "requirements"].contains(parts[1]) && parts.count == 3
    case ".gitlab", ".gitlab-ci", "ci":
      return isYAML || name == "codeowners" || isRenovate(name)
        || lower == ".gitlab/allowed_signers"
    case "docs", "doc", "documentation", ".circleci", ".hallmark":
      return isDocument(name) || parts[0] == ".circleci" && isYAML
        || parts[0] == ".hallmark"
    case "requirements", "reqs":
      return parts.count == 2 && (name.hasSuffix(".txt") || name.hasSuffix(".in"))
    default: return isRequirements(name) || name == "uv.lock" || name == "pyproject.toml"
    }
  }

  /// Whether a folder is a place that is always looked into, also by a symbolic link.
  static func isFolder(_ path: String) -> Bool {
    [
      ".github", ".github/workflows", ".github/actions", ".github/rulesets",
      ".github/requirements", ".gitlab", ".gitlab/ci", "docs", "requirements",
    ].contains(path)
  }

  /// Whether a folder of this name holds other people's files, or made ones.
  static func isSkipped(_ name: String) -> Bool {
    [
      ".git", ".hg", ".svn", ".build", ".cache", ".eggs", ".idea", ".mypy_cache", ".nox",
      ".pytest_cache", ".ruff_cache", ".tox", ".venv", "__pycache__", "build", "dist",
      "node_modules", "site-packages", "target", "third_party", "third-party", "vendor",
      "vendored", "venv", "_vendor",
    ].contains(name)
  }

  private static func isRoot(_ name: Substring, _ isYAML: Bool) -> Bool {
    if isDocument(name) || isRenovate(name) || isRequirements(name) { return true }
    if name.hasPrefix(".gitlab-ci"), isYAML { return true }
    if name.hasPrefix("pylock"), name.hasSuffix(".toml") { return true }
    if name.hasPrefix("license") || name.hasPrefix("copying") || name.hasPrefix("licence") {
      return true
    }
    if name.hasPrefix("dockerfile") || name.hasSuffix(".gemspec") { return true }
    return [
      "pyproject.toml", "setup.py", "setup.cfg", "uv.lock", "uv.toml", "poetry.lock", "pdm.lock",
      "pipfile", "pipfile.lock", "hatch.toml", "tox.ini", "noxfile.py", "makefile", "justfile",
      "taskfile.yml", "hallmark.toml", ".pre-commit-config.yaml", ".pre-commit-config.yml",
      ".gitignore", ".gitattributes", ".gitmodules", "package.json", "package-lock.json",
      ".npmrc", "cargo.toml", "gemfile", "go.mod", "manifest.in", "allowed_signers",
      ".git_allowed_signers", "action.lock",
    ].contains(String(name))
  }

  private static func isDocument(_ name: Substring) -> Bool {
    if name == "codeowners" || name == "security-insights.yml" { return true }
    let isText = [".md", ".rst", ".txt", ".adoc"].contains { name.hasSuffix($0) }
    let stem = name.prefix { $0 != "." }
    guard isText || stem == name else { return false }
    return [
      "security", "releasing", "release", "readme", "contributing", "changelog", "changes",
      "history", "news", "maintainers", "maintaining", "governance", "publishing",
      "verifying", "verification", "verify", "development", "authors", "support",
    ].contains(String(stem)) || stem.contains("releas") || stem.contains("security")
  }

  /// Whether a file of this name configures Renovate.
  static func isRenovate(_ name: Substring) -> Bool {
    ["renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json", ".renovaterc.json5"]
      .contains(String(name))
  }

  private static func isRequirements(_ name: Substring) -> Bool {
    (name.contains("requirements") || name.contains("constraints"))
      && (name.hasSuffix(".txt") || name.hasSuffix(".in"))
  }
}
