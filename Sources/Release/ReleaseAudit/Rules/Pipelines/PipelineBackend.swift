// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// The build back end is pinned in GitLab CI and Cloud Build, too.
enum PipelineBackend: AuditRule {
  static let description = RuleDescription(
    id: "pipeline-backend",
    title: "the build back end is pinned in GitLab CI and Cloud Build, too",
    severity: .low, checklist: [48], sources: ["secure package template", "python-tuf #1550"],
    why: """
      An isolated build installs `build-system.requires` by itself, from the index, in whatever \
      version there is. Hashes of the build tool do not reach it, and it writes every byte of the \
      release.
      """,
    fix: """
      install the back end with hashes and build with `--no-isolation`, or give its hashes by \
      `PIP_CONSTRAINT` (`UV_BUILD_CONSTRAINT`); or build with `hallmark build`
      """,
    samples: [
      RuleSample(
        "resolved anew", .findings(lines: [3]),
        files: [
          (
            ".gitlab-ci.yml",
            """
            publish:
              script:
                - python -m build
                - twine upload dist/*

            """
          ), ("pyproject.toml", "[build-system]\nrequires = [\"hatchling>=1.6\"]\n"),
        ]),
      .gitLab(
        "constrained for all jobs", .good,
        """
        variables:
          PIP_CONSTRAINT: requirements/build.txt
        publish:
          script:
            - python -m build
            - twine upload dist/*
        """),
      .cloudBuild(
        "without isolation", .good,
        """
        steps:
          - name: python
            script: |
              python -m build --no-isolation
              twine upload dist/*
        """),
      .gitLab(
        "without pyproject.toml", .unknown,
        """
        publish:
          script:
            - python -m build
            - twine upload dist/*
        """),
      .gitLab(
        "nothing is built", .notApplicable,
        """
        publish:
          script: [twine upload dist/*]
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.pipelines.gitLab.isEmpty || !project.pipelines.builds.isEmpty else {
      return .noPipeline
    }
    guard project.publishesByPipeline else {
      return .notApplicable("no GitLab job and no build of Cloud Build publishes to PyPI")
    }
    let requires = try? project.pyproject?.optional("build-system")?.optional("requires")?.strings()
    let arePinned = requires.map { $0.allSatisfy { $0.mentions("==") } } ?? false
    var findings: [Finding] = []
    var isAbout = false
    var isOpen = false
    for item in project.releaseScripts where item.script.text.value.holds("build") {
      let script = ShellScript(item.script.text.value)
      guard let build = script.invocations.first(where: PinnedBackend.isBuild) else { continue }
      isAbout = true
      let isPinned =
        arePinned || build.hasOption("-n")
        || PinnedBackend.pins.contains {
          item.script.text.value.mentions($0) || item.hasVariable($0)
        }
      guard !isPinned else { continue }
      guard let requires else {
        isOpen = true
        continue
      }
      let names = requires.prefix(2).map { "`\($0)`" }.joined(separator: ", ")
      findings.append(
        finding(
          "\(item.owner) resolves \(names) anew", at: item.script.place(build.range)))
    }
    guard isAbout else {
      return .notApplicable("no job of the release builds with a front end in isolation")
    }
    if findings.isEmpty, isOpen {
      return .unknown(wouldTell: "`build-system.requires` in pyproject.toml")
    }
    return .examined(findings)
  }
}
