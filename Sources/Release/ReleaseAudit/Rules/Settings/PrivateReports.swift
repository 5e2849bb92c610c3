// SPDX-License-Identifier: Apache-2.0

/// Vulnerabilities can be reported in private.
enum PrivateReports: AuditRule {
  static let description = RuleDescription(
    id: "private-reports", title: "vulnerabilities can be reported in private",
    severity: .low, checklist: [65], sources: ["secure package template"],
    why: """
      Who finds a hole and no private way to tell it opens an issue, which attackers read first.
      """,
    fix: "switch on private vulnerability reporting",
    samples: [
      RuleSample(
        "off", .findings(lines: [0]),
        settings: [("private-vulnerability-reporting", #"{"enabled": false}"#)]),
      RuleSample(
        "on", .good, settings: [("private-vulnerability-reporting", #"{"enabled": true}"#)]),
      RuleSample("not asked", .unknown, settings: []),
      RuleSample(
        "a private repository", .notApplicable,
        settings: [("", #"{"default_branch": "main", "private": true}"#)]),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    settings(project) { forge in
      guard let reports = forge.privateReports else {
        return .notApplicable("every GitLab project takes confidential issues")
      }
      if forge.isPublic.value == false {
        return .notApplicable("the repository is private, and so is all that is reported there")
      }
      return verdict(
        reports, "nobody can report a vulnerability in private", at: forge.place(.security))
    }
  }
}
