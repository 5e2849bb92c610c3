// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// A GitLab job that publishes takes the artifacts of named jobs.
enum GitLabArtifacts: AuditRule {
  static let description = RuleDescription(
    id: "gitlab-artifacts", title: "GitLab jobs that publish take artifacts of named jobs",
    severity: .low, checklist: [95, 39],
    sources: [
      "SLSA for Python", "GitLab Docs, \"CI/CD YAML syntax reference\" (dependencies, needs)",
    ],
    why: """
      A job gets the artifacts of all jobs of earlier stages unless it names some. Whatever any of \
      them was made to leave there, a test job for instance, is published.
      """,
    fix: "name the jobs whose artifacts are published in `needs:` or `dependencies:`",
    samples: [
      .gitLab(
        "all that there is", .findings(lines: [7]),
        """
        build:
          stage: build
          script: [python -m build]
          artifacts: { paths: [dist] }
        docs:
          { stage: test, script: [make docs], artifacts: { paths: [docs] } }
        publish:
          stage: deploy
          script: [twine upload dist/*]
        """),
      .gitLab(
        "of one job", .good,
        """
        build:
          stage: build
          script: [python -m build]
          artifacts: { paths: [dist] }
        docs:
          { stage: test, script: [make docs], artifacts: { paths: [docs] } }
        publish:
          stage: deploy
          dependencies: [build]
          script: [twine upload dist/*]
        """),
      .gitLab(
        "there is only one", .good,
        """
        build:
          stage: build
          script: [python -m build]
          artifacts: { paths: [dist] }
        publish:
          stage: deploy
          script: [twine upload dist/*]
        """),
      .cloudBuild(
        "one folder for all steps", .notApplicable,
        """
        steps:
          - name: python
            script: twine upload dist/*
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.pipelines.gitLab.isEmpty else {
      return project.pipelines.builds.isEmpty
        ? .noPipeline
        : .notApplicable("all steps of Cloud Build share one folder; nothing is handed over")
    }
    var makers: [String: Makers] = [:]
    for site in project.gitLab.sites {
      makers[site.entrance, default: Makers(site.pipeline.stages)].add(site)
    }
    let earlier = makers.mapValues(\.earlier)
    return project.gitLabPublishing { site, findings in
      guard site.job.value(\.dependencies) == nil, site.job.value(\.needs) == nil else {
        return .decided
      }
      guard site.job.isWhole else { return .unknown }
      let given = earlier[site.entrance]?[site.job.stage] ?? []
      guard given.count > 1 else { return .decided }
      let names = given.prefix(3).map { "`\($0.name)`" }.joined(separator: ", ")
      let builders = given.filter { $0.role.contains(.builds) }
      findings.append(
        finding(
          "`\(site.name)` gets the artifacts of all earlier jobs: \(names)", at: site.place,
          fix: builders.count == 1 && given.count < 4
            ? fix(site, builders[0].name) : nil))
      return .decided
    }
  }

  /// The jobs that leave artifacts, of each stage a few.
  private struct Makers {
    private let stages: [String]
    private var sites: [String: [GitLabFacts.Site]] = [:]

    init(_ stages: [String]) { self.stages = stages }

    mutating func add(_ site: GitLabFacts.Site) {
      guard site.job.inherited({ $0.artifacts.isEmpty ? nil : true }) != nil,
        sites[site.job.stage, default: []].count < 4
      else { return }
      sites[site.job.stage, default: []].append(site)
    }

    /// A few of those of earlier stages, by the stage.
    var earlier: [String: [GitLabFacts.Site]] {
      var result: [String: [GitLabFacts.Site]] = [:]
      var before: [GitLabFacts.Site] = []
      for stage in stages where result[stage] == nil {
        result[stage] = before
        before = Array((before + (sites[stage] ?? [])).prefix(4))
      }
      return result
    }
  }

  private static func fix(_ site: GitLabFacts.Site, _ name: String) -> ProposedFix? {
    site.repair("take the artifacts of `\(name)` alone") {
      document, node throws(YAMLEditRefusal) in
      try document.inserting("dependencies", [.scalar(name)], into: node, at: .first)
    }
  }
}
