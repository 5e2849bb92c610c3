// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// A build of Cloud Build runs as an account of its own.
enum CloudBuildAccount: AuditRule {
  static let description = RuleDescription(
    id: "cloudbuild-account", title: "Cloud Build runs as an account that may do only this",
    severity: .low, checklist: [39],
    sources: ["Google Cloud, \"Configure user-specified service accounts for Cloud Build\""],
    why: """
      The account that builds get by default can do what every build of the project needs, and \
      often more. Each step, and each program that it runs, can do all of that.
      """,
    fix: "write `serviceAccount:` with an account for this build, or name one in its trigger",
    samples: [
      .cloudBuild(
        "none is named", .findings(lines: [1]),
        """
        steps:
          - name: ubuntu
            args: [make]
        """),
      .cloudBuild(
        "an account for releases", .good,
        """
        steps:
          - name: ubuntu
            args: [make]
        serviceAccount: projects/acme/serviceAccounts/release@acme.iam.gserviceaccount.com
        """),
      .gitLab(
        "no Cloud Build", .notApplicable,
        """
        test: { script: [pytest] }
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.buildFindings("") { file, findings in
      let root = file.build.document.root
      guard let account = file.build.serviceAccount else {
        findings.append(
          finding(
            "the build runs as the default account, unless its trigger names another",
            at: Finding.Place(file.path, root.entries?.first?.key.span ?? root.span)))
        return true
      }
      if isShared(account.value) {
        findings.append(
          finding(
            "`\(account.value)` is the account that all builds of the project get",
            at: Finding.Place(file.path, account.span)))
      }
      return true
    }
  }

  /// Whether an account is one that all builds of a project get; also where none is named.
  static func isShared(_ account: String?) -> Bool {
    guard let account else { return true }
    return account.contains("@cloudbuild.gserviceaccount.com")
      || account.contains("-compute@developer.gserviceaccount.com")
  }
}
