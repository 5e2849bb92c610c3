// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Code owners stand for the files that decide a release.
enum CodeOwners: AuditRule {
  static let description = RuleDescription(
    id: "code-owners", title: "code owners stand for the files that decide a release",
    severity: .low, checklist: [54], sources: ["secure package template"],
    why: """
      Workflows and the build's configuration decide what is released. With owners, a change of \
      them needs the review of somebody who knows what it does.
      """,
    fix: "name owners of `/.github/` and `/pyproject.toml` in .github/CODEOWNERS",
    samples: [
      RuleSample(
        "no owners", .findings(lines: [0]), isWhole: true,
        files: [(".github/workflows/release.yml", "on: push\njobs: {}\n")]),
      RuleSample(
        "nobody owns workflows", .findings(lines: [0]), isWhole: true,
        files: [
          (".github/CODEOWNERS", "/docs/ @acme/writers\n/pyproject.toml @acme/releasers\n"),
          ("pyproject.toml", "[project]\nname = \"acme\"\n"),
          (".github/workflows/release.yml", "on: push\njobs: {}\n"),
        ]),
      RuleSample(
        "taken away again", .findings(lines: [0]), isWhole: true,
        files: [
          (".github/CODEOWNERS", "* @acme/releasers\n/.github/\n"),
          (".github/workflows/release.yml", "on: push\njobs: {}\n"),
        ]),
      RuleSample(
        "owned", .good, isWhole: true,
        files: [
          (".github/CODEOWNERS", "/.github/ @acme/releasers\n/pyproject.toml @acme/releasers\n"),
          ("pyproject.toml", "[project]\nname = \"acme\"\n"),
          (".github/workflows/release.yml", "on: push\njobs: {}\n"),
        ]),
      RuleSample(
        "nobody owns GitLab's pipeline", .findings(lines: [0]), isWhole: true,
        files: [
          (".gitlab/CODEOWNERS", "/pyproject.toml @acme/releasers\n"),
          ("pyproject.toml", "[project]\nname = \"acme\"\n"),
          (".gitlab-ci.yml", "test:\n  script: [pytest]\n"),
        ]),
      RuleSample(
        "GitLab's own place", .good, isWhole: true,
        files: [
          (
            ".gitlab/CODEOWNERS",
            "/.gitlab-ci.yml @acme/releasers\n/pyproject.toml @acme/releasers\n"
          ),
          ("pyproject.toml", "[project]\nname = \"acme\"\n"),
          (".gitlab-ci.yml", "test:\n  script: [pytest]\n"),
        ]),
      RuleSample(
        "a section with owners", .good, isWhole: true,
        files: [
          (
            "CODEOWNERS", "[Release][2] @acme/releasers\n*.yml\n/pyproject.toml\n\n[Docs]\n/docs/\n"
          ),
          ("pyproject.toml", "[project]\nname = \"acme\"\n"),
          (".gitlab-ci.yml", "test:\n  script: [pytest]\n"),
        ]),
      RuleSample(
        "an optional section asks nobody", .findings(lines: [0]), isWhole: true,
        files: [
          (".gitlab/CODEOWNERS", "^[Release] @acme/releasers\n*\n"),
          (".gitlab-ci.yml", "test:\n  script: [pytest]\n"),
        ]),
      RuleSample(
        "excluded in its section", .findings(lines: [0]), isWhole: true,
        files: [
          (".gitlab/CODEOWNERS", "* @acme/releasers\n!*.yml\n"),
          (".gitlab-ci.yml", "test:\n  script: [pytest]\n"),
        ]),
      RuleSample(
        "excluded in another section only", .good, isWhole: true,
        files: [
          (
            ".gitlab/CODEOWNERS",
            "* @acme/all\n!*.yml\n\n[Release]\n/.gitlab-ci.yml @acme/releasers\n"
          ),
          (".gitlab-ci.yml", "test:\n  script: [pytest]\n"),
        ]),
      RuleSample(
        "GitLab's place without a pipeline", .good, isWhole: true,
        files: [
          (".gitlab/CODEOWNERS", "/pyproject.toml @acme/releasers\n"),
          ("pyproject.toml", "[project]\nname = \"acme\"\n"),
        ]),
      RuleSample(
        "a part", .notApplicable,
        files: [(".github/workflows/release.yml", "on: push\njobs: {}\n")]),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let isGitLab = project.seemsAtGitLab
    let paths = (isGitLab ? [".gitlab-ci.yml"] : []) + ["pyproject.toml", "setup.py", "setup.cfg"]
    let critical =
      project.workflows.map(\.path).prefix(1) + paths.filter { project.files[$0] != nil }
    guard !critical.isEmpty else {
      return .notApplicable("there is neither a workflow nor a build configuration")
    }
    // GitLab looks into its own folder last, GitHub into its own first.
    let own = isGitLab ? ".gitlab/CODEOWNERS" : ".github/CODEOWNERS"
    let others = ["CODEOWNERS", "docs/CODEOWNERS"]
    guard let file = project.first(of: isGitLab ? others + [own] : [own] + others) else {
      guard project.isWhole else { return AuditedProject.isPart }
      let names = critical.map { $0.hasPrefix(".github/") ? "`/.github/`" : "`/\($0)`" }
      return .examined([
        finding(
          "there is no CODEOWNERS file", at: Finding.Place(own, nil),
          help: "name owners of \(names.joined(separator: " and ")) in \(own)")
      ])
    }
    let sections = Self.sections(file, isGitLab: isGitLab)
    let unowned = critical.filter { path in
      !sections.contains { rules in
        !rules.contains { $0.isExclusion && $0.matches(path) }
          && rules.last { $0.matches(path) }?.hasOwners ?? false
      }
    }
    return .examined(
      unowned.map { path in
        let name = path.hasPrefix(".github/") ? "/.github/" : "/\(path)"
        return finding("nobody owns `\(name)`", at: Finding.Place(file.path, nil))
      })
  }

  // In each section of GitLab's the last line that matches decides; its heading may name owners for
  // lines without any. `!` takes paths out of a section for good, and optional sections ask nobody.
  private static func sections(_ file: AuditedFile, isGitLab: Bool) -> [[Rule]] {
    var sections: [[Rule]] = [[]]
    var hasDefault = false
    var isOptional = false
    for line in file.textLines {
      if isGitLab, line.text.hasPrefix("[") || line.text.hasPrefix("^[") {
        hasDefault = line.text.contains(" @")
        isOptional = line.text.hasPrefix("^")
        sections.append([])
      } else if !isOptional,
        let rule = Rule(line.text, hasDefault: hasDefault, isGitLab: isGitLab)
      {
        sections[sections.count - 1].append(rule)
      }
    }
    return sections
  }

  /// A line of a CODEOWNERS file: a pattern as in .gitignore, and owners.
  private struct Rule {
    let pattern: [Substring]
    let isAnchored: Bool
    let isFolder: Bool
    let hasOwners: Bool
    let isExclusion: Bool

    init?(_ line: String, hasDefault: Bool, isGitLab: Bool) {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard let first = words.first, !first.hasPrefix("#"), !first.hasPrefix("[") else {
        return nil
      }
      var text = first
      // GitHub takes no such line.
      isExclusion = text.hasPrefix("!")
      if isExclusion {
        guard isGitLab else { return nil }
        text = text.dropFirst()
      }
      hasOwners = hasDefault || words.dropFirst().prefix { !$0.hasPrefix("#") }.isEmpty == false
      isFolder = text.hasSuffix("/")
      if isFolder { text = text.dropLast() }
      isAnchored = text.contains("/")
      pattern = text.split(separator: "/")
    }

    func matches(_ path: String) -> Bool {
      let parts = path.split(separator: "/")
      if pattern.isEmpty { return true }
      let starts = isAnchored ? 0...0 : 0...(parts.count - 1)
      return starts.contains { Self.matches(pattern[...], parts[$0...], isFolder: isFolder) }
    }

    private static func matches(
      _ pattern: ArraySlice<Substring>, _ parts: ArraySlice<Substring>, isFolder: Bool
    ) -> Bool {
      guard let first = pattern.first else { return !isFolder || !parts.isEmpty }
      if first == "**" {
        return (0...parts.count).contains {
          matches(pattern.dropFirst(), parts.dropFirst($0), isFolder: isFolder)
        }
      }
      guard let part = parts.first, glob(Array(first.utf8)[...], Array(part.utf8)[...]) else {
        return false
      }
      // `docs/*` is of files in the folder, not of those below.
      if pattern.count == 1, first == "*", pattern.startIndex > 0, parts.count > 1 { return false }
      return matches(pattern.dropFirst(), parts.dropFirst(), isFolder: isFolder)
    }

    private static func glob(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
      guard let first = pattern.first else { return text.isEmpty }
      if first == UInt8(ascii: "*") {
        return (0...text.count).contains { glob(pattern.dropFirst(), text.dropFirst($0)) }
      }
      guard let next = text.first, next == first || first == UInt8(ascii: "?") else {
        return false
      }
      return glob(pattern.dropFirst(), text.dropFirst())
    }
  }
}

extension AuditedProject {
  /// Whether the project's own files, or its address, are those of one at GitLab.
  var seemsAtGitLab: Bool {
    workflows.isEmpty
      && ([".gitlab-ci.yml", ".gitlab/CODEOWNERS"].contains { files[$0] != nil }
        || forgeAddress?.host == "gitlab.com")
  }
}
