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
      "everyday"
    ),
    (
      """
      p: {rules: [{if: '$CI_COMMIT_BRANCH != "main"', when: never}, {when: on_success}], script: [uv publish]}
      """, "everyday"
    ),
    (
      """
      p: {rules: [{if: '$CI_COMMIT_BRANCH != null', when: never}, {when: on_success}], script: [uv publish]}
      """, "everyday"
    ),
    (
      """
      workflow: {rules: [{if: '$CI_PIPELINE_SOURCE == "merge_request_event"', when: never}, {when: always}]}
      p: {rules: [{if: $CI_COMMIT_BRANCH, when: never}, {when: on_success}], script: [uv publish]}
      """, "tag"
    ),
    (
      """
      p: {rules: [{if: '$CI_COMMIT_TAG == null', when: never}, {when: on_success}], script: [uv publish]}
      """, "tag"
    ),
    ("p: {rules: [{if: $CI_COMMIT_TAG}, {when: on_success}], script: [uv publish]}", "everyday"),
    (
      """
      .r: {rules: [{if: $CI_COMMIT_BRANCH, when: never}]}
      p: {rules: [!reference [.r, rules], {when: on_success}], script: [uv publish]}
      """, "everyday"
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
    // Branches for releases.
    ("p: {only: [releases/all], script: [uv publish]}", "tag"),
    ("p: {only: [releases/all, main], script: [uv publish]}", "everyday"),
    ("p: {rules: [{if: '$CI_COMMIT_BRANCH =~ /^release-/'}], script: [uv publish]}", "tag"),
    ("p: {rules: [{if: '$CI_COMMIT_REF_NAME == \"release\"'}], script: [uv publish]}", "tag"),
    // What is only so for some files leaves the rest of the rules.
    (
      """
      p: {rules: [{changes: [docs/*], when: never}, {if: $CI_COMMIT_BRANCH}], script: [uv publish]}
      """, "everyday"
    ),
    (
      """
      p: {rules: [{exists: [x], when: never}, {if: $CI_COMMIT_TAG}], script: [uv publish]}
      """, "tag"
    ),
    (
      """
      p: {rules: [{changes: [a], when: manual}, {if: $CI_COMMIT_BRANCH}], script: [uv publish]}
      """, "everyday"
    ),
    ("p: {rules: [{changes: [version.py]}], script: [uv publish]}", "everyday"),
    // The job's `when` is for rules without one.
    ("p: {when: manual, rules: [{if: $CI_COMMIT_TAG}], script: [uv publish]}", "decision"),
    (
      "p: {when: manual, rules: [{if: $CI_COMMIT_TAG, when: on_success}], script: [uv publish]}",
      "tag"
    ),
    ("p: {when: manual, rules: [{when: always}], script: [uv publish]}", "everyday"),
    ("p: {when: never, rules: [{if: $CI_COMMIT_TAG}], script: [uv publish]}", "decision"),
    ("p: {only: {variables: [$CI_COMMIT_TAG]}, script: [uv publish]}", "tag"),
    ("p: {only: {variables: ['$RELEASE == \"1\"']}, script: [uv publish]}", "decision"),
    ("p: {only: {changes: [a]}, script: [uv publish]}", "everyday"),
    ("p: {only: [/^release\\/.*$/], script: [uv publish]}", "tag"),
    ("p: {only: [/^feature\\/.*$/], script: [uv publish]}", "everyday"),
    ("p: {only: [merge_requests], script: [uv publish]}", "everyday"),
    (
      "variables: {NOW: 'yes'}\np: {rules: [{if: '$NOW == \"yes\"'}], script: [uv publish]}",
      "everyday"
    ),
    ("p: {rules: [{if: $PYPI_TOKEN}], script: [uv publish]}", "everyday"),
    (
      "p: {rules: [{if: '$CI_PIPELINE_SOURCE == \"push\" && $CI_COMMIT_TAG'}], script: [uv publish]}",
      "tag"
    ),
    (
      "p: {rules: [{if: '($CI_COMMIT_TAG || $X == \"1\") && $CI_PIPELINE_SOURCE != \"web\"'}], script: [uv publish]}",
      "tag"
    ),
    ("p: {rules: [{if: '$CI_COMMIT_TAG ='}], script: [uv publish]}", "unknown"),
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
    ("p: {variables: {TWINE_PASSWORD: $T}, script: [./publish.sh]}", "pypi"),
    ("p: {variables: {TWINE_PASSWORD: $CI_JOB_TOKEN}, script: [./publish.sh]}", ""),
    ("variables: {TWINE_PASSWORD: $T}\np: {script: [./test.sh]}", ""),
    ("p: {variables: {TWINE_PASSWORD: $T}, script: [pytest]}", ""),
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

  /// A file that the pipeline of the root includes is no pipeline beside it, whatever its name.
  @Test func includedFilesCountOnce() {
    let project = Self.project([
      (".gitlab-ci.yml", "include: /a/.gitlab-ci.yml\nx: {script: [x]}\n"),
      ("a/.gitlab-ci.yml", "a: {script: [twine upload dist/*]}\n"),
      ("b/.gitlab-ci.yml", "b: {script: [twine upload dist/*]}\n"),
    ])
    #expect(project.gitLab.publishing.map(\.name).sorted() == ["a", "b"])
  }

  /// Repairs of many jobs cost what they are, and hold.
  @Test(.timeLimit(.minutes(2))) func manyRepairs() {
    var text = ".t: {stage: deploy}\n"
    for number in 0..<300 {
      text += "j\(number):\n  extends: .t\n  script:\n    - twine upload dist/*\n"
    }
    let run = FixRun(
      Self.project([(".gitlab-ci.yml", text)]), rules: [GitLabPublishEnvironment.self],
      includesUnsafe: true)
    #expect(run.applied.count == 300 && run.dropped.isEmpty && run.report.findings.isEmpty)
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

  /// What a pipeline decides, and what it cannot be about.
  @Test(arguments: [
    (".gitlab-ci.yml", "p: {script: [cosign sign-blob a, twine upload dist/*]}\n", 28, "fail"),
    (".gitlab-ci.yml", "p: {script: [cosign verify a, twine upload dist/*]}\n", 30, "fail"),
    (".gitlab-ci.yml", "p: {script: [twine upload dist/*]}\n", 28, "not-applicable"),
    (".gitlab-ci.yml", "p: {script: [twine upload dist/*]}\n", 30, "not-applicable"),
    (".gitlab-ci.yml", "p: {script: [twine upload dist/*]}\n", 35, "fail"),
    (".gitlab-ci.yml", "p: {script: [sha256sum dist/*, twine upload dist/*]}\n", 35, "pass"),
    (".gitlab-ci.yml", "p: {script: [pip install twine, twine upload dist/*]}\n", 47, "fail"),
    (".gitlab-ci.yml", "p: {script: [twine upload dist/*]}\n", 47, "not-applicable"),
    (".gitlab-ci.yml", "p: {script: [npm publish]}\n", 47, "unknown"),
    (".gitlab-ci.yml", "p: {script: [twine upload dist/*]}\n", 48, "not-applicable"),
    (".gitlab-ci.yml", "p: {script: [python -m build -n, twine upload dist/*]}\n", 48, "pass"),
    (".gitlab-ci.yml", "p: {script: [semgrep scan]}\n", 49, "pass"),
    (".gitlab-ci.yml", "p: {script: [twine upload dist/*]}\n", 49, "unknown"),
    (".gitlab-ci.yml", "p: {script: [twine upload dist/*]}\n", 64, "fail"),
    (".gitlab-ci.yml", "p: {environment: e, script: [npm publish]}\n", 64, "pass"),
    (".gitlab-ci.yml", "p: {script: [twine upload dist/*]}\n", 84, "fail"),
    (".gitlab-ci.yml", "p: {script: [cmp a b, twine upload dist/*]}\n", 84, "pass"),
    (".gitlab-ci.yml", "p: {script: [npm publish]}\n", 84, "unknown"),
    (".gitlab-ci.yml", "p: {script: [twine upload dist/*]}\n", 95, "pass"),
    (".gitlab-ci.yml", "p: {script: [twine upload dist/*]}\n", 2, "not-applicable"),
    ("cloudbuild.yaml", "steps: [{name: a, script: twine upload dist/*}]\n", 28, "not-applicable"),
    ("cloudbuild.yaml", "steps: [{name: a, script: twine upload dist/*}]\n", 30, "not-applicable"),
    ("cloudbuild.yaml", "steps: [{name: a, script: twine upload dist/*}]\n", 35, "fail"),
    ("cloudbuild.yaml", "steps: [{name: a, script: twine upload dist/*}]\n", 64, "not-applicable"),
    ("cloudbuild.yaml", "steps: [{name: a, script: twine upload dist/*}]\n", 84, "fail"),
    ("cloudbuild.yaml", "steps: [{name: a, script: twine upload dist/*}]\n", 95, "not-applicable"),
    ("cloudbuild.yaml", "steps: [{name: a, script: twine upload dist/*}]\n", 36, "unknown"),
  ])
  func decides(path: String, text: String, item: Int, expected: String) {
    #expect(Self.verdict(Self.project([(path, text)]), item) == expected)
  }

  /// Repairs of JSON keep its lines, and a second run changes nothing.
  @Test(arguments: [
    (
      "renovate.json", "{\n\t\"extends\": [\"config:recommended\"],\n\t\"automerge\": true\n}\n",
      """
      {
      \t"extends": ["config:recommended"],
      \t"automerge": true,
      \t"packageRules": [{"matchManagers": ["github-actions"], "groupName": "CI"}, {"matchManagers": ["github-actions"], "automerge": false}],
      \t"minimumReleaseAge": "7 days"
      }

      """
    ),
    (
      "renovate.json5", "{\n  minimumReleaseAge: '1 day', // not long\n  groupName: 'all',\n}\n",
      "{\n  minimumReleaseAge: \"7 days\", // not long\n  groupName: 'all',\n}\n"
    ),
    (
      "cloudbuild.json", "{\"steps\": [{\"name\": \"a\"}],\n \"images\": [\"a\"]}\n",
      "{\"steps\": [{\"name\": \"a\"}],\n \"images\": [\"a\"], "
        + "\"options\": {\"requestedVerifyOption\": \"VERIFIED\"}}\n"
    ),
  ])
  func repairsJSON(path: String, text: String, expected: String) throws {
    let run = FixRun(
      Self.project([(path, text)]), rules: AuditRules.pipelines, includesUnsafe: true)
    #expect(run.dropped.isEmpty, "\(run.dropped.map(\.reason))")
    let after = try #require(run.changes.first?.after)
    let lines = Set(String(decoding: after, as: UTF8.self).split(separator: "\n"))
    #expect(
      lines == Set(expected.split(separator: "\n")), "\(String(decoding: after, as: UTF8.self))")
    let again = FixRun(run.project, rules: AuditRules.pipelines, includesUnsafe: true)
    #expect(again.changes.isEmpty)
  }
}
