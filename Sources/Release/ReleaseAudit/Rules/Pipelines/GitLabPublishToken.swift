// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// GitLab jobs publish by an identity, not by a stored token.
enum GitLabPublishToken: AuditRule {
  static let description = RuleDescription(
    id: "gitlab-token", title: "GitLab jobs publish by an identity token, not by a stored one",
    severity: .medium, checklist: [32, 39, 79],
    sources: [
      "PyPI Docs, \"Trusted Publishers\" (GitLab CI/CD)",
      "GitLab Docs, \"ID token authentication\"",
    ],
    why: """
      A stored token of an index works for whoever reads it, from anywhere, until somebody revokes \
      it. With `id_tokens` the job gets a token of minutes that names project, file, ref and \
      environment; twine, uv and others exchange it at PyPI by themselves.
      """,
    fix: """
      register the file as a trusted publisher, give the job `id_tokens: PYPI_ID_TOKEN: aud: pypi`, \
      and delete the stored variable
      """,
    samples: [
      .gitLab(
        "a stored token", .findings(lines: [1]),
        """
        publish:
          environment: pypi
          script:
            - twine upload -u __token__ -p $PYPI_TOKEN dist/*
        """),
      .gitLab(
        "a stored token in a variable that twine reads", .findings(lines: [1]),
        """
        publish:
          environment: pypi
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "an identity, and a token beside it", .findings(lines: [5]),
        """
        publish:
          id_tokens:
            PYPI_ID_TOKEN: { aud: pypi }
          script:
            - twine upload -u __token__ -p $PYPI_TOKEN dist/*
        """),
      .gitLab(
        "an identity, and the pipeline's stored token beside it", .findings(lines: [2]),
        """
        variables:
          TWINE_PASSWORD: $PYPI_TOKEN
        publish:
          id_tokens:
            PYPI_ID_TOKEN: { aud: pypi }
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "a stored token of the pipeline that the job unsets", .good,
        """
        variables:
          TWINE_PASSWORD: $PYPI_TOKEN
        publish:
          id_tokens:
            PYPI_ID_TOKEN: { aud: pypi }
          script:
            - unset TWINE_USERNAME TWINE_PASSWORD
            - twine upload dist/*
        """),
      .gitLab(
        "a stored token of the pipeline that the job does not inherit", .good,
        """
        variables:
          TWINE_PASSWORD: $PYPI_TOKEN
        publish:
          inherit:
            variables: false
          id_tokens:
            PYPI_ID_TOKEN: { aud: pypi }
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "an identity", .good,
        """
        publish:
          id_tokens:
            PYPI_ID_TOKEN:
              aud: pypi
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "nothing goes to an index", .notApplicable,
        """
        test:
          script:
            - pytest
        """),
    ])

  // What a command is given its token by.
  private static let options = ["-p", "--password", "--token"]

  /// The audiences of registries, by what is published there.
  private static func audience(_ role: ReleaseRole) -> (variable: String, audience: String)? {
    switch role {
    case .publish(.pypi): ("PYPI_ID_TOKEN", "pypi")
    case .publish(.npm): ("NPM_ID_TOKEN", "npm:registry.npmjs.org")
    default: nil
    }
  }

  private static func namesToken(_ action: ScriptAction) -> Bool {
    action.arguments.contains { argument in
      options.contains { argument == $0 || argument.hasPrefix($0 + "=") }
    }
  }

  // A variable that the job gets: `inherit: variables` may keep those of the pipeline out.
  private static func variable(
    _ name: String, of job: GitLabJob
  ) -> (definition: GitLabDefinition, value: WorkflowEntry)? {
    if let own = job.value({ $0.variables[name] }) { return own }
    if let inherits = job.definitions.lazy.compactMap({ $0.node["inherit"]?["variables"] }).first {
      if inherits.string == "false" { return nil }
      if let names = inherits.items, !names.contains(where: { $0.string == name }) { return nil }
    }
    return job.variable(name)
  }

  // Whether the script takes a variable away, or sets it anew.
  private static func replaces(_ name: String, in job: GitLabJob) -> Bool {
    job.scripts.contains { script in
      script.texts.contains { text in
        text.value.mentions(name + "=")
          || text.value.split(whereSeparator: \.isNewline).contains { line in
            let words = line.split(separator: " ")
            return words.first == "unset" && words.contains { $0 == name }
          }
      }
    }
  }

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.gitLabPublishing { site, findings in
      guard let action = site.published.first else { return .decided }
      let target = action.role
      guard let wanted = audience(target) else {
        // crates.io and RubyGems trust no GitLab jobs so far.
        return .decided
      }
      let tokens = site.job.idTokens
      guard !tokens.isEmpty else {
        guard site.job.isWhole else { return .unknown }
        findings.append(
          finding(
            "`\(site.name)` publishes by a stored token: it has no `id_tokens`", at: site.place,
            related: site.publishPlaces,
            // Beside a token that the command or the job names, an identity would not be used.
            fix: namesToken(action) || ScriptReader.storedToken(of: site.job) != nil
              ? nil
              : site.repair("ask for an identity token for `\(wanted.audience)`") {
                document, node throws(YAMLEditRefusal) in
                try document.inserting(
                  "id_tokens", [wanted.variable: ["aud": .scalar(wanted.audience)]], into: node,
                  at: .first)
              }))
        return .decided
      }
      // A password that is neither made in the job nor the exchanged token.
      for option in options {
        guard let index = action.arguments.firstIndex(of: option),
          index + 1 < action.arguments.count
        else { continue }
        let value = action.arguments[index + 1]
        let name = String(value.drop { "${\"".contains($0) }.prefix { $0 != "}" && $0 != "\"" })
        let isMade =
          tokens.contains { $0.name.value == name }
          || site.job.scripts.contains { script in
            script.texts.contains { $0.value.mentions(name + "=") }
          }
        guard !isMade, value.hasPrefix("$") else { continue }
        findings.append(
          finding(
            "`\(action.means)` takes the stored token `\(name)` although the job has an identity",
            at: action.place))
      }
      guard target == .publish(.pypi) else { return .decided }
      for name in GitLabOutline.credentials {
        guard let stored = variable(name, of: site.job), !stored.value.value.value.isEmpty,
          !tokens.contains(where: { stored.value.value.value == "$\($0.name.value)" }),
          !replaces(name, in: site.job)
        else { continue }
        findings.append(
          finding(
            "`\(site.name)` has the stored token `\(name)` although it has an identity",
            at: Finding.Place(stored.definition.path, stored.value.key.span)))
      }
      return .decided
    }
  }
}
