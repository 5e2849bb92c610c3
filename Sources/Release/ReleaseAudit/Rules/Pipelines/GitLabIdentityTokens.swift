// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Only GitLab jobs that need one get an identity token.
enum GitLabIdentityTokens: AuditRule {
  static let description = RuleDescription(
    id: "gitlab-id-tokens", title: "only GitLab jobs that publish or attest get identity tokens",
    severity: .medium, checklist: [33, 34, 39],
    sources: ["SPEC 8", "GitLab Docs, \"ID token authentication\""],
    why: """
      A token of `id_tokens` stands in a variable: every line of the job, and every program that \
      it runs, can read it and publish or sign in the project's name. Jobs that test or build run \
      the code of others.
      """,
    fix: "move `id_tokens` to the job that publishes or attests",
    samples: [
      .gitLab(
        "given to all jobs", .findings(lines: [3]),
        """
        default:
          id_tokens:
            PYPI_ID_TOKEN: { aud: pypi }
        test:
          script:
            - pytest
        """),
      .gitLab(
        "a job that only tests", .findings(lines: [3]),
        """
        test:
          id_tokens:
            SIGSTORE_ID_TOKEN: { aud: sigstore }
          script:
            - pytest
        """),
      .gitLab(
        "the job that signs", .good,
        """
        sign:
          id_tokens:
            SIGSTORE_ID_TOKEN: { aud: sigstore }
          script:
            - cosign sign-blob --yes --bundle dist/a.sigstore.json dist/a.whl
        """),
      .gitLab(
        "a cloud's token, used by its name", .good,
        """
        deploy:
          id_tokens:
            CLOUD_TOKEN: { aud: https://cloud.example }
          script:
            - ./login --token "$CLOUD_TOKEN"
        """),
      .gitLab(
        "no tokens", .notApplicable,
        """
        test:
          script:
            - pytest
        """),
    ])

  // Programs read these by themselves.
  private static let wellKnown: Set<String> = [
    "PYPI_ID_TOKEN", "TESTPYPI_ID_TOKEN", "SIGSTORE_ID_TOKEN", "NPM_ID_TOKEN",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.pipelines.gitLab.isEmpty else { return .noGitLab }
    var findings: [Finding] = []
    var isAbout = false
    var seen: Set<Finding.Place> = []
    for pipeline in project.pipelines.gitLab {
      for file in pipeline.files {
        for token in file.defaults.flatMap(\.idTokens) {
          isAbout = true
          let place = Finding.Place(token.path, token.name.span)
          guard seen.insert(place).inserted else { continue }
          findings.append(
            finding("every job of the pipeline gets `\(token.name.value)`", at: place))
        }
      }
    }
    for site in project.gitLab.sites {
      for token in site.job.definitions.flatMap(\.idTokens).prefix(20) {
        isAbout = true
        let name = token.name.value
        // What is run elsewhere may use it: a program of the project, a script that is included.
        guard wellKnown.contains(name), site.job.isWhole, !site.job.scripts.isEmpty,
          site.role.isDisjoint(with: [.attests, .verifies]),
          !site.actions.contains(where: { if case .publish = $0.role { true } else { false } }),
          site.job.scripts.allSatisfy({ isPlain($0, name) })
        else { continue }
        let place = Finding.Place(token.path, token.name.span)
        guard seen.insert(place).inserted else { continue }
        findings.append(
          finding(
            "`\(site.name)` neither publishes nor attests, and gets `\(name)`", at: place,
            fix: fix(site, token)))
      }
    }
    return isAbout ? .examined(findings) : .notApplicable("no GitLab job gets an identity token")
  }

  /// Whether nothing in a script may use the token.
  private static func isPlain(_ script: GitLabScript, _ token: String) -> Bool {
    script.parts.allSatisfy { part in
      guard case .text(let text) = part else { return false }
      guard !text.value.mentions(token), !text.value.holds("python -m id") else { return false }
      return ShellScript(text.value).invocations.allSatisfy { invocation in
        known.contains(invocation.program)
      }
    }
  }

  // Programs that ask for no such token.
  private static let known: Set<String> = [
    "pip", "pip3", "pytest", "build", "tox", "nox", "cd", "mkdir", "ls", "echo", "cat", "cp", "mv",
    "rm", "git", "test", "export", "set", "sha256sum", "tar", "apt-get", "apt", "apk", "ruff",
    "mypy", "flake8", "black", "pre-commit", "npm", "source", "venv", "python", "python3",
  ]

  private static func fix(_ site: GitLabFacts.Site, _ token: GitLabIDToken) -> ProposedFix? {
    guard token.path == site.job.path else { return nil }
    return site.repair("take the token away") { document, node throws(YAMLEditRefusal) in
      guard let tokens = node["id_tokens"], tokens.entry(token.name.value) != nil else {
        throw .missing("id_tokens")
      }
      return tokens.entries?.count == 1
        ? try document.removing("id_tokens", from: node)
        : try document.removing(token.name.value, from: tokens)
    }
  }
}
