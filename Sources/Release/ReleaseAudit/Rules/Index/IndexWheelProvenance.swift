// SPDX-License-Identifier: Apache-2.0

/// Each wheel of the last release has provenance that holds.
enum IndexWheelProvenance: AuditRule {
  static let description = RuleDescription(
    id: "index-wheel-provenance", title: "every wheel at the index has provenance",
    severity: .medium, checklist: [78, 80, 93],
    sources: ["SLSA for Python", "talk on Trusted Publishing", "PEP 740"],
    why: """
      Wheels are what users install, and those for a rare platform are often added later, from \
      somebody's machine. One without provenance is enough to get code of unknown origin to its \
      users.
      """,
    fix: "build late wheels by the same workflow, started by hand, and publish them with it",
    samples: [
      RuleSample("one was added by hand", .findings(lines: [0]), index: .sample(wheel: .absent)),
      RuleSample("every wheel has it", .good, index: .sample()),
      RuleSample("nobody asked", .unknown, index: nil),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    examine(project, 93) { $0.isWheel }.named(description)
  }

  /// What is wrong with the provenance of some files.
  static func examine(
    _ project: AuditedProject, _ number: Int, _ isMeant: (IndexFile) -> Bool
  ) -> RuleOutcome {
    switch project.lastRelease(number) {
    case .failure(let unknown): return unknown.outcome
    case .success(let (state, release)):
      let files = release.files.filter(isMeant)
      guard !files.isEmpty else {
        return .notApplicable("\(state.project) \(release.version) has no such file at the index")
      }
      let problems = files.compactMap(\.problem)
      if let first = problems.first {
        let rest = problems.count > 1 ? ", and \(problems.count - 1) more" : ""
        return .examined([
          finding("\(state.project) \(release.version): \(first)\(rest)", at: state.place)
        ])
      }
      let questions = files.compactMap(\.question)
      return questions.isEmpty ? .examined([]) : .unknown(wouldTell: questions[0])
    }
  }
}
