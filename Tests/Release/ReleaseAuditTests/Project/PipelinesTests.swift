// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ReleaseAudit

@Suite struct PipelinesTests {
  static func project(
    _ files: [(String, String)], isWhole: Bool = true, profile: AuditProfile = .spec8
  ) -> AuditedProject {
    AuditedProject(
      files: files.map { AuditedFile(path: $0.0, bytes: Array($0.1.utf8)) }, isWhole: isWhole,
      profile: profile)
  }

  static func verdict(_ project: AuditedProject, _ number: Int) -> String? {
    let report = AuditReport(examining: project, rules: AuditRules.all)
    return Checklist.verdicts(project, outcomes: report.outcomes)
      .first { $0.item.number == number }?.verdict.name
  }

  /// What starts a job.
  static let starts: [(text: String, expected: String)] = [
    ("p: {script: [uv publish]}", "everyday"),
    ("p: {when: manual, script: [uv publish]}", "decision"),
    ("p: {rules: [{if: $CI_COMMIT_TAG}], script: [uv publish]}", "tag"),
    ("p: {rules: [{if: $CI_COMMIT_TAG, when: manual}], script: [uv publish]}", "decision"),
    ("p: {rules: [{if: '$CI_PIPELINE_SOURCE == \"web\"'}], script: [uv publish]}", "decision"),
    ("p: {rules: [{if: '$RELEASE == \"yes\"'}], script: [uv publish]}", "decision"),
    ("p: {rules: [{if: '$CI_COMMIT_BRANCH == \"main\"'}], script: [uv publish]}", "everyday"),
    ("p: {rules: [{if: '$CI_COMMIT_TAG'}, {when: never}], script: [uv publish]}", "tag"),
    (
      "p: {rules: [{if: $CI_COMMIT_BRANCH, when: never}, {when: on_success}], script: [uv publish]}",
      "tag"
    ),
    (
      """
      p: {rules: [{if: '$CI_COMMIT_BRANCH != "main"', when: never}, {when: on_success}], script: [uv publish]}
      """, "everyday"
    ),
    (
      """
      p: {rules: [{if: '$CI_COMMIT_BRANCH != null', when: never}, {when: on_success}], script: [uv publish]}
      """, "tag"
    ),
    ("p: {rules: [{if: $CI_COMMIT_TAG}, {when: on_success}], script: [uv publish]}", "everyday"),
    (
      """
      .r: {rules: [{if: $CI_COMMIT_BRANCH, when: never}]}
      p: {rules: [!reference [.r, rules], {when: on_success}], script: [uv publish]}
      """, "tag"
    ),
    (
      """
      .r: {rules: [!reference [.r, rules], !reference [.r, rules], !reference [.r, rules]]}
      p: {rules: [!reference [.r, rules]], script: [uv publish]}
      """, "unknown"
    ),
    (
      """
      workflow: {rules: [{if: $CI_COMMIT_TAG}]}
      p: {rules: [{exists: [pyproject.toml]}], script: [uv publish]}
      """, "tag"
    ),
    (
      """
      workflow: {rules: [{when: always}]}
      p: {only: [tags], script: [uv publish]}
      """, "tag"
    ),
    ("p: {rules: [{if: '$CI_COMMIT_TAG == null'}], script: [uv publish]}", "everyday"),
    ("p: {only: [tags], script: [uv publish]}", "tag"),
    ("p: {only: [main, tags], script: [uv publish]}", "everyday"),
    ("p: {only: {refs: [web]}, script: [uv publish]}", "decision"),
    ("p: {only: [/^v/], except: [branches], script: [uv publish]}", "tag"),
    ("p: {except: [branches], script: [uv publish]}", "tag"),
    ("p: {extends: .elsewhere, script: [uv publish]}", "unknown"),
    ("workflow: {rules: [{if: $CI_COMMIT_TAG}]}\np: {script: [uv publish]}", "tag"),
    (
      ".r: {rules: [{when: manual}]}\np: {rules: [!reference [.r, rules]], script: [uv publish]}",
      "decision"
    ),
    ("p: {rules: [!reference [.none, rules]], script: [uv publish]}", "unknown"),
  ]

  @Test(arguments: starts) func startsAreTold(text: String, expected: String) throws {
    let site = try #require(Self.project([(".gitlab-ci.yml", text)]).gitLab.publishing.first)
    let name =
      switch GitLabStart(site) {
      case .decision: "decision"
      case .tag: "tag"
      case .everyday: "everyday"
      case .unknown: "unknown"
      }
    #expect(name == expected)
  }

  /// Where a job publishes.
  @Test(arguments: [
    ("p: {script: [twine upload dist/*]}", "pypi"),
    ("p: {script: [twine upload -r testpypi dist/*]}", ""),
    ("p: {script: [twine upload --repository gitlab dist/*]}", ""),
    (
      "p: {script: ['twine upload --repository-url $CI_API_V4_URL/projects/1/packages/pypi dist/*']}",
      ""
    ),
    (
      "p: {variables: {TWINE_REPOSITORY_URL: 'https://index.example/'}, script: [twine upload dist/*]}",
      ""
    ),
    ("variables: {TWINE_PASSWORD: $CI_JOB_TOKEN}\np: {script: [twine upload dist/*]}", ""),
    (
      "p: {script: ['TWINE_PASSWORD=$CI_JOB_TOKEN twine upload --repository-url $X dist/*', 'twine upload dist/*']}",
      "pypi"
    ),
    (
      "p: {before_script: ['echo //$CI_SERVER_HOST/:_authToken=$CI_JOB_TOKEN > .npmrc'], script: [npm publish]}",
      ""
    ),
    ("p: {script: [npm publish]}", "npm"),
    (".s: {script: [uv publish]}\np: {script: [!reference [.s, script]]}", "pypi"),
    ("p: {script: [!reference [p, script], uv publish]}", "pypi"),
  ])
  func destinations(text: String, expected: String) {
    let sites = Self.project([(".gitlab-ci.yml", text)]).gitLab.publishing
    let found = sites.first?.published.first.map { action in
      if case .publish(let target) = action.role { target.rawValue } else { "" }
    }
    #expect(found ?? "" == expected)
  }

  @Test func orderFollowsNeedsAndStages() {
    let project = Self.project([
      (
        ".gitlab-ci.yml",
        """
        stages: [one, two, three]
        build: {stage: one, script: [python -m build]}
        sign: {stage: two, script: [cosign sign-blob a]}
        late: {stage: three, script: [a]}
        early: {stage: three, needs: [], script: [a]}
        signed: {stage: three, needs: ["sign: [x, y]"], script: [a]}
        round: {stage: three, needs: [trip], script: [a]}
        trip: {stage: three, needs: [round, build], script: [a]}
        """
      )
    ])
    let before = Dictionary(uniqueKeysWithValues: project.gitLab.sites.map { ($0.name, $0.before) })
    #expect(before["late"] == [.builds, .attests])
    #expect(before["early"] == [])
    #expect(before["signed"] == [.builds, .attests])
    #expect(before["round"]?.contains(.builds) == true)
    #expect(before["trip"]?.contains(.builds) == true)
  }

  /// A project with GitLab alone is judged by its pipeline, and nothing else is called absent.
  @Test func aProjectWithGitLabAloneIsDecided() {
    let bad = Self.project([(".gitlab-ci.yml", "p: {script: [twine upload dist/*]}\n")])
    for number in [3, 15, 26, 29, 32, 36, 39] {
      #expect(Self.verdict(bad, number) == "fail", "\(number)")
    }
    for number in [73, 77, 85, 86] {
      #expect(Self.verdict(bad, number) == "unknown", "\(number)")
    }
    let good = Self.project([
      (
        ".gitlab-ci.yml",
        """
        stages: [build, attest, check, publish]
        build:
          stage: build
          image: python:3.13@sha256:9a5a13f2dd4ae33d7a8e9ac1a0e3e0cb5e3a8b2e7e6d9c3f1a2b3c4d5e6f7a8b
          script: ['export SOURCE_DATE_EPOCH=$(git log -1 --pretty=%ct)', python -m build]
          artifacts: {paths: [dist]}
        attest:
          stage: attest
          id_tokens: {SIGSTORE_ID_TOKEN: {aud: sigstore}}
          script: [pypi-attestations sign dist/*]
        check: {stage: check, script: [hallmark verify dist/*]}
        publish:
          stage: publish
          environment: pypi
          resource_group: release
          id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}
          rules: [{if: $CI_COMMIT_TAG, when: manual}]
          script: [twine upload --attestations dist/*]

        """
      )
    ])
    for number in [3, 15, 26, 29, 31, 32, 33, 34, 36, 37, 39, 71] {
      #expect(Self.verdict(good, number) == "pass", "\(number)")
    }
    let none = Self.project([(".github/workflows/a.yml", "on: push\njobs: {}\n")])
    #expect(Self.verdict(none, 39) == "not-applicable")
  }

  @Test(arguments: [
    (".gitlab-ci.yml", "a: [\n"), ("cloudbuild.yaml", "steps: {\n"),
    (".gitlab-ci.yml", "a: {script: [\u{FF}\u{0}]}\n"),
  ])
  func whatIsUnreadPassesNothing(path: String, text: String) {
    let project = Self.project([(path, text), ("LICENSE", "MIT License")])
    #expect(project.problems.contains { $0.path == path && $0.extent == .all })
    let names = Set((1...95).map { Self.verdict(project, $0) ?? "" })
    #expect(!names.contains("pass") && !names.contains("not-applicable"))
  }

  @Test func anUnreadRenovateIsNotABot() {
    let project = Self.project([
      ("renovate.json", "{\"a\": *x}"), (".github/workflows/a.yml", "on: push\njobs: {}\n"),
    ])
    #expect(project.problems.contains { $0.path == "renovate.json" })
    for number in [23, 24] { #expect(Self.verdict(project, number) == "unknown", "\(number)") }
  }

  /// Other YAML of a repository is no pipeline unless one includes it.
  @Test func onlyWhatIsIncludedCounts() {
    let files = [
      (".gitlab-ci.yml", "include: /ci/a.yml\nx: {script: [x]}\n"),
      ("ci/a.yml", "a: {script: [twine upload dist/*]}\n"),
      ("ci/b.yml", "b: {script: [twine upload dist/*]}\n"),
    ]
    let project = Self.project(files)
    #expect(project.gitLab.sites.map(\.name) == ["x", "a"])
    #expect(Set(project.pipelines.gitLabFiles.keys) == [".gitlab-ci.yml", "ci/a.yml"])
    // Files that somebody gave are looked at.
    #expect(Self.project(files, isWhole: false).gitLab.publishing.count == 2)
  }

  /// Ten thousand jobs that all extend the same and need the one before cost little.
  @Test(.timeLimit(.minutes(1))) func manyJobs() {
    var text = "default: {before_script: [&s [make a, make b]]}\n.t: {variables: {A: b}, script: ["
    text += String(repeating: "twine upload dist/*,", count: 500) + "a]}\n"
    for number in 0..<10_000 {
      text += "j\(number): {extends: .t, needs: [j\(max(0, number - 1))]}\n"
    }
    let project = Self.project([(".gitlab-ci.yml", text)])
    #expect(project.gitLab.sites.count == 10_000)
    let report = AuditReport(examining: project, rules: AuditRules.pipelines)
    #expect(!report.findings.isEmpty)
  }
}
