// SPDX-License-Identifier: Apache-2.0

/// The last commit's signature verifies.
enum SignedHead: AuditRule {
  static let description = RuleDescription(
    id: "unsigned-head", title: "the last commit's signature verifies",
    severity: .medium, checklist: [41], sources: ["secure package template"],
    why: """
      Whether signing works is seen at the last commit: signed, by a key that is allowed, and \
      checked by the same means that users have.
      """,
    fix: "sign commits (`git config commit.gpgSign true`), and list the keys in allowed_signers",
    samples: [
      RuleSample("no signature", .findings(lines: [0]), git: GitState(commit: .none)),
      RuleSample(
        "a key that is not allowed", .findings(lines: [0]),
        git: GitState(commit: .refused("the key is not allowed"))),
      RuleSample(
        "an allowed signer", .good, git: GitState(commit: .verified(names: ["maintainer"]))),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard let git = project.git else { return AuditedProject.withoutGit }
    guard let signature = git.headSignature else { return .notApplicable("there is no commit yet") }
    let place = Finding.Place(".git/HEAD", nil)
    switch signature {
    case .none:
      return .examined([finding("the last commit is not signed", .info, at: place)])
    case .refused(let reason):
      return .examined([finding("the last commit's signature does not hold: \(reason)", at: place)])
    case .verified: return .examined([])
    case .undecided(let reason):
      return .unknown(wouldTell: "`git verify-commit HEAD`, since \(reason)")
    }
  }
}
