// SPDX-License-Identifier: Apache-2.0

/// Release tags are signed tag objects.
enum SignedTags: AuditRule {
  static let description = RuleDescription(
    id: "unsigned-tag", title: "release tags are signed tag objects",
    severity: .medium, checklist: [42], sources: ["secure package template", "python-tuf #1550"],
    why: """
      A lightweight tag is a name that anybody with write access can move. A signed tag says who \
      released, which commit, under which name, and can be checked without the forge.
      """,
    fix: "make release tags with `git tag --sign`, and keep the allowed signers in the repository",
    samples: [
      RuleSample(
        "a lightweight tag", .findings(lines: [0]), git: GitState(tag: .none, isAnnotated: false)),
      RuleSample(
        "an annotated tag without signature", .findings(lines: [0]), git: GitState(tag: .none)),
      RuleSample(
        "the signature of somebody else", .findings(lines: [0]),
        git: GitState(tag: .refused("the key is not allowed"))),
      RuleSample(
        "an allowed signer", .good, git: GitState(tag: .verified(names: ["maintainer"]))),
      RuleSample(
        "nobody knows who may sign", .unknown,
        git: GitState(tag: .undecided("there are no allowed signers"))),
      RuleSample(
        "no tag", .notApplicable,
        git: GitState(
          head: nil, branch: "main", headSignature: nil, tags: [], settings: GitSettings())),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard let git = project.git else { return AuditedProject.withoutGit }
    guard let tag = git.newestRelease else { return .notApplicable("there is no release tag") }
    let place = Finding.Place(".git/refs/tags/\(tag.name)", nil)
    guard tag.isAnnotated else {
      return .examined([
        finding("the newest release tag, `\(tag.name)`, is a lightweight one", .low, at: place)
      ])
    }
    switch tag.signature {
    case .none:
      return .examined([
        finding("the newest release tag, `\(tag.name)`, is not signed", .low, at: place)
      ])
    case .refused(let reason):
      return .examined([
        finding("the signature of `\(tag.name)` does not hold: \(reason)", at: place)
      ])
    case .verified: return .examined([])
    case .undecided(let reason):
      return .unknown(wouldTell: "`git verify-tag \(tag.name)`, since \(reason)")
    }
  }
}

extension AuditedProject {
  /// What a rule says that needs git, without it.
  static let withoutGit = RuleOutcome.unknown(wouldTell: "an audit of the whole git checkout")
}

extension GitState {
  /// The newest tag whose name has a version.
  var newestRelease: GitTag? {
    let newest = tags.first { tag in tag.name.utf8.contains { (0x30...0x39).contains($0) } }
    guard let newest else { return nil }
    // `v4.2` may stand beside `v4.2.0` to be moved later; it is no release.
    let longer = tags.filter { $0.commit == newest.commit && $0.name.hasPrefix(newest.name + ".") }
    return longer.max { $0.name.utf8.count < $1.name.utf8.count } ?? newest
  }

  /// The commit of samples.
  static let sampleCommit = "0123456789abcdef0123456789abcdef01234567"

  /// A state for samples: one release, of the commit that is checked out.
  init(
    tag: GitSignature = .none, isAnnotated: Bool = true, commit: GitSignature = .none,
    settings: GitSettings = GitSettings()
  ) {
    let id = Self.sampleCommit
    self.init(
      head: id, branch: "main", headSignature: commit,
      tags: [GitTag(name: "v1.0", commit: id, isAnnotated: isAnnotated, signature: tag)],
      settings: settings)
  }
}

extension RuleSample {
  /// Makes a sample of what git knows.
  init(_ name: String, _ expectation: Expectation, git: GitState) {
    self.init(name, expectation, isWhole: true, files: [("README.md", "# Acme\n")], git: git)
  }
}
