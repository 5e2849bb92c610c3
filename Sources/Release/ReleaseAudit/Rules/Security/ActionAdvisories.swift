// SPDX-License-Identifier: Apache-2.0

/// A published advisory about an action.
struct ActionAdvisory: Sendable {
  /// What it is about.
  enum Affected: Sendable {
    /// The versions from one to before another.
    case versions(from: String, to: String)
    /// Tags of versions before one, which were moved; commits stayed what they were.
    case movedTags(before: String)
    /// One commit.
    case commit(String)
  }

  /// The action, `owner/repository` in lowercase.
  let action: String
  /// What it is about.
  let affected: Affected
  /// Its number at GitHub.
  let id: String
  /// The month in which it was published: `2025-03`.
  let month: String
  /// How bad that is in a workflow.
  let severity: AuditSeverity
  /// What happens.
  let what: String

  init(
    _ action: String, _ affected: Affected, _ id: String, _ month: String,
    _ severity: AuditSeverity, _ what: String
  ) {
    self.action = action
    self.affected = affected
    self.id = id
    self.month = month
    self.severity = severity
    self.what = what
  }

  /// Advisories of the GitHub Advisory Database, ecosystem "GitHub Actions", about actions that are
  /// in wide use; ranges as they stand there.
  static let all: [Self] = [
    Self(
      "tj-actions/changed-files", .commit("0e58ed8671d6b60d0890c21b07f8835ace038e67"),
      "GHSA-mrrh-fwg8-r2c3", "2025-03", .high, "this commit writes secrets into logs"),
    Self(
      "tj-actions/changed-files", .versions(from: "0", to: "46.0.1"), "GHSA-mrrh-fwg8-r2c3",
      "2025-03", .high, "it wrote secrets into logs"),
    Self(
      "tj-actions/branch-names", .versions(from: "0", to: "9.0.0"), "GHSA-gq52-6phf-x2r6",
      "2025-07", .high, "names of branches run as commands"),
    Self(
      "tj-actions/verify-changed-files", .versions(from: "0", to: "17"), "GHSA-ghm2-rq8q-wrhc",
      "2024-01", .high, "names of files run as commands"),
    Self(
      "reviewdog/action-setup", .commit("f0d342d24037bb11d26b9bd8496e0808ba32e9ec"),
      "GHSA-qmg3-hpqr-gqvc", "2025-03", .high, "this commit writes secrets into logs"),
    Self(
      "aquasecurity/trivy-action", .movedTags(before: "0.35.0"), "GHSA-69fq-xp46-6x23", "2026-03",
      .high, "its tags were moved to a program that steals secrets"),
    Self(
      "aquasecurity/setup-trivy", .movedTags(before: "0.2.6"), "GHSA-69fq-xp46-6x23", "2026-03",
      .high, "its tags were moved to a program that steals secrets"),
    Self(
      "aquasecurity/trivy-action", .versions(from: "0.31.0", to: "0.34.0"), "GHSA-9p44-j4g5-cfx5",
      "2026-02", .medium, "its inputs run as commands"),
    Self(
      "xygeni/xygeni-action", .commit("4bf1d4e19ad81a3e8d4063755ae0f482dd3baf12"),
      "GHSA-f8q5-h5qh-33mh", "2026-03", .high, "this commit lets others run commands"),
    Self(
      "actions/download-artifact", .versions(from: "4.0.0", to: "4.1.3"), "GHSA-cxww-7g56-2vh6",
      "2024-09", .high, "artifacts write files anywhere"),
    Self(
      "dawidd6/action-download-artifact", .versions(from: "0", to: "6"), "GHSA-5xr6-xhww-33m4",
      "2024-11", .high, "it takes artifacts of forks"),
    Self(
      "pypa/gh-action-pypi-publish", .versions(from: "0", to: "1.13.0"), "GHSA-vxmw-7h4f-hqxh",
      "2025-09", .low, "its inputs are put into scripts"),
    Self(
      "sonarsource/sonarqube-scan-action", .versions(from: "4.0.0", to: "5.3.1"),
      "GHSA-f79p-9c5r-xg88", "2025-09", .high, "its arguments run as commands"),
    Self(
      "sonarsource/sonarqube-scan-action", .versions(from: "5.3.1", to: "6.0.0"),
      "GHSA-5xq9-5g24-4g6f", "2025-09", .high, "its arguments run as commands on Windows"),
    Self(
      "gradle/gradle-build-action", .versions(from: "0", to: "2.4.2"), "GHSA-h3qr-39j9-4r5v",
      "2023-05", .high, "secrets may stay in its cache"),
    Self(
      "github/codeql-action", .versions(from: "3.26.11", to: "3.28.3"), "GHSA-vqf5-2xx6-9wfm",
      "2025-01", .medium, "its debug artifacts hold a token"),
    Self(
      "rlespinasse/github-slug-action", .versions(from: "4.0.0", to: "4.4.1"),
      "GHSA-6q4m-7476-932w", "2023-03", .high, "names of branches run as commands"),
    Self(
      "hashicorp/vault-action", .versions(from: "0", to: "2.2.0"), "GHSA-4mgv-m5cm-f9h7",
      "2022-05", .high, "secrets of several lines are not masked in logs"),
    Self(
      "lycheeverse/lychee-action", .versions(from: "0", to: "2.0.2"), "GHSA-65rg-554r-9j5x",
      "2025-08", .medium, "its inputs are put into scripts"),
    Self(
      "j178/prek-action", .versions(from: "0", to: "1.0.6"), "GHSA-pwf7-47c3-mfhx", "2025-09",
      .medium, "its inputs are put into scripts"),
    Self(
      "step-security/harden-runner", .versions(from: "0", to: "2.16.0"), "GHSA-g699-3x6g-wm3g",
      "2026-03", .low, "what it blocks gets out by DNS over TCP"),
  ]

  /// The advisories by action.
  static let byAction: [String: [Self]] = Dictionary(grouping: all, by: \.action)
}
