// SPDX-License-Identifier: Apache-2.0

/// Files in `dist/` are those that the index serves under the same name.
enum IndexSameBytes: AuditRule {
  static let description = RuleDescription(
    id: "index-same-bytes", title: "files in dist/ are those that the index serves",
    severity: .low, sources: ["python-tuf #1550"],
    why: """
      Two different files under one name: one of them is not what was released. Often it is only a \
      build that gives other bytes each time, which `hallmark diff` shows; then nobody can tell a \
      changed file from an honest one.
      """,
    fix: "compare them by `hallmark diff`, and rebuild the release by `hallmark reproduce`",
    samples: [
      RuleSample(
        "other bytes", .findings(lines: [0]),
        index: .sample(local: String(repeating: "cd", count: 32))),
      RuleSample(
        "the same bytes", .good, index: .sample(local: String(repeating: "ab", count: 32))),
      RuleSample("no file in dist/", .notApplicable, index: .sample()),
      RuleSample("nobody asked", .notApplicable, index: nil),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard let state = project.index else { return .notApplicable("the index was not asked") }
    guard case .known(let release) = state.release else {
      return .unknown(wouldTell: "`hallmark audit --index`, where the index answers")
    }
    let pairs = release.files.filter { $0.local != nil && $0.sha256 != nil }
    guard !pairs.isEmpty else {
      return .notApplicable("no file of \(state.project) \(release.version) is in `dist/`")
    }
    return .examined(
      pairs.filter { $0.local != $0.sha256 }.map {
        finding(
          "`dist/\($0.name)` is not the file that the index serves under that name",
          at: state.place)
      })
  }
}
