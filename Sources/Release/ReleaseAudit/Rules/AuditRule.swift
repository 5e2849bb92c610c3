// SPDX-License-Identifier: Apache-2.0

/// One thing that an audit looks for.
///
/// Each rule is a type without cases in a file of its own, listed in ``AuditRules``.
package protocol AuditRule: Sendable {
  /// What it is about.
  static var description: RuleDescription { get }

  /// Looks at a project.
  static func examine(_ project: AuditedProject) -> RuleOutcome
}

/// What a rule says of a project.
package enum RuleOutcome: Sendable {
  /// It looked at something; without findings it is content.
  case examined([Finding])
  /// There is nothing that it is about, and why: "no job publishes".
  case notApplicable(String)
  /// It cannot know, and what would tell: an option, a token, a command.
  case unknown(wouldTell: String)
}

/// A rule in words, for `hallmark rules`, `hallmark explain` and reports.
package struct RuleDescription: Sendable {
  /// Its name: lowercase words with hyphens.
  package let id: String
  /// What it asks for, in one sentence: "publish jobs run in an environment".
  package let title: String
  /// How bad a finding is at worst.
  package let severity: AuditSeverity
  /// The numbers of the recommendations that it decides; empty for the general security rules.
  package let checklist: [Int]
  /// Who recommends it: names of documents with their sections.
  package let sources: [String]
  /// Why it matters, in a few sentences.
  package let why: String
  /// The incident that it would have stopped, with its year.
  package let incident: String?
  /// How to repair a finding.
  package let fix: String
  /// What it finds and what it does not: tests and documentation at once.
  package var samples: [RuleSample] { makeSamples() }

  // Audits show no samples, and need not make them.
  private let makeSamples: @Sendable () -> [RuleSample]

  /// Describes a rule.
  package init(
    id: String, title: String, severity: AuditSeverity, checklist: [Int] = [],
    sources: [String], why: String, incident: String? = nil, fix: String,
    samples: @autoclosure @escaping @Sendable () -> [RuleSample]
  ) {
    self.id = id
    self.title = title
    self.severity = severity
    self.checklist = checklist
    self.sources = sources
    self.why = why
    self.incident = incident
    self.fix = fix
    makeSamples = samples
  }
}

/// A project, or a part of one, on which a rule shows what it does.
package struct RuleSample: Sendable {
  /// What the rule must say.
  package enum Expectation: Hashable, Sendable {
    /// Findings in these lines of the first file, from 1, in any order; 0 is the file as a whole.
    case findings(lines: [Int])
    /// No finding.
    case good
    /// There is nothing that the rule is about.
    case notApplicable
    /// The rule cannot know.
    case unknown
  }

  /// What it shows, in a few words.
  package let name: String
  /// Paths and texts.
  package let files: [(path: String, text: String)]
  /// What the rule must say.
  package let expectation: Expectation
  /// Whether the files stand for a whole repository, so that what is not there is missing.
  package let isWhole: Bool
  /// What git knows.
  package let git: GitState?
  /// What a package index shows.
  package let index: IndexState?
  /// Answers of the forge, by the path of the request; nil where it was not asked.
  package let settings: [(path: String, answer: String)]?

  /// The project that it stands for.
  package var project: AuditedProject {
    let project = AuditedProject(
      files: files.map { AuditedFile(path: $0.path, bytes: Array($0.text.utf8)) },
      isWhole: isWhole, git: git, index: index)
    return project.adding(forge: forge(of: project))
  }

  /// Makes a sample of several files.
  package init(
    _ name: String, _ expectation: Expectation, isWhole: Bool = false,
    files: [(path: String, text: String)], git: GitState? = nil, index: IndexState? = nil,
    settings: [(path: String, answer: String)]? = nil
  ) {
    self.git = git
    self.index = index
    self.settings = settings
    self.name = name
    self.files = files
    self.expectation = expectation
    self.isWhole = isWhole
  }

  /// Makes a sample of one workflow.
  package init(_ name: String, _ expectation: Expectation, workflow text: String) {
    self.init(name, expectation, files: [(".github/workflows/release.yml", text)])
  }
}
