// SPDX-License-Identifier: Apache-2.0

/// A recommendation for how a project releases.
package struct ChecklistItem: Hashable, Sendable {
  /// A document that recommends it.
  package enum Source: String, Hashable, Sendable, CaseIterable {
    case spec8 = "SPEC 8"
    case template = "secure package template"
    case talk = "talk on Trusted Publishing"
    case tuf = "python-tuf release discussion"
    case slsa = "SLSA for Python"
  }

  /// What it can be decided from.
  package enum Evidence: String, Hashable, Sendable, CaseIterable {
    /// The files of a checkout.
    case files
    /// Commits, tags and the configuration of git.
    case git
    /// The settings of GitHub or GitLab.
    case forge
    /// What a package index shows.
    case index
    /// The files of a release.
    case artifacts
    /// Somebody who knows.
    case person
  }

  /// Its number, from 1; numbers are never reused.
  package let number: Int
  /// What is recommended, as what holds where it is followed.
  package let recommendation: String
  /// Who recommends it.
  package let sources: [Source]
  /// What decides it.
  package let evidence: [Evidence]
  /// What tells the part of it that neither files nor git tell: a command, a setting, a person.
  ///
  /// Nil where files or git decide all of it. `{repo}` stands for owner and name.
  package let rest: String?

  init(
    _ number: Int, _ recommendation: String, _ sources: [Source], _ evidence: [Evidence],
    rest: String? = nil
  ) {
    self.number = number
    self.recommendation = recommendation
    self.sources = sources
    self.evidence = evidence
    self.rest = rest
  }

  /// Whether files or git decide at least a part of it.
  package var isDecidedLocally: Bool { evidence.contains(.files) || evidence.contains(.git) }
}

/// What an audit says of a recommendation.
package enum ChecklistVerdict: Sendable {
  /// It is followed.
  case pass
  /// It is not followed, and where.
  case fail([Finding])
  /// There is nothing that it is about, and why.
  case notApplicable(String)
  /// Not known, and what would tell: a command, a setting, a person.
  case unknown(wouldTell: String)

  /// Its name in reports: `pass`, `fail`, `not-applicable`, `unknown`.
  package var name: String {
    switch self {
    case .pass: "pass"
    case .fail: "fail"
    case .notApplicable: "not-applicable"
    case .unknown: "unknown"
    }
  }
}
