// SPDX-License-Identifier: Apache-2.0

/// Each release is of a commit with a valid signature.
enum SignedReleaseCommits: AuditRule {
  static let description = RuleDescription(
    id: "unsigned-release-commit", title: "the released commit has a valid signature",
    severity: .medium, checklist: [7], sources: ["SPEC 8", "python-tuf #1550"],
    why: """
      The commit decides what is built. Its signature, checked against the allowed signers, holds \
      without the forge, and after somebody has taken over an account there.
      """,
    fix: "sign commits (`git config commit.gpgSign true`), at least those that are released",
    samples: [
      RuleSample("no signature", .findings(lines: [0]), git: GitState(commit: .none)),
      RuleSample(
        "somebody who may not", .findings(lines: [0]),
        git: GitState(commit: .refused("the key is not allowed"))),
      RuleSample(
        "an allowed signer", .good, git: GitState(commit: .verified(names: ["maintainer"]))),
      RuleSample(
        "nobody knows who may sign", .unknown,
        git: GitState(commit: .undecided("there are no allowed signers"))),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard let git = project.git else { return AuditedProject.withoutGit }
    guard let tag = git.newestRelease else { return .notApplicable("there is no release tag") }
    // Of other commits the signature has not been read.
    guard let commit = tag.commit, commit == git.head, let signature = git.headSignature else {
      return .unknown(wouldTell: "`git verify-commit '\(tag.name)^{commit}'`")
    }
    let place = Finding.Place(".git/refs/tags/\(tag.name)", nil)
    switch signature {
    case .none:
      return .examined([finding("the commit of `\(tag.name)` is not signed", .low, at: place)])
    case .refused(let reason):
      return .examined([
        finding(
          "the signature of the commit of `\(tag.name)` does not hold: \(reason)", at: place)
      ])
    case .verified: return .examined([])
    case .undecided(let reason):
      return .unknown(wouldTell: "`git verify-commit '\(tag.name)^{commit}'`, since \(reason)")
    }
  }
}
