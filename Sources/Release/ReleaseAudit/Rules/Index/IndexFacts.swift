// SPDX-License-Identifier: Apache-2.0

extension AuditedProject {
  /// The last release at the index, or what a rule says without it.
  ///
  /// - Parameter number: the recommendation, whose words are used where nobody asked the index.
  /// - Returns: What the index shows, or what the rule says without it.
  func lastRelease(_ number: Int) -> Result<(IndexState, IndexRelease), IndexUnknown> {
    guard let index else {
      let rest = Checklist.items.first { $0.number == number }?.rest
      return .failure(IndexUnknown(rest ?? "`hallmark audit --index`"))
    }
    switch index.release {
    case .known(let release): return .success((index, release))
    case .unknown(let why): return .failure(IndexUnknown(why))
    }
  }
}

/// Why nothing is known of the last release.
struct IndexUnknown: Error {
  let outcome: RuleOutcome

  init(_ wouldTell: String) { outcome = .unknown(wouldTell: wouldTell) }
}

extension IndexState {
  /// Where findings about the project at the index are: its metadata.
  var place: Finding.Place { Finding.Place("pyproject.toml", nil) }
}

extension IndexFile {
  /// What is wrong with its provenance; nil where it holds or is not known.
  var problem: String? {
    guard case .known(let provenance) = provenance else { return nil }
    return switch provenance.verification {
    case .absent: "`\(name)` has no provenance"
    case .refused(let why): "the provenance of `\(name)` does not hold: \(why)"
    case .verified, .undecided: nil
    }
  }

  /// Why it is not known whether its provenance holds; nil where it is.
  var question: String? {
    switch provenance {
    case .unknown(let why): why
    case .known(let provenance):
      if case .undecided(let why) = provenance.verification { why } else { nil }
    }
  }
}

extension IndexState {
  /// A state for samples: one release of one wheel and one source distribution.
  static func sample(
    index: String = "https://pypi.org/simple/", environment: String? = "pypi",
    workflow: String = "release.yml", commit: String? = GitState.sampleCommit,
    wheel: IndexProvenance.Verification? = nil, sdist: IndexProvenance.Verification? = nil,
    local: String? = nil
  ) -> IndexState {
    let publisher = IndexPublisher(
      kind: "GitHub", repository: "acme/acme", workflow: workflow, environment: environment)
    let attested = IndexAttested(
      signer: "https://github.com/acme/acme/.github/workflows/\(workflow)@refs/tags/v1.0",
      repository: "https://github.com/acme/acme", commit: commit)
    func provenance(
      _ verification: IndexProvenance.Verification?
    ) -> IndexAnswer<IndexProvenance> {
      let found = verification ?? .verified([attested])
      return .known(
        IndexProvenance(publishers: found == .absent ? [] : [publisher], verification: found))
    }
    let digest = String(repeating: "ab", count: 32)
    return IndexState(
      index: index, project: "acme",
      release: .known(
        IndexRelease(
          version: "1.0",
          files: [
            IndexFile(
              name: "acme-1.0-py3-none-any.whl", isWheel: true, sha256: digest, local: local,
              provenance: provenance(wheel)),
            IndexFile(
              name: "acme-1.0.tar.gz", isWheel: false, sha256: digest,
              provenance: provenance(sdist)),
          ])))
  }
}

extension RuleSample {
  /// Makes a sample of what an index shows.
  init(
    _ name: String, _ expectation: Expectation, index: IndexState?, git: GitState? = nil,
    workflow: String? = nil
  ) {
    var files = [("pyproject.toml", "[project]\nname = \"acme\"\n")]
    if let workflow { files.append((".github/workflows/release.yml", workflow)) }
    self.init(name, expectation, isWhole: true, files: files, git: git, index: index)
  }
}

extension RuleOutcome {
  /// The same findings in the name of a rule.
  func named(_ rule: RuleDescription) -> RuleOutcome {
    guard case .examined(let findings) = self else { return self }
    return .examined(
      findings.map {
        Finding(
          rule: rule.id, severity: $0.severity, $0.message, at: $0.place, related: $0.related,
          help: $0.help)
      })
  }
}
