// SPDX-License-Identifier: Apache-2.0

/// Accounts at the index have a second factor.
enum IndexAccounts: AuditRule {
  static let description = RuleDescription(
    id: "index-accounts", title: "accounts at the index have a second factor",
    severity: .info, checklist: [67], sources: ["secure package template"],
    why: """
      Who has an owner's password can change the project's publishers. pypi.org has asked every \
      account for a second factor since January 2024; of another index only its owners know.
      """,
    fix: "turn the second factor on for each owner's account at the index",
    samples: [
      RuleSample("pypi.org, which asks for one", .good, index: .sample()),
      RuleSample(
        "an index that may not", .unknown,
        index: .sample(index: "https://index.example.org/simple/")),
      RuleSample("nobody asked", .unknown, index: nil),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    switch project.lastRelease(67) {
    case .failure(let unknown): return unknown.outcome
    case .success(let (state, _)):
      return state.isPyPI
        ? .examined([])
        : .unknown(wouldTell: "each owner of `\(state.project)` at \(state.index)")
    }
  }
}
