// SPDX-License-Identifier: Apache-2.0

import Workflows

/// A SPEC 8 badge is only shown where it is true.
enum TruthfulBadge: AuditRule {
  static let description = RuleDescription(
    id: "badge-untrue", title: "a SPEC 8 badge is only shown where it is true",
    severity: .low, checklist: [38], sources: ["SPEC 8"],
    why: "Users take the badge for a promise: an environment, no tokens, attestations.",
    fix: "do what the badge says, or remove it",
    samples: [
      RuleSample(
        "no environment", .findings(lines: [3]), isWhole: true,
        files: [
          ("README.md", "# Acme\n\n[![SPEC 8](https://img.shields.io/badge/SPEC-8-green)](x)\n"),
          (".github/workflows/release.yml", untrue),
        ]),
      RuleSample(
        "true", .good, isWhole: true,
        files: [
          ("README.md", "# Acme\n\n[![SPEC 8](https://img.shields.io/badge/SPEC-8-green)](x)\n"),
          (
            ".github/workflows/release.yml",
            """
            on:
              workflow_dispatch:
            jobs:
              publish:
                runs-on: ubuntu-latest
                environment: pypi
                permissions:
                  id-token: write
                steps:
                  - uses: pypa/gh-action-pypi-publish@v1.12.4

            """
          ),
        ]),
      RuleSample(
        "a stored token at GitLab", .findings(lines: [3]), isWhole: true,
        files: [
          ("README.md", "# Acme\n\n[![SPEC 8](https://img.shields.io/badge/SPEC-8-green)](x)\n"),
          (
            ".gitlab-ci.yml",
            "publish:\n  environment: pypi\n  script:\n    - twine upload --attestations dist/*\n"
          ),
        ]),
      RuleSample(
        "true at GitLab", .good, isWhole: true,
        files: [
          ("README.md", "# Acme\n\n[![SPEC 8](https://img.shields.io/badge/SPEC-8-green)](x)\n"),
          (
            ".gitlab-ci.yml",
            """
            publish:
              environment: pypi
              id_tokens:
                PYPI_ID_TOKEN: { aud: pypi }
              script:
                - python -m pypi_attestations sign dist/*
                - twine upload --attestations dist/*

            """
          ),
        ]),
      RuleSample(
        "no badge", .notApplicable, isWhole: true,
        files: [("README.md", "# Acme\n"), (".github/workflows/release.yml", untrue)]),
    ])

  private static let untrue = """
    on:
      workflow_dispatch:
    jobs:
      publish:
        runs-on: ubuntu-latest
        steps:
          - uses: pypa/gh-action-pypi-publish@v1.12.4

    """
  private static let badges = ["badge/SPEC-8", "SPEC%208", "specs/spec-0008", "badge/SPEC_8"]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard let readme = project.readme,
      let place = badges.lazy.compactMap({ readme.place(of: $0) }).first
    else { return .notApplicable("there is no SPEC 8 badge") }
    let facts = project.releases
    guard !facts.publishing.isEmpty else {
      if !project.gitLab.publishing.isEmpty { return examine(gitLab: project, place) }
      guard project.isWhole else { return AuditedProject.isPart }
      return .examined([finding("the badge is shown, and no workflow publishes", at: place)])
    }
    var lacks: [String] = []
    if facts.publishing.contains(where: { $0.job.environment == nil }) {
      lacks.append("an environment")
    }
    if facts.publishing.contains(where: { $0.permissions?.access("id-token") != "write" }) {
      lacks.append("Trusted Publishing")
    }
    if case .examined(let findings) = Provenance.examine(project), !findings.isEmpty {
      lacks.append("attestations")
    }
    return .examined(untrue(lacks, place))
  }

  // The same of GitLab's jobs, as their own rules find it.
  private static func examine(gitLab project: AuditedProject, _ place: Finding.Place)
    -> RuleOutcome
  {
    var lacks: [String] = []
    let rules: [(any AuditRule.Type, String)] = [
      (GitLabPublishEnvironment.self, "an environment"),
      (GitLabPublishToken.self, "Trusted Publishing"), (GitLabProvenance.self, "attestations"),
    ]
    for (rule, what) in rules {
      switch rule.examine(project) {
      case .examined(let findings): if !findings.isEmpty { lacks.append(what) }
      case .unknown(let tells): return .unknown(wouldTell: tells)
      case .notApplicable: break
      }
    }
    return .examined(untrue(lacks, place))
  }

  private static func untrue(_ lacks: [String], _ place: Finding.Place) -> [Finding] {
    guard !lacks.isEmpty else { return [] }
    return [
      finding(
        "the badge promises SPEC 8, and there is no \(lacks.joined(separator: ", no "))",
        at: place)
    ]
  }
}
