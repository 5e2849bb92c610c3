// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// What builds and publishes in GitLab CI and Cloud Build is required with hashes.
enum PipelineRequirements: AuditRule {
  static let description = RuleDescription(
    id: "pipeline-requirements",
    title: "what builds and publishes in GitLab CI and Cloud Build is required with hashes",
    severity: .medium, checklist: [47], sources: ["secure package template", "python-tuf #1550"],
    why: """
      Each tool of a job that builds or publishes can change the release, and read its token. \
      Without versions and hashes it is whatever the index serves in that minute.
      """,
    fix: """
      keep tools in a file with hashes (`uv pip compile --generate-hashes`) and install it with \
      `pip install --require-hashes -r FILE`
      """,
    samples: [
      .gitLab(
        "the newest of everything", .findings(lines: [3, 7]),
        """
        before_script:
          - python --version
          - pip install -U twine
        build:
          stage: build
          script:
            - pip install build
            - python -m build
        publish:
          stage: deploy
          script:
            - twine upload dist/*
        """),
      .cloudBuild(
        "in a build", .findings(lines: [4]),
        """
        steps:
          - name: python
            script: |
              pip install twine
              twine upload dist/*
        """),
      RuleSample(
        "a file without hashes", .findings(lines: [3]),
        files: [
          (
            ".gitlab-ci.yml",
            "publish:\n  script:\n    - pip install -r requirements/publish.txt\n"
              + "    - twine upload dist/*\n"
          ), ("requirements/publish.txt", "twine==6.1.0\n"),
        ]),
      .gitLab(
        "with hashes, and a test job without", .good,
        """
        test:
          script: [pip install pytest, pytest]
        publish:
          stage: deploy
          script:
            - pip install --require-hashes -r requirements/publish.txt
            - twine upload dist/*
        """),
      .gitLab(
        "a file that is not given", .unknown,
        """
        publish:
          script:
            - pip install -r requirements/publish.txt
            - twine upload dist/*
        """),
      .gitLab(
        "nothing is installed", .notApplicable,
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
    var findings: [Finding] = []
    var isAbout = false
    var open: [String] = []
    for item in project.releaseScripts where item.script.text.value.holds("install") {
      for invocation in ShellScript(item.script.text.value).invocations {
        guard let words = PipInstall.words(of: invocation) else { continue }
        isAbout = true
        let hasConstraint = PipInstall.constraints.contains { item.hasVariable($0) }
        switch PipInstall(words).judge(hasConstraint: hasConstraint, in: project) {
        case .hashed: break
        case .notGiven(let path): open.append(path)
        case .unhashed(let what, let severity):
          findings.append(
            finding(
              "\(item.owner) installs \(what)", severity, at: item.script.place(invocation.range)))
        }
      }
    }
    guard isAbout else {
      return .notApplicable("no job of the release installs requirements with pip")
    }
    if findings.isEmpty, let path = open.first {
      return .unknown(wouldTell: "`\(path)`, with the project as a whole")
    }
    return .examined(findings)
  }
}
