// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Secrets of Cloud Build are named by a version.
enum CloudBuildSecretVersion: AuditRule {
  static let description = RuleDescription(
    id: "cloudbuild-secret-version", title: "secrets of Cloud Build are named by their version",
    severity: .low, checklist: [39], sources: ["Google Cloud, \"Secret Manager best practices\""],
    why: """
      With `latest`, who may add a version decides what the next build uses, without a change \
      that anybody reviews; a build that is made again uses another secret than the first one.
      """,
    fix: "write the number of the version in place of `latest`",
    samples: [
      .cloudBuild(
        "the latest", .findings(lines: [6]),
        """
        steps:
          - name: ubuntu
            args: [./publish]
        availableSecrets:
          secretManager:
            - versionName: projects/acme/secrets/token/versions/latest
              env: TOKEN
        """),
      .cloudBuild(
        "a version", .good,
        """
        steps:
          - name: ubuntu
            args: [./publish]
        availableSecrets:
          secretManager:
            - versionName: projects/acme/secrets/token/versions/3
              env: TOKEN
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.buildFindings("no build of Cloud Build has a secret") { file, findings in
      let latest = file.build.secretVersions.filter { $0.value.hasSuffix("/latest") }
      if let first = latest.first {
        findings.append(
          finding(
            latest.count == 1
              ? "whoever adds a version of the secret changes the build"
              : "whoever adds a version of one of \(latest.count) secrets changes the build",
            at: Finding.Place(file.path, first.span),
            related: latest.dropFirst().prefix(50).map { Finding.Place(file.path, $0.span) }))
      }
      return !file.build.secretVersions.isEmpty
    }
  }
}
