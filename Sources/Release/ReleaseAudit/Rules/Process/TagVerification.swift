// SPDX-License-Identifier: Apache-2.0

import Workflows

/// CI checks the tag's signature before it builds.
enum TagVerification: AuditRule {
  static let description = RuleDescription(
    id: "tag-unverified", title: "CI checks the tag's signature before it builds",
    severity: .info, checklist: [83], sources: ["python-tuf #1550"],
    why: """
      Whoever can push can make a tag. A signature of somebody who may release, checked before \
      the build, makes the tag a decision instead of a name.
      """,
    fix: "run `git verify-tag` with the allowed signers, or `hallmark verify-release --tag`",
    samples: [
      RuleSample(
        "any tag", .findings(lines: [5]),
        workflow: """
          on:
            push:
              tags: ["v*"]
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "a tag of an allowed signer", .good,
        workflow: """
          on:
            push:
              tags: ["v*"]
          jobs:
            build:
              runs-on: ubuntu-latest
              steps:
                - run: git -c gpg.ssh.allowedSignersFile=.allowed_signers verify-tag "$GITHUB_REF_NAME"
                - run: python -m build
            publish:
              needs: build
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var seen: Set<String> = []
    return project.publishingFindings { facts, site, findings in
      let isChecked = facts.ancestors(of: site).contains { other in
        other.role.contains(.verifiesTag)
          || other.job.steps.contains {
            $0.run.map { $0.value.mentions(" verify-tag ") || $0.value.mentions(" verify-commit ") }
              ?? false
          }
      }
      guard !isChecked, seen.insert(site.file.path).inserted else { return }
      findings.append(
        finding(
          "nothing checks who made the tag or commit that `\(site.job.id.value)` publishes",
          at: site.place))
    }
  }
}
