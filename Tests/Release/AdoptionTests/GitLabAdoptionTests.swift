// SPDX-License-Identifier: Apache-2.0

import Adoption
import Foundation
import Policies
import PythonPackaging
import ReleaseAudit
import SourceText
import Testing
import Workflows

/// What an adoption makes of projects at GitLab.
@Suite struct GitLabAdoptionTests {
  static let cases: [(String, AuditProfile)] = Project.allAtGitLab.flatMap { entry in
    AuditProfile.allCases.map { (entry.name, $0) }
  }
  static let release = ".gitlab/release.gitlab-ci.yml"
  static let test = "test:\n  image: python:3.13-slim\n  script: [pytest]\n"

  static func project(_ name: String, _ profile: AuditProfile = .spec8) throws -> Project {
    var project = try #require(Project.allAtGitLab.first { $0.name == name }).project
    project.profile = profile
    return project
  }

  /// Afterwards no item fails that files decide, and a second run has nothing to do.
  @Test(arguments: cases) func nothingFailsAndASecondRunChangesNothing(
    name: String, profile: AuditProfile
  ) throws {
    let project = try Self.project(name, profile)
    let plan = try project.plan()
    let failing = plan.failing.flatMap { failing in
      failing.findings.map { "\(failing.item.number) \($0.rule) \($0.place.path): \($0.message)" }
    }
    #expect(failing == [], "\(name) \(profile): \(plan.notes)")
    #expect(plan.unfinished == [])
    #expect(plan.facts.repository.description == "acme/tools/greeting")
    let after = project.applying(plan)
    let report = AuditReport(examining: after.audited, rules: AuditRules.all)
    let found = report.findings.filter { $0.severity >= .low && $0.place.path != ".git/config" }
    #expect(found.map { "\($0.rule) \($0.place.path): \($0.message)" } == [])
    let again = try after.plan(locks: false)
    #expect(again.changes.map(\.path) == [], "\(name) \(profile)")
    #expect(again.failing.isEmpty && again.edited.isEmpty && again.unfinished.isEmpty)
    // Without the answers and without git: they are in the record.
    var later = after
    later.answers = AdoptionAnswers()
    later.git = nil
    #expect(try later.plan(locks: false).changes.map(\.path) == [])
    for path in after.files.keys { #expect(!path.hasPrefix(".github/"), "\(path)") }
  }

  /// Everything that is written can be read by the readers of this program.
  @Test(arguments: Project.allAtGitLab.map(\.name)) func whatIsWrittenIsRead(name: String) throws {
    let project = try Self.project(name)
    let after = project.applying(try project.plan())
    for (path, text) in after.files {
      if path.hasSuffix(".yml") {
        #expect(throws: Never.self, "\(path)") { try YAMLDocument(parsing: Array(text.utf8)) }
      }
      if path.hasSuffix(".json") {
        #expect(throws: Never.self, "\(path)") {
          try JSONSerialization.jsonObject(with: Data(text.utf8))
        }
      }
      let ends = text.isEmpty || text.hasSuffix("\n")
      #expect(ends && !text.contains(" \n"), "\(path)")
    }
    #expect(after.audited.problems.isEmpty)
    let policy = try Policy(parsing: Array(try #require(after.files["hallmark.toml"]).utf8))
    #expect(
      policy.publishers.map(\.signer) == [
        .gitLab(repository: "acme/tools/greeting", workflowFilepath: ".gitlab-ci.yml")
      ])
    let outline = GitLabOutline(after.audited)
    #expect(outline.publishers.map(\.job) == ["release-publish"])
    #expect(outline.files.contains(Self.release))
    #expect(outline.images.isEmpty)
    #expect(
      outline.steps.map(\.audiences) == [[], [], ["sigstore"], [], ["pypi"], []])
    let page = try #require(after.files["RELEASING.md"])
    let jobs = try #require(after.files[Self.release])
    let ref = "https://gitlab.com/acme/tools/greeting//.gitlab-ci.yml@refs/tags/$CI_COMMIT_TAG"
    #expect(jobs.contains("\n        --identity \"\(ref)\" \\\n"), "\(jobs)")
    for text in [".gitlab-ci.yml", "`release-publish`", "`pypi`", "git tag -s vX.Y.Z"] {
      #expect(page.contains(text), "\(text)")
    }
  }

  /// What is there keeps its bytes outside of what is meant.
  @Test func otherBytesStay() throws {
    let tested = try Self.project("tested")
    let after = tested.applying(try tested.plan())
    let path = ".gitlab-ci.yml"
    let before = try #require(tested.files[path])
    let pinned = try #require(after.files[path])
    #expect(pinned.contains("image: \"python:3.13-slim@sha256:"))
    let digests = pinned.split(separator: "@sha256:", omittingEmptySubsequences: false)
    let without = digests.enumerated().map { $0 == 0 ? $1 : $1.dropFirst(64) }.joined()
    #expect(
      without
        == before.replacing(
          "stages: [check, test]",
          with: "include:\n  - local: \(Self.release)\nstages: [check, test, release]"))
    // Its tests come first, and its defaults and files stay out.
    #expect(try #require(after.files[Self.release]).contains("\n  dependencies: []\n"))
    let release = try #require(after.files[Self.release])
    #expect(release.contains("  stage: release\n  inherit:\n    default: false\n"))

    let token = try Self.project("token")
    let plan = try token.plan()
    let replaced = try #require(token.applying(plan).files[path])
    for text in ["deploy:", "twine", "TWINE", "PYPI_TOKEN"] {
      #expect(!replaced.contains(text), "\(text)")
    }
    #expect(
      replaced.contains(
        "include:\n  - local: /ci/lint.yml\n  - local: \(Self.release)\n\nvariables:\n"
          + "  PIP_CACHE_DIR: \"$CI_PROJECT_DIR/.cache/pip\"\n\ntest:\n  script:\n"
          + "    - pip install pytest\n    - pytest\n\n# Publishes.\n"), "\(replaced)")
    #expect(plan.notes.contains { $0.contains("`deploy`") && $0.contains("gives way") })
    let values = plan.toDo.flatMap { toDo in toDo.values.map { "\($0.name): \($0.value)" } }
    for value in [
      "CI/CD variables: PYPI_TOKEN, TWINE_PASSWORD", "Namespace: acme/tools",
      "Project name: greeting", "Top-level pipeline file path: .gitlab-ci.yml",
      "Environment name: pypi", "PyPI project name: greeting", "Protected tags: v*",
    ] {
      #expect(values.contains(value), "\(value) in \(values)")
    }
  }

  /// Where it is not clear what may go, nothing half is written.
  @Test(arguments: [
    ("announce:\n  stage: deploy\n  needs: [deploy]\n  script: [echo done]\n", "waits for it"),
    ("other:\n  extends: deploy\n  script: [echo done]\n", "written by it"),
    (
      "other:\n  script:\n    - !reference [deploy, script]\n", "written by it"
    ),
    (
      "other:\n  variables: !reference [deploy, variables]\n  script: [echo done]\n",
      "written by it"
    ),
    (
      "other:\n  script: [echo done]\n  only: !reference [deploy, only]\n", "written by it"
    ),
    ("default:\n  cache: !reference [deploy, variables]\n", "written by it"),
    ("release-build:\n  script: [echo done]\n", "another name"),
  ])
  func nothingHalfIsWritten(job: String, reason: String) throws {
    var project = try Self.project("token")
    project.files[".gitlab-ci.yml"]? += "\n" + job
    let plan = try project.plan()
    #expect(plan.notes.contains { $0.contains(reason) }, "\(plan.notes)")
    #expect(!plan.failing.isEmpty)
    for path in ["hallmark.toml", "RELEASING.md", ".gitlab/CODEOWNERS", Self.release] {
      #expect(plan.project.files[path] == nil, "\(path)")
    }
    #expect(plan.unfinished.count == 1)
    // The job that publishes keeps every byte.
    let pipeline = try #require(project.applying(plan).files[".gitlab-ci.yml"])
    let before = try #require(project.files[".gitlab-ci.yml"])
    let published = before[try #require(before.firstRange(of: "# Publishes.")).lowerBound...]
    #expect(pipeline.hasSuffix(published), "\(pipeline)")
    #expect(try project.applying(plan).plan().changes.map(\.path) == [])
  }

  /// A file that cannot be read or edited stays, and so does everything else of the release.
  @Test(
    arguments: [
      ("include:\n  local: a.yml\n  rules:\n    - if: $X\nstages: [test]\n", "by hand"),
      ("include: https://example.org/a.yml\nstages: [test]\n", "by hand"),
      ("include: [\n", nil), ("test: {\n", nil),
    ] as [(String, String?)])
  func unreadableIncludes(text: String, note: String?) throws {
    var project = try Self.project("bare")
    project.files[".gitlab-ci.yml"] = text + Self.test
    guard let note else {
      #expect(throws: AdoptionRefusal.self) { try project.plan() }
      return
    }
    let plan = try project.plan()
    #expect(plan.notes.contains { $0.contains(note) }, "\(plan.notes)")
    for path in ["hallmark.toml", "RELEASING.md", Self.release] {
      #expect(plan.project.files[path] == nil, "\(path)")
    }
  }

  /// What includes what decides how it is written there.
  @Test(arguments: [
    ("include:\n  - local: a.yml\n", "include:\n  - local: a.yml\n  - local: \(release)\n"),
    ("include: [a.yml]\n", "include: [a.yml, {local: \(release)}]\n"),
    ("include: a.yml\n", "include:\n  - local: a.yml\n  - local: \(release)\n"),
    ("include:\n  local: a.yml\n", "include:\n  - local: a.yml\n  - local: \(release)\n"),
    ("", "include:\n  - local: \(release)\n"),
    (
      "include:\n  - template: Jobs/SAST.gitlab-ci.yml\n",
      "include:\n  - template: Jobs/SAST.gitlab-ci.yml\n  - local: \(release)\n"
    ),
  ])
  func includes(before: String, after: String) throws {
    var project = try Self.project("bare")
    project.files[".gitlab-ci.yml"] = before + Self.test
    project.files["a.yml"] = "lint:\n  script: [ruff]\n"
    let plan = try project.plan()
    let written = try #require(plan.project.files[".gitlab-ci.yml"]?.bytes)
    #expect(String(decoding: written, as: UTF8.self).hasPrefix(after + "test:\n"), "\(plan.notes)")
    #expect(GitLabOutline(plan.project).publishers.count == 1)
    #expect(try project.applying(plan).plan(locks: false).changes.map(\.path) == [])
  }

  /// The release has a stage of its own behind all tests, or the one that is meant for it.
  @Test(arguments: [
    ("stages: [test]\n", "stages: [test, release]\n", "release"),
    ("stages:\n  - test\n", "stages:\n  - test\n  - release\n", "release"),
    ("stages: [test, deploy, cleanup]\n", "stages: [test, deploy, cleanup]\n", "deploy"),
    ("stages: [release, test]\n", "stages: [release, test, publish]\n", "publish"),
    ("stages: [deploy, test]\n", "stages: [deploy, test, release]\n", "release"),
    ("", "", "deploy"),
  ])
  func stages(before: String, after: String, stage: String) throws {
    var project = try Self.project("bare")
    project.files[".gitlab-ci.yml"] = before + Self.test
    let plan = try project.plan()
    let files = project.applying(plan).files
    #expect(
      try #require(files[".gitlab-ci.yml"])
        .hasPrefix("include:\n  - local: \(Self.release)\n\(after)test:\n"))
    #expect(try #require(files[Self.release]).contains("\n  stage: \(stage)\n"))
    #expect(try project.applying(plan).plan(locks: false).changes.map(\.path) == [])
  }

  /// Stages that an include from elsewhere may set are not guessed.
  @Test(arguments: [
    ("include:\n  - project: acme/ci\n    ref: main\n    file: /x.yml\n", false),
    (
      "include:\n  - project: acme/ci\n    ref: main\n    file: /x.yml\nstages: [test, ship]\n",
      true
    ),
    ("include:\n  - local: missing.yml\n", false),
  ])
  func foreignStages(text: String, isWritten: Bool) throws {
    var project = try Self.project("bare")
    project.files[".gitlab-ci.yml"] = text + Self.test
    let plan = try project.plan()
    #expect((plan.project.files[Self.release] != nil) == isWritten, "\(plan.notes)")
    #expect(plan.notes.contains { $0.contains("`stages:`") } == !isWritten)
  }

  /// An image that is not known is left as it is, and said.
  @Test func unknownImages() throws {
    var project = try Self.project("tested")
    project.files[".gitlab-ci.yml"]? += "\nold:\n  image: python:3.7\n  script: [pytest]\n"
    let plan = try project.plan()
    #expect(plan.notes.contains { $0.contains("`python:3.7`") }, "\(plan.notes)")
    #expect(plan.failing.map(\.item.number) == [18, 39])
    for image in KnownImages.images {
      #expect(image.sha256.utf8.count == 64 && image.name.hasPrefix("python:"), "\(image)")
    }
    #expect(KnownImages.images.count == 13)
    // One that the release itself would need is no release.
    var old = try Self.project("bare")
    old.files["pyproject.toml"] = old.files["pyproject.toml"]?.replacing(">=3.11", with: "<3.10")
    #expect(throws: AdoptionRefusal.self) { try old.plan() }
  }

  /// Rules of the whole pipeline may keep tags from starting one.
  @Test(arguments: [
    ("", false), ("    - if: $CI_COMMIT_TAG\n", false), ("    - when: always\n", false),
    ("    - if: $CI_COMMIT_BRANCH\n", true),
    ("    - if: $CI_COMMIT_TAG =~ /^v2/\n", true),
    ("    - if: $CI_COMMIT_BRANCH || $CI_COMMIT_TAG\n", false),
    (
      "    - if: $CI_PIPELINE_SOURCE == \"push\"\n      when: never\n    - if: $CI_COMMIT_TAG\n",
      true
    ),
    ("    - if: $DRAFT\n      when: never\n    - when: always\n", true),
    (
      "    - if: $CI_PIPELINE_SOURCE == \"schedule\"\n      when: never\n    - when: always\n",
      false
    ),
    ("    - if: $CI_COMMIT_TAG\n      when: never\n", true),
  ])
  func pipelineRules(rules: String, isSaid: Bool) throws {
    var project = try Self.project("tested")
    if !rules.isEmpty {
      project.files[".gitlab-ci.yml"]? += "\nworkflow:\n  rules:\n\(rules)"
    }
    let plan = try project.plan()
    #expect(plan.toDo.contains { $0.title.hasPrefix("Let tags start") } == isSaid)
  }

  /// The forge is told by what somebody says, by git's origin, or by addresses.
  @Test(
    arguments: [
      (AdoptionForge.gitlab, nil, "https://github.com/a/b", "a/b", "GitLab"),
      (nil, nil, "https://gitlab.com/a/b/c.git", "a/b/c", "GitLab"),
      (nil, nil, "git@gitlab.com:a/b.git", "a/b", "GitLab"),
      (nil, nil, "ssh://git@gitlab.com:22/a/b.git", "a/b", "GitLab"),
      (nil, nil, "ssh://git@altssh.gitlab.com:443/a/b/c.git", "a/b/c", "GitLab"),
      (nil, nil, "git@GitLab.com:a/b.git", "a/b", "GitLab"),
      (nil, nil, "https://www.gitlab.com/a/b", "a/b", "GitLab"),
      (nil, nil, "https://github.com/a/b", "a/b", "GitHub"),
      (nil, "https://gitlab.com/a/b/c/-/tree/main", nil, "a/b/c", "GitLab"),
      (.gitlab, "a/b/c/d", nil, "a/b/c/d", "GitLab"), (nil, "a/b", nil, "a/b", "GitHub"),
    ] as [(AdoptionForge?, String?, String?, String, String)])
  func forges(
    kind: AdoptionForge?, given: String?, origin: String?, expected: String, name: String
  ) throws {
    var project = try Self.project("bare")
    project.answers.forge = kind
    project.answers.repository = kind == .gitlab && given == nil ? expected : given
    var settings = GitSettings()
    if let origin { settings.remotes = ["origin": origin] }
    project.git = GitState(
      head: nil, branch: "main", headSignature: nil, tags: [], settings: settings)
    let repository = try project.plan().facts.repository
    #expect(repository.description == expected && repository.forge.name == name)
  }

  @Test(arguments: [
    "acme", "acme//x", "acme/..", "-a/b", "a/b.git", "a/b c", "a/${{x}}", "a/b\n", "a/$X", "a/.b",
    "https://github.com/a/b", "https://gitlab.com/a",
  ])
  func hostileRepositories(name: String) throws {
    var project = try Self.project("bare")
    project.answers.forge = .gitlab
    project.answers.repository = name
    #expect(throws: AdoptionRefusal.self) { try project.plan() }
  }

  /// A GitLab of somebody's own is no identity that PyPI trusts.
  @Test func ownInstances() throws {
    var project = try Self.project("bare")
    project.answers.forge = .gitlab
    for address in ["https://git.acme.example/a/b", "git@git.acme.example:a/b.git"] {
      project.answers.repository = address
      let error = #expect(throws: AdoptionRefusal.self) { try project.plan() }
      #expect(error?.problems.contains { $0.problem.contains("gitlab.com only") } ?? false)
    }
  }

  /// A new project needs nothing of GitHub's.
  @Test func newProjects() throws {
    let repository = try #require(ForgeRepository("acme/tools/greeting", at: .gitlab))
    let new = try #require(
      NewProject(name: try ProjectName("greeting"), repository: repository, license: .mit))
    var project = Project(
      Dictionary(uniqueKeysWithValues: new.files.map { ($0.path, $0.text) }), repository: nil)
    project.answers.forge = .gitlab
    project.answers.repository = "acme/tools/greeting"
    project.files["requirements/test.txt"] =
      "# locked\n" + Project.lock(NewProject.testRequirements)
    let plan = try project.plan()
    #expect(plan.failing.map(\.item.number) == [])
    let after = project.applying(plan)
    #expect(try after.plan(locks: false).changes.map(\.path) == [])
    let pipeline = try #require(after.files[".gitlab-ci.yml"])
    #expect(pipeline.contains("python -m pytest") && pipeline.contains("\ntest-3.13:\n"))
    #expect(after.files.values.allSatisfy { !$0.contains("github.com/acme") })
    for path in ["renovate.json", ".gitlab/CODEOWNERS", ".gitlab/allowed_signers", "SECURITY.md"] {
      #expect(after.files[path] != nil, "\(path)")
    }
  }

  /// What is deleted comes back; what somebody changed is theirs; newer digests are nobody's edit.
  @Test func drift() throws {
    let project = try Self.project("token")
    let whole = project.applying(try project.plan())
    for path in [Self.release, "renovate.json", ".gitlab/CODEOWNERS", "RELEASING.md"] {
      var after = whole
      after.files[path] = nil
      #expect(try after.plan(locks: false).changes.map(\.path) == [path])
    }
    var edited = whole
    edited.files[Self.release] = whole.files[Self.release]?
      .replacing("timeout: 30 minutes", with: "timeout: 1 hour")
    #expect(try edited.plan(locks: false).edited.map(\.path) == [Self.release])
    var updated = whole
    updated.files[Self.release] = whole.files[Self.release]?
      .replacing("@sha256:7c61056e", with: "@sha256:00000000")
    for other in [edited, updated] {
      #expect(other.files[Self.release] != whole.files[Self.release])
    }
    #expect(try updated.plan(locks: false).edited.isEmpty)
    var broken = whole
    broken.files[Self.release] = whole.files[Self.release]?
      .replacing("  resource_group: release\n", with: "")
    #expect(broken.files[Self.release] != whole.files[Self.release])
    let repaired = try broken.plan(locks: false)
    #expect(repaired.changes.map(\.path).contains(Self.release) && repaired.failing.isEmpty)
    var silent = whole
    silent.files[".gitlab-ci.yml"] = whole.files[".gitlab-ci.yml"]?
      .replacing("  - local: \(Self.release)\n", with: "")
    #expect(try silent.plan(locks: false).changes.map(\.path) == [".gitlab-ci.yml"])
  }
}
