// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// No secret is written into a GitLab CI or Cloud Build file.
enum PipelineSecret: AuditRule {
  static let description = RuleDescription(
    id: "pipeline-secret", title: "no secret stands in a GitLab CI or Cloud Build file",
    severity: .high, checklist: [39],
    sources: ["GitLab Docs, \"CI/CD variables\" (security)", "Google Cloud, \"Use secrets\""],
    why: """
      What is in the file is in every clone and in its history for ever. Values of \
      `substitutions` and of arguments also stand in the build's log and description.
      """,
    fix: """
      revoke it; use a protected and masked variable of an environment, or `availableSecrets` with \
      Secret Manager
      """,
    samples: [
      .gitLab(
        "a token and a password", .findings(lines: [2, 5]),
        """
        variables:
          TWINE_PASSWORD: pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMAACKlszLCIwMDAwMDAwMC
        publish:
          variables:
            REGISTRY_PASSWORD: Tr0ub4dor-and-3
          script: [./publish]
        """),
      .cloudBuild(
        "a substitution", .findings(lines: [5]),
        """
        steps:
          - name: ubuntu
            args: [./publish, $_API_TOKEN]
        substitutions:
          _API_TOKEN: 1f0e9c8b7a6d5e4f3c2b1a0918273645
        """),
      .gitLab(
        "variables, and what is for tests", .good,
        """
        variables:
          TWINE_PASSWORD: $PYPI_TOKEN
          POSTGRES_PASSWORD: postgres
          PASSWORD_FILE: /run/secrets/password
          TOKEN_URL: https://example.org/token
        test:
          script: [pytest]
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let pipelines = project.pipelines
    guard !pipelines.gitLab.isEmpty || !pipelines.builds.isEmpty else {
      return .notApplicable("there is neither a GitLab CI nor a Cloud Build file")
    }
    var findings: [Finding] = []
    func look(_ name: String, _ value: String, _ span: Range<Int>, _ path: String) {
      guard let severity = severity(name, value) else { return }
      findings.append(
        finding(
          "`\(name)` looks like a secret that is written into the file", severity,
          at: Finding.Place(path, span), help: "revoke it first: it is in every clone"))
    }
    for file in pipelines.gitLabFiles.values.sorted(by: { $0.path < $1.path }) {
      var seen: Set<Range<Int>> = []
      for definition in file.defaults + file.definitions {
        for (name, entry) in definition.variables where seen.insert(entry.span).inserted {
          look(name, entry.value.value, entry.span, file.path)
        }
      }
    }
    for file in pipelines.builds {
      for entry in file.build.substitutions?.entries ?? [] {
        look(entry.key.value, entry.value.value, entry.span, file.path)
      }
      for step in file.build.steps {
        for text in step.env + step.arguments {
          let parts = text.value.split(separator: "=", maxSplits: 1).map(String.init)
          guard parts.count == 2, !parts[0].contains(" ") else { continue }
          look(parts[0], parts[1], text.span, file.path)
        }
      }
    }
    return .examined(findings)
  }

  // Beginnings of tokens that cannot be anything else.
  private static let prefixes = [
    "pypi-AgE", "glpat-", "ghp_", "gho_", "github_pat_", "AKIA", "AIza", "sk_live_", "xoxb-",
    "npm_", "dckr_pat_", "glcbt-", "gldt-", "ya29.",
  ]

  private static func severity(_ name: String, _ value: String) -> AuditSeverity? {
    if prefixes.contains(where: { value.hasPrefix($0) && value.utf8.count > $0.utf8.count + 12 }) {
      return .high
    }
    if value.hasPrefix("-----BEGIN"), value.mentions("PRIVATE KEY") { return .high }
    let upper = name.uppercased()
    let words = upper.split { !$0.isLetter && !$0.isNumber }.map(String.init)
    let isSecret =
      words.contains {
        ["PASSWORD", "PASSWD", "TOKEN", "SECRET", "APIKEY"].contains($0)
      } || upper.hasSuffix("API_KEY") || upper.hasSuffix("ACCESS_KEY")
      || upper.hasSuffix("PRIVATE_KEY")
    // What only says where one is, or of which kind.
    let about = ["FILE", "PATH", "URL", "NAME", "ID", "USER", "TYPE", "VERSION", "DIR", "ENV"]
    guard isSecret, !about.contains(words.last ?? "") else { return nil }
    return isRandom(value) ? .medium : nil
  }

  /// Whether a value is long and mixed enough to be no word that somebody made up for tests.
  private static func isRandom(_ value: String) -> Bool {
    guard value.utf8.count >= 12, !value.contains("$"), !value.contains(" "),
      !value.contains("/"), !value.contains("<"), !value.contains("://")
    else { return false }
    let lower = value.lowercased()
    if ["test", "example", "changeme", "dummy", "password", "secret", "fake", "xxx", "placeholder"]
      .contains(where: { lower.contains($0) })
    {
      return false
    }
    let digits = value.utf8.count { (0x30...0x39).contains($0) }
    return digits >= 2 && Set(value.utf8).count >= 8 && digits < value.utf8.count
  }
}
