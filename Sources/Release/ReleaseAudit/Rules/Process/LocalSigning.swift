// SPDX-License-Identifier: Apache-2.0

/// Git signs commits and tags on this machine.
enum LocalSigning: AuditRule {
  static let description = RuleDescription(
    id: "local-signing", title: "git signs commits and tags on this machine",
    severity: .info, checklist: [40], sources: ["secure package template"],
    why: """
      Who must remember to sign forgets it. With two settings and a key every commit and tag is \
      signed without a thought.
      """,
    fix: """
      `git config commit.gpgSign true`, `git config tag.gpgSign true`, and `user.signingKey`
      """,
    samples: [
      RuleSample("nothing is set", .findings(lines: [0]), git: GitState()),
      RuleSample("commits and tags", .good, git: GitState(settings: signing)),
    ])

  private static let signing = {
    var settings = GitSettings()
    settings.signsCommits = true
    settings.signsTags = true
    settings.hasSigningKey = true
    return settings
  }()

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard let git = project.git else { return AuditedProject.withoutGit }
    var missing: [String] = []
    if git.settings.signsCommits != true { missing.append("`commit.gpgSign`") }
    if git.settings.signsTags != true { missing.append("`tag.gpgSign`") }
    if !git.settings.hasSigningKey { missing.append("`user.signingKey`") }
    guard !missing.isEmpty else { return .examined([]) }
    return .examined([
      finding(
        "git does not sign by itself here: \(missing.joined(separator: ", ")) not set",
        at: Finding.Place(".git/config", nil))
    ])
  }
}
