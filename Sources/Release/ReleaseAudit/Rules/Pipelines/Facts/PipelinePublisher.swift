// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// A job of GitLab CI, or a build of Cloud Build, that publishes to PyPI.
struct PipelinePublisher {
  /// `` `publish` ``, or `the build`.
  let name: String
  /// Where it is.
  let place: Finding.Place
  /// Where it publishes.
  let upload: Finding.Place
  /// What it does, and what is done before it begins.
  let role: StepRole
  /// Whether all that it does is known.
  let isWhole: Bool
  /// The job of GitLab CI.
  let site: GitLabFacts.Site?
}

extension AuditedProject {
  /// Looks at each job and build that publishes to PyPI.
  func pipelinePublishing(
    _ body: (PipelinePublisher, inout [Finding]) -> GitLabDecision
  ) -> RuleOutcome {
    guard !pipelines.gitLab.isEmpty || !pipelines.builds.isEmpty else { return .noPipeline }
    var publishers: [PipelinePublisher] = []
    for site in gitLab.sites where site.isForPyPI {
      let upload = site.published.first { $0.role == .publish(.pypi) }
      publishers.append(
        PipelinePublisher(
          name: "`\(site.name)`", place: site.place, upload: upload?.place ?? site.place,
          role: site.before.union(site.role), isWhole: site.job.isWhole && !site.isOpen, site: site)
      )
    }
    for file in pipelines.builds {
      guard let first = file.publications.first else { continue }
      publishers.append(
        PipelinePublisher(
          name: "the build", place: file.place, upload: first.action.place, role: file.role,
          isWhole: true, site: nil))
    }
    guard !publishers.isEmpty else {
      return .notApplicable("no GitLab job and no build of Cloud Build publishes to PyPI")
    }
    var findings: [Finding] = []
    var unknown: [String] = []
    for publisher in publishers where body(publisher, &findings) == .unknown {
      if unknown.count < 3 { unknown.append(publisher.name) }
    }
    guard findings.isEmpty, !unknown.isEmpty else { return .examined(findings.once) }
    return .unknown(
      wouldTell: "what \(unknown.joined(separator: ", ")) extends or includes from elsewhere; "
        + "GitLab shows it as the merged configuration of the pipeline editor")
  }
}

extension RuleOutcome {
  /// Nothing of GitLab CI and Cloud Build to look at.
  static let noPipeline = Self.notApplicable("there is neither a GitLab CI nor a Cloud Build file")
}

extension CloudBuildFile {
  /// The place of the file's first key.
  var place: Finding.Place {
    let root = build.document.root
    return Finding.Place(path, root.entries?.first?.key.span ?? root.span)
  }
}
