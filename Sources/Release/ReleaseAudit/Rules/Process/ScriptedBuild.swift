// SPDX-License-Identifier: Apache-2.0

import Workflows

/// The build is one scripted command.
enum ScriptedBuild: AuditRule {
  static let description = RuleDescription(
    id: "manual-release", title: "the release is built and uploaded by a workflow",
    severity: .medium, checklist: [80, 81], sources: ["python-tuf #1550"],
    why: """
      A release from somebody's machine contains what was there that day, with credentials that \
      lie about. Steps on a page are left out or done in another order.
      """,
    incident: """
      May 2022: releases of ctx were replaced from its maintainer's account, which had been taken \
      over.
      """,
    fix: "let a workflow build, attest and publish; leave to people the decision",
    samples: [
      RuleSample(
        "commands to type", .findings(lines: [4]), isWhole: true,
        files: [
          ("RELEASING.md", "# Releasing\n\n    python -m build\n    twine upload dist/*\n"),
          ("pyproject.toml", "[project]\nname = \"acme\"\n"),
        ]),
      RuleSample(
        "a workflow", .good, isWhole: true,
        files: [
          (
            ".github/workflows/release.yml",
            """
            on:
              workflow_dispatch:
            jobs:
              build:
                runs-on: ubuntu-latest
                steps:
                  - run: python -m build
              publish:
                needs: build
                runs-on: ubuntu-latest
                steps:
                  - uses: pypa/gh-action-pypi-publish@v1.12.4

            """
          )
        ]),
      RuleSample(
        "how it is built is not seen", .unknown,
        files: [
          (
            ".github/workflows/release.yml",
            """
            on:
              workflow_dispatch:
            jobs:
              publish:
                runs-on: ubuntu-latest
                steps:
                  - run: make
                  - uses: pypa/gh-action-pypi-publish@v1.12.4

            """
          )
        ]),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let facts = project.releases
    if !facts.publishing.isEmpty {
      let builds = facts.publishing.allSatisfy { site in
        facts.relatives(of: site).contains { $0.role.contains(.builds) }
          || site.published.allSatisfy { $0.target != .pypi }
      }
      return builds
        ? .examined([])
        : .unknown(wouldTell: "somebody who knows which command of the workflow builds the files")
    }
    guard let page = project.releasePage ?? project.readme else {
      return .notApplicable("nothing says how releases are made")
    }
    for words in [
      "twine upload", "uv publish", "flit publish", "poetry publish", "setup.py upload",
    ] {
      guard let place = page.place(of: words) else { continue }
      return .examined([finding("releases are uploaded by hand: `\(words)`", at: place)])
    }
    return .notApplicable("no workflow publishes to a package index")
  }
}
