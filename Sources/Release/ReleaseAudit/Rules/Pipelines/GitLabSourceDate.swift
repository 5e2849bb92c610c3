// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Builds in GitLab take their time from the commit.
enum GitLabSourceDate: AuditRule {
  static let description = RuleDescription(
    id: "gitlab-source-date", title: "builds in GitLab take their time from the commit",
    severity: .low, checklist: [71, 39], sources: ["secure package template"],
    why: """
      Archives record times. Without `SOURCE_DATE_EPOCH` they are those of the build, and nobody \
      can make the same bytes again to compare.
      """,
    fix: "build with `SOURCE_DATE_EPOCH=$(git log -1 --pretty=%ct)`",
    samples: [
      .gitLab(
        "the clock of the runner", .findings(lines: [4]),
        """
        build:
          stage: build
          script:
            - python -m build
        publish:
          stage: deploy
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "an image without git", .findings(lines: [4]),
        """
        build:
          image: python:3.13-slim
          script:
            - python -m build
        publish:
          stage: deploy
          script:
            - twine upload dist/*
        """),
      .gitLab(
        "the time of the commit", .good,
        """
        build:
          stage: build
          script:
            - export SOURCE_DATE_EPOCH=$(git log -1 --pretty=%ct)
            - python -m build
        publish:
          stage: deploy
          script:
            - twine upload dist/*
        """),
    ])

  private static let name = "SOURCE_DATE_EPOCH"

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    // hatchling writes one fixed time where none is given.
    let requires = try? project.pyproject?.optional("build-system")?.optional("requires")?.strings()
    let isFixed = requires?.contains { $0.hasPrefix("hatchling") } ?? false
    var isAbout = false
    var seen: Set<Finding.Place> = []
    let outcome = project.gitLabPublishing(pypi: true) { site, _ in
      isAbout = isAbout || site.around.contains(.builds)
      return .decided
    }
    guard case .examined = outcome else { return outcome }
    guard isAbout else { return .notApplicable("no GitLab job builds what is published") }
    guard !isFixed else { return .examined([]) }
    var findings: [Finding] = []
    for site in project.gitLab.sites where site.role.contains(.builds) {
      guard !site.knows(name),
        let build = site.actions.first(where: { $0.role == .build(.python) }),
        seen.insert(build.place).inserted
      else { continue }
      findings.append(
        finding(
          "the build in `\(site.name)` does not take its time from the commit", at: build.place,
          fix: time(in: site).flatMap { time in
            site.repair("take the time from the commit") {
              document, node throws(YAMLEditRefusal) in
              guard let list = node["script"], list.items != nil else { throw .shape }
              return try document.inserting(
                .scalar("export \(name)=$(\(time))"), intoList: list, at: 0)
            }
          }))
    }
    return .examined(findings)
  }

  // What tells the time of the commit in a job's image; nil where that is neither git nor GNU date.
  private static func time(in site: GitLabFacts.Site) -> String? {
    let image = site.job.inherited(\.image)?.value.name.value ?? ""
    if image.mentions("alpine") || image.mentions("distroless") { return nil }
    return image.mentions("slim")
      ? "date --date \"$CI_COMMIT_TIMESTAMP\" +%s" : "git log -1 --pretty=%ct"
  }
}
