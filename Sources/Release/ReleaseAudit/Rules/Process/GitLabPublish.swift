// SPDX-License-Identifier: Apache-2.0

import SourceText

/// GitLab jobs that publish follow the same rules.
enum GitLabPublish: AuditRule {
  static let description = RuleDescription(
    id: "gitlab-publish", title: "GitLab jobs that publish are protected as well",
    severity: .high, checklist: [39], sources: ["SPEC 8"],
    why: """
      In GitLab any job of a pipeline can ask for an identity token, and each branch runs a \
      pipeline. An environment, rules for tags or a start by hand, and `id_tokens` in place of \
      a stored token make publishing a decision.
      """,
    fix: "give the job `environment:`, `rules:` for tags or `when: manual`, and `id_tokens:`",
    samples: [
      RuleSample(
        "each branch publishes with a token", .findings(lines: [1, 1, 1]),
        files: [
          (
            ".gitlab-ci.yml",
            """
            publish:
              script:
                - twine upload dist/*

            """
          )
        ]),
      RuleSample(
        "protected", .good,
        files: [
          (
            ".gitlab-ci.yml",
            """
            publish:
              environment: pypi
              rules:
                - if: $CI_COMMIT_TAG
              id_tokens:
                PYPI_ID_TOKEN: {aud: pypi}
              script:
                - twine upload dist/*

            """
          )
        ]),
      RuleSample(
        "no GitLab", .notApplicable,
        files: [(".github/workflows/ci.yml", "on: push\njobs: {}\n")]),
    ])

  private static let commands = [
    "twine upload", "uv publish", "flit publish", "poetry publish", "hatch publish",
    "pdm publish", "npm publish", "cargo publish", "gem push",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard let file = project.first(of: [".gitlab-ci.yml", ".gitlab-ci.yaml"]) else {
      return .notApplicable("there is no GitLab CI file")
    }
    guard let document = try? YAMLDocument(parsing: file.bytes) else {
      return .unknown(wouldTell: "a .gitlab-ci.yml that can be read")
    }
    var findings: [Finding] = []
    var isAbout = false
    for entry in document.root.entries ?? [] {
      guard let name = entry.key.string, !name.hasPrefix("."),
        let script = entry.value["script"]
      else { continue }
      let lines = (script.items ?? [script]).compactMap(\.string).flatMap(\.scriptLines)
      guard lines.contains(where: { line in commands.contains { line.mentions($0) } }) else {
        continue
      }
      isAbout = true
      // Whatever it extends may say the rest.
      let job = entry.value
      guard job["extends"] == nil, job.entry("<<") == nil else { continue }
      let place = Finding.Place(file.path, entry.key.resolved.span)
      if job["environment"] == nil {
        findings.append(
          finding("`\(name)` publishes outside of any environment", .medium, at: place))
      }
      if job["id_tokens"] == nil {
        findings.append(
          finding(
            "`\(name)` publishes with a stored token, without `id_tokens`", .medium, at: place))
      }
      let isDecision =
        job["when"]?.string == "manual" || job["only"] != nil
        || (job["rules"]?.items ?? []).contains { rule in
          rule["when"]?.string == "manual"
            || (rule["if"]?.string.map { $0.mentions("TAG") || $0.mentions("CI_PIPELINE_SOURCE") }
              ?? false)
        }
      if !isDecision {
        findings.append(finding("every pipeline starts `\(name)`", at: place))
      }
    }
    return isAbout ? .examined(findings) : .notApplicable("no GitLab job publishes")
  }
}
