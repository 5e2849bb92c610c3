// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// A token of an index is a secret of an environment.
enum RegistryToken: AuditRule {
  static let description = RuleDescription(
    id: "registry-token-outside-environment",
    title: "a token of an index is a secret of an environment",
    severity: .high, checklist: [64], sources: ["secure package template", "python-tuf #1550"],
    why: """
      Whoever can push a branch can write a workflow that prints a secret of the repository. A \
      secret of an environment is only given to jobs that were approved, or that run for \
      protected branches and tags.
      """,
    fix: "publish by Trusted Publishing; or move the token into the environment of the job",
    samples: [
      RuleSample(
        "a secret of the repository", .findings(lines: [9]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4
                  with:
                    password: ${{ secrets.PYPI_TOKEN }}

          """),
      RuleSample(
        "a secret of the environment", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              environment: pypi
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4
                  with:
                    password: ${{ secrets.PYPI_TOKEN }}

          """),
      RuleSample(
        "a secret that is none of an index", .notApplicable,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              permissions:
                id-token: write
              env:
                GIT_AUTHOR_NAME: ${{ secrets.GIT_AUTHOR_NAME }}
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "no token", .notApplicable,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              permissions:
                id-token: write
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var isAbout = false
    var seen: Set<Finding.Place> = []
    let outcome = project.publishingFindings { _, site, findings in
      for upload in site.published {
        let texts =
          [upload.step.with, upload.step.env, site.job.env].compactMap { $0 }
          .flatMap { $0.entries.map(\.value) } + [upload.step.run].compactMap { $0 }
        for text in texts {
          for embedded in text.expressions {
            let secrets = (embedded.expression?.contexts ?? []).filter {
              $0.hasPrefix("secrets.") && isCredential($0.dropFirst(8))
            }
            guard let secret = secrets.first else { continue }
            isAbout = true
            let place = Finding.Place(site.file.path, embedded.span)
            guard site.job.environment == nil, seen.insert(place).inserted else { continue }
            let name = secret.dropFirst(8).uppercased()
            findings.append(
              finding(
                "`\(site.job.id.value)` publishes with `\(name)`, which every workflow can read",
                at: place))
          }
        }
      }
    }
    if !isAbout, case .examined = outcome {
      return .notApplicable("no job publishes with a stored token")
    }
    return outcome
  }

  // Names of authors and secrets for other services do not publish.
  private static func isCredential(_ name: Substring) -> Bool {
    let words = ["token", "pass", "key", "auth", "secret", "cred", "pypi", "npm", "twine", "login"]
    let others = [
      "github_token", "git_author", "git_committer", "codecov", "coveralls", "slack", "discord",
      "sentry", "sonar", "gpg", "signing", "cosign",
    ]
    return words.contains { name.contains($0) } && !others.contains { name.contains($0) }
  }
}
