// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Whether a rule could decide about a job.
enum GitLabDecision {
  case decided
  /// What it extends or includes is not in the project.
  case unknown
}

extension AuditedProject {
  /// Looks at each GitLab job that publishes to a package index for everybody.
  func gitLabPublishing(
    pypi: Bool = false, _ body: (GitLabFacts.Site, inout [Finding]) -> GitLabDecision
  ) -> RuleOutcome {
    guard !pipelines.gitLab.isEmpty else { return .noGitLab }
    let sites = gitLab.publishing.filter { !pypi || $0.isForPyPI }
    guard !sites.isEmpty else {
      return .notApplicable("no GitLab job publishes to \(pypi ? "PyPI" : "a package index")")
    }
    var findings: [Finding] = []
    var unknown: [String] = []
    for site in sites where body(site, &findings) == .unknown {
      if unknown.count < 3 { unknown.append("`\(site.name)`") }
    }
    guard findings.isEmpty, !unknown.isEmpty else { return .examined(findings.once) }
    return .unknown(
      wouldTell: "what \(unknown.joined(separator: ", ")) extends or includes from elsewhere; "
        + "GitLab shows it as the merged configuration of the pipeline editor")
  }
}

extension [Finding] {
  /// Those that say something new: a job of two pipelines is still one.
  var once: [Finding] {
    var said: [Finding.Place: Set<String>] = [:]
    return filter { said[$0.place, default: []].insert($0.message).inserted }
  }
}

extension RuleOutcome {
  /// Nothing of GitLab CI to look at.
  static let noGitLab = Self.notApplicable("there is no GitLab CI file")
  /// Nothing of Cloud Build to look at.
  static let noCloudBuild = Self.notApplicable("there is no Cloud Build file")
}

extension GitLabFacts.Site {
  /// Where it publishes, for a finding.
  var publishPlaces: [Finding.Place] {
    published.prefix(1).map { action in
      Finding.Place(action.place.path, action.place.span, "publishes here")
    }
  }

  /// Whether something that the pipeline includes from elsewhere may do the rest.
  var isOpen: Bool { !pipeline.isComplete }
}

extension RuleSample {
  /// A sample of one `.gitlab-ci.yml`.
  static func gitLab(_ name: String, _ expectation: Expectation, _ text: String) -> Self {
    Self(name, expectation, files: [(".gitlab-ci.yml", text + "\n")])
  }

  /// A sample of one `cloudbuild.yaml`.
  static func cloudBuild(_ name: String, _ expectation: Expectation, _ text: String) -> Self {
    Self(name, expectation, files: [("cloudbuild.yaml", text + "\n")])
  }

  /// A sample of one `renovate.json`.
  static func renovate(_ name: String, _ expectation: Expectation, _ text: String) -> Self {
    Self(name, expectation, files: [("renovate.json", text + "\n")])
  }
}
