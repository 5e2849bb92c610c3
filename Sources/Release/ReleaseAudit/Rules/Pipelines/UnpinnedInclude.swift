// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// What a GitLab pipeline includes from elsewhere is named so that it cannot change.
enum UnpinnedInclude: AuditRule {
  static let description = RuleDescription(
    id: "unpinned-include", title: "what GitLab pipelines include cannot be changed by others",
    severity: .high, checklist: [18, 39],
    sources: [
      "SPEC 8", "GitLab Docs, \"Pipeline security\"", "GitLab Docs, \"CI/CD components\"",
    ],
    why: """
      An included file becomes jobs of this pipeline, with its variables and its identity. A \
      branch, a tag, a version of a component and an address can all be given other contents by \
      whoever owns them. Only a commit's hash, or the digest of an address (`integrity`), stays \
      what it was.
      """,
    incident: """
      March 2025: the tags of tj-actions/changed-files were moved to code that printed secrets; a \
      template that is included by its tag can be moved the same way.
      """,
    fix: """
      write `ref:` with the full hash of a commit, `component: …@HASH`, and `integrity: sha256-…` \
      for an address
      """,
    samples: [
      .gitLab(
        "a branch, a version, an address", .findings(lines: [2, 5, 7]),
        """
        include:
          - project: acme/templates
            file: /build.yml
          - project: acme/templates
            ref: v1
            file: /build.yml
          - remote: https://example.org/ci.yml
        """),
      .gitLab(
        "components", .findings(lines: [2, 3]),
        """
        include:
          - component: gitlab.example/acme/build/wheel@~latest
          - component: gitlab.example/acme/build/wheel@1.2.3
        """),
      .gitLab(
        "hashes", .good,
        """
        include:
          - local: /ci/build.yml
          - template: Jobs/SAST.gitlab-ci.yml
          - project: acme/templates
            ref: 9f1d5d40a5a2a1d4c8e1c4b7a6b3a2f1e0d9c8b7
            file: /build.yml
          - component: gitlab.example/acme/build/wheel@9f1d5d40a5a2a1d4c8e1c4b7a6b3a2f1e0d9c8b7
          - remote: https://example.org/ci.yml
            integrity: sha256-L3/GAoKaw0Arw6hDCKeKQlV1QPEgHYxGBHsH4zG1IY8=
        """),
      .gitLab(
        "nothing is included", .notApplicable,
        """
        test:
          script: [pytest]
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.pipelines.gitLab.isEmpty else { return .noGitLab }
    var findings: [Finding] = []
    var isAbout = false
    for file in project.pipelines.gitLabFiles.values.sorted(by: { $0.path < $1.path }) {
      let triggered = file.definitions.flatMap { $0.trigger?.includes ?? [] }
      for include in file.includes + triggered {
        isAbout = true
        guard let (severity, message, span) = problem(include) else { continue }
        findings.append(finding(message, severity, at: Finding.Place(file.path, span)))
      }
    }
    return isAbout
      ? .examined(findings) : .notApplicable("no GitLab CI file includes another")
  }

  private static func problem(
    _ include: GitLabInclude
  ) -> (AuditSeverity, String, Range<Int>)? {
    switch include.source {
    case .local, .template: return nil
    case .project(let name, let ref):
      guard let ref else {
        return (
          .medium, "the newest commit of `\(name.value)` becomes part of the pipeline", name.span
        )
      }
      guard !isCommit(ref.value) else { return nil }
      return (
        .medium, "`\(ref.value)` of `\(name.value)` can be moved to other jobs", ref.span
      )
    case .remote(let address, let integrity):
      guard integrity == nil else { return nil }
      return (
        .high, "whatever `\(address.value)` serves becomes part of the pipeline", address.span
      )
    case .component(let name):
      let version = name.value.split(separator: "@", maxSplits: 1).dropFirst().first ?? ""
      guard !isCommit(String(version)), !version.hasPrefix("$CI_COMMIT_SHA") else { return nil }
      let isFloating =
        version == "~latest" || version.isEmpty
        || !version.contains { $0.isNumber }
      return (
        isFloating ? .medium : .low,
        isFloating
          ? "the component `\(name.value)` is whatever is the latest"
          : "the version of the component `\(name.value)` can be moved to other jobs", name.span
      )
    }
  }

  private static func isCommit(_ ref: String) -> Bool {
    [40, 64].contains(ref.utf8.count)
      && ref.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
  }
}
