// SPDX-License-Identifier: Apache-2.0

import Adoption
import ReleaseAudit
import Testing

/// What an adoption leaves alone at GitLab, and what it takes over.
@Suite struct GitLabReplacementTests {
  static let release = ".gitlab/release.gitlab-ci.yml"
  static let pipeline = ".gitlab-ci.yml"

  /// A job that does more than publish is not taken out.
  @Test(arguments: [
    ("    - curl -X POST https://acme.example/announce\n", "`curl`"),
    ("    - make announce\n", "`make`"), ("    - ./announce\n", "`announce`"),
    ("    - echo $(git push origin main)\n", "git push"),
    ("    - twine upload --repository testpypi dist/*\n", "elsewhere"),
    ("  artifacts:\n    paths: [dist/]\n", "`artifacts`"),
    ("  after_script: [echo done]\n", "`after_script`"),
    ("  release:\n    tag_name: $CI_COMMIT_TAG\n    description: Done\n", "`release`"),
  ])
  func jobsThatDoMore(lines: String, reason: String) throws {
    var project = try GitLabAdoptionTests.project("token")
    let upload = "    - twine upload dist/*\n"
    let before = try #require(project.files[Self.pipeline])
    project.files[Self.pipeline] = before.replacing(upload, with: upload + lines)
    #expect(project.files[Self.pipeline] != before)
    let plan = try project.plan()
    #expect(plan.notes.contains { $0.contains("`deploy`") && $0.contains(reason) }, "\(plan.notes)")
    #expect(plan.unfinished.count == 1 && plan.project.files[Self.release] == nil)
    #expect(try project.applying(plan).plan().changes.map(\.path) == [])
  }

  /// A variable of the pipeline stays where what is not read may use it.
  @Test(arguments: ["make docs", "./build-docs", "tox"])
  func variablesThatMayBeUsed(command: String) throws {
    var project = try GitLabAdoptionTests.project("token")
    project.files[Self.pipeline]? += "\ndocs:\n  script:\n    - \(command)\n"
    let plan = try project.plan()
    let after = try #require(project.applying(plan).files[Self.pipeline])
    #expect(after.contains("TWINE_USERNAME: __token__") && !after.contains("deploy:"), "\(after)")
    let values = plan.toDo.flatMap { $0.values.map(\.value) }
    #expect(values.contains { $0.contains("`TWINE_USERNAME` in `variables:`") }, "\(values)")
    #expect(try project.applying(plan).plan(locks: false).changes.map(\.path) == [])
  }

  /// Tokens that no file names are to be deleted, too.
  @Test func unnamedTokens() throws {
    var project = try GitLabAdoptionTests.project("token")
    project.files[Self.pipeline] = try #require(project.files[Self.pipeline])
      .replacing("  variables:\n    TWINE_PASSWORD: $PYPI_TOKEN\n", with: "")
    #expect(try #require(project.files[Self.pipeline]).contains("PYPI_TOKEN") == false)
    let plan = try project.plan()
    #expect(plan.toDo.contains { $0.title.hasPrefix("Delete the stored tokens") })
  }

  /// Somebody's own file of the name is neither included nor replaced.
  @Test(arguments: ["bare", "token"]) func ownFiles(name: String) throws {
    var project = try GitLabAdoptionTests.project(name)
    let own = "notes:\n  stage: deploy\n  script: [make notes]\n"
    project.files[Self.release] = own
    let plan = try project.plan()
    let after = project.applying(plan)
    #expect(after.files[Self.release] == own && plan.unfinished.count == 1)
    #expect(plan.notes.contains { $0.contains("needs that name") }, "\(plan.notes)")
    #expect(after.files[Self.pipeline]?.contains(Self.release) != true)
  }

  /// Owners get sections as GitLab reads them, and nothing grows.
  @Test(arguments: [
    ("* @acme/all\n", ""), ("^[Docs]\n* @acme/writers\n!*.yml\n", "\n[Release]\n"),
    ("* @acme/all\n!/.gitlab-ci.yml\n", "\n[Release]\n"),
    ("[release]\n/docs/ @acme/writers\n", "\n[Release files]\n"),
  ])
  func owners(text: String, heading: String) throws {
    var project = try GitLabAdoptionTests.project("bare")
    project.files["CODEOWNERS"] = text
    let plan = try project.plan()
    let after = project.applying(plan)
    let owners = try #require(after.files["CODEOWNERS"])
    #expect(owners.hasPrefix(text))
    if heading.isEmpty {
      #expect(owners == text)
    } else {
      #expect(owners.dropFirst(text.count).hasPrefix(heading), "\(owners)")
    }
    #expect(!plan.failing.contains { $0.item.number == 54 })
    #expect(try after.plan(locks: false).changes.map(\.path) == [])
  }

  /// Where no release can be written, a second run has nothing to do, and owners wait.
  @Test func nativeProjects() throws {
    var project = try GitLabAdoptionTests.project("bare")
    project.files["pyproject.toml"] = """
      [build-system]
      requires = ["maturin>=1"]
      build-backend = "maturin"

      [project]
      name = "greeting"
      version = "1.0.0"

      """
    project.files[".gitlab/CODEOWNERS"] = "/docs/ @acme/writers\n"
    let plan = try project.plan()
    #expect(plan.unfinished.count == 1 && plan.project.files[Self.release] == nil)
    let after = project.applying(plan)
    #expect(after.files[".gitlab/CODEOWNERS"] == "/docs/ @acme/writers\n")
    #expect(try after.plan(locks: false).changes.map(\.path) == [])
  }

  /// Submodules come along, as the pipeline says or all.
  @Test(
    arguments: [
      (false, "", nil), (true, "", "recursive"),
      (true, "variables:\n  GIT_SUBMODULE_STRATEGY: normal\n", "normal"),
      (false, "variables:\n  GIT_SUBMODULE_STRATEGY: recursive\n", "recursive"),
      (true, "variables:\n  GIT_SUBMODULE_STRATEGY: $X\n", "recursive"),
    ] as [(Bool, String, String?)])
  func submodules(isThere: Bool, variables: String, expected: String?) throws {
    var project = try GitLabAdoptionTests.project("bare")
    project.files[Self.pipeline] =
      variables + "default:\n  tags: [ours]\n" + GitLabAdoptionTests.test
    if isThere { project.files[".gitmodules"] = "[submodule \"x\"]\n" }
    let plan = try project.plan()
    let text = try #require(project.applying(plan).files[Self.release])
    let line = expected.map { "\n    GIT_SUBMODULE_STRATEGY: \($0)\n" }
    #expect(line.map { text.contains($0) } ?? !text.contains("SUBMODULE"), "\(text)")
    #expect(plan.notes.contains { $0.contains("`default: tags`") })
  }

  /// An environment with a dot, or with other jobs in it, is not the one that publishes.
  @Test(arguments: [
    ("release", "", "release"), ("py.pi", "", "pypi"),
    ("prod", "site:\n  environment: prod\n  script: [echo done]\n", "pypi"),
  ])
  func environments(name: String, other: String, expected: String) throws {
    var project = try GitLabAdoptionTests.project("token")
    project.files[Self.pipeline] =
      try #require(project.files[Self.pipeline])
      .replacing("deploy:\n", with: "deploy:\n  environment: \(name)\n") + other
    let plan = try project.plan()
    #expect(plan.facts.environment == expected)
    #expect(
      try #require(project.applying(plan).files[Self.release]).contains(
        "\n    name: \(expected)\n"), "\(plan.notes)")
  }

  /// What publishes decides before the origin does.
  @Test func publishersDecide() throws {
    var project = try GitLabAdoptionTests.project("token")
    var settings = GitSettings()
    settings.remotes = ["origin": "https://github.com/acme/greeting"]
    project.git = GitState(
      head: nil, branch: "main", headSignature: nil, tags: [], settings: settings)
    #expect(try project.plan().facts.forge == .gitlab)
    project.files[".github/workflows/release.yml"] = """
      on: {push: {tags: ["v*"]}}
      jobs:
        publish:
          runs-on: ubuntu-latest
          steps:
            - uses: pypa/gh-action-pypi-publish@v1.12.4

      """
    #expect(try project.plan().facts.forge == .github)
    project.answers.forge = .gitlab
    project.answers.repository = "acme/tools/greeting"
    let notes = try project.plan().notes
    #expect(notes.contains { $0.contains("publishes at GitHub, too") }, "\(notes)")
  }

  /// What is to be done says what GitLab can do.
  @Test(arguments: AuditProfile.allCases) func toDo(profile: AuditProfile) throws {
    let project = try GitLabAdoptionTests.project("bare", profile)
    let plan = try project.plan()
    #expect(plan.toDo.contains { $0.title.contains("push any branch (Developer) can publish") })
    let values = plan.toDo.flatMap { toDo in toDo.values.map { "\($0.name): \($0.value)" } }
    #expect(values.contains("Minimum role to use pipeline variables: No one allowed"))
    let text = try #require(project.applying(plan).files[Self.release])
    #expect(text.contains("\n      when: manual\n"))
    #expect(text.contains("git show FETCH_HEAD:.gitlab/allowed_signers > \"$signers\"\n"))
  }

  /// Patterns of tags at GitLab know `*` only.
  @Test func tagsOfDigits() throws {
    var project = try GitLabAdoptionTests.project("bare")
    let settings = project.git?.settings ?? GitSettings()
    let tag = GitTag(name: "1.0", commit: nil, isAnnotated: true, signature: .none)
    project.git = GitState(
      head: nil, branch: "main", headSignature: nil, tags: [tag], settings: settings)
    let plan = try project.plan()
    #expect(plan.facts.tagPattern == "[0-9]*")
    let values = plan.toDo.flatMap { toDo in toDo.values.map { "\($0.name): \($0.value)" } }
    #expect(values.contains("Protected tags: *"))
  }
}
