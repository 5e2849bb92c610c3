// SPDX-License-Identifier: Apache-2.0

/// Each source distribution of the last release has provenance that holds.
///
/// Wheels are ``IndexWheelProvenance``'s; both decide the same recommendations.
enum IndexSourceProvenance: AuditRule {
  static let description = RuleDescription(
    id: "index-provenance", title: "what the index has of the last release has provenance",
    severity: .medium, checklist: [78, 80],
    sources: ["talk on Trusted Publishing", "python-tuf #1550", "PEP 740"],
    why: """
      A file without provenance was uploaded by a token or by hand, and nobody can tell from where. \
      One whose provenance does not hold is worse: it says something that is not so. Signatures are \
      verified here, against the trusted root that this program has.
      """,
    incident: """
      December 2024: two releases of ultralytics were uploaded by a stolen token; they had no \
      provenance, unlike those before.
      """,
    fix: "publish by a trusted publisher with attestations, and remove tokens from the project",
    samples: [
      RuleSample(
        "uploaded by hand", .findings(lines: [0]), index: .sample(sdist: .absent)),
      RuleSample(
        "of another file", .findings(lines: [0]),
        index: .sample(sdist: .refused("the attestation is about another file"))),
      RuleSample("every file has it", .good, index: .sample()),
      RuleSample(
        "the index did not say", .unknown, index: .sample(sdist: .undecided("status 503"))),
      RuleSample("nobody asked", .unknown, index: nil),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    IndexWheelProvenance.examine(project, 78) { !$0.isWheel }.named(description)
  }
}

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
  fileprivate static func examine(
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

extension RuleOutcome {
  /// The same findings in the name of a rule.
  fileprivate func named(_ rule: RuleDescription) -> RuleOutcome {
    guard case .examined(let findings) = self else { return self }
    return .examined(
      findings.map {
        Finding(
          rule: rule.id, severity: $0.severity, $0.message, at: $0.place, related: $0.related,
          help: $0.help)
      })
  }
}
