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
