// SPDX-License-Identifier: Apache-2.0

import SourceText
import Testing
import Workflows

@Suite struct GitLabPipelineTests {
  private func file(_ text: String, _ path: String = ".gitlab-ci.yml") throws -> GitLabFile {
    GitLabFile(try GitLabFile.document(parsing: Array(text.utf8)), path: path)
  }

  private func pipeline(_ texts: [(String, String)]) throws -> GitLabPipeline {
    var files: [String: GitLabFile] = [:]
    for (path, text) in texts { files[path] = try file(text, path) }
    return GitLabPipeline(from: ".gitlab-ci.yml", among: files)
  }

  @Test(arguments: [
    ("include: a.yml", ["local a.yml"]),
    ("include: https://example.org/a.yml", ["remote https://example.org/a.yml -"]),
    ("include: [{local: /a.yml}, b.yml]", ["local /a.yml", "local b.yml"]),
    ("include:\n  project: g/p\n  file: [a.yml, b.yml]\n  ref: v1", ["project g/p v1"]),
    ("include: {project: g/p, file: a.yml}", ["project g/p -"]),
    (
      "include: [{remote: https://e.org/a.yml, integrity: sha256-x}]",
      ["remote https://e.org/a.yml sha256-x"]
    ),
    ("include: [{template: Jobs/SAST.gitlab-ci.yml}]", ["template Jobs/SAST.gitlab-ci.yml"]),
    ("include: [{component: g.org/p/c@1.0}]", ["component g.org/p/c@1.0"]),
    ("include: [{nothing: x}]", []), ("include:", []),
  ])
  func readsIncludes(text: String, expected: [String]) throws {
    let found = try file(text + "\ntest: {script: [a]}\n").includes.map { include in
      switch include.source {
      case .local(let text): "local \(text.value)"
      case .project(let text, let ref): "project \(text.value) \(ref?.value ?? "-")"
      case .remote(let text, let digest): "remote \(text.value) \(digest?.value ?? "-")"
      case .template(let text): "template \(text.value)"
      case .component(let text): "component \(text.value)"
      }
    }
    #expect(found == expected)
  }

  @Test func readsAJob() throws {
    let found = try pipeline([
      (
        ".gitlab-ci.yml",
        """
        stages: [build, publish]
        default: {image: python:3.13, interruptible: true}
        variables:
          A: {value: x, description: d}
        .base: &base
          before_script: [prepare]
          variables: {B: y}
        .release:
          environment: {name: pypi, action: start}
          id_tokens:
            T: {aud: [pypi, other]}
          services: [postgres:17, {name: redis}]
        publish:
          <<: *base
          extends: [.release]
          stage: publish
          needs: [{job: build, artifacts: true}, lint]
          dependencies: [build]
          rules:
            - if: $CI_COMMIT_TAG
              when: manual
            - !reference [.release, rules]
          script:
            - !reference [.setup, script]
            - - nested
              - twine upload dist/*
          artifacts: {paths: [dist]}
          resource_group: r
          release: {tag_name: v1}
          parallel: {matrix: [{X: [1]}]}
        child:
          trigger: {include: [{local: c.yml}]}
        """
      )
    ])
    #expect(found.stages == [".pre", "build", "publish", ".post"])
    #expect(found.jobs.map(\.name.value) == ["publish", "child"])
    let job = try #require(found.jobs.first)
    #expect(job.isWhole && job.stage == "publish")
    #expect(job.value(\.environment)?.value.name.value == "pypi")
    #expect(job.idTokens.map(\.name.value) == ["T"])
    #expect(job.idTokens.first?.audiences.map(\.value) == ["pypi", "other"])
    #expect(job.value(\.services)?.value.map(\.name.value) == ["postgres:17", "redis"])
    #expect(job.inherited(\.image)?.value.name.value == "python:3.13")
    #expect(job.inherited(\.interruptible)?.value.value == "true")
    #expect(job.variable("A")?.value.value.value == "x")
    #expect(job.variable("B")?.value.value.value == "y")
    #expect(job.value(\.needs)?.value.map(\.value) == ["build", "lint"])
    #expect(job.value(\.rules)?.value.count == 2)
    #expect(job.value(\.rules)?.value.last?.reference == ".release")
    #expect(
      job.scripts.flatMap(\.texts).map(\.value) == ["prepare", "nested", "twine upload dist/*"])
    #expect(job.value(\.resourceGroup)?.value.value == "r")
    #expect(job.value(\.release) != nil && job.value(\.matrix) != nil)
    #expect(found.jobs.last?.isTrigger == true)
    #expect(found.files.first?.problems.isEmpty == true)
  }

  /// The including file has the last word, then the last file that is included.
  @Test func includesFollowTheirOrder() throws {
    let found = try pipeline([
      (
        ".gitlab-ci.yml",
        "include: [/ci/a.yml, {local: 'ci/b*.yml'}, {local: '/deep/**.yml'}]\njob: {stage: own}\n"
      ),
      ("ci/a.yml", "job: {stage: a, script: [a], image: a}\nother: {extends: .t, script: [x]}\n"),
      ("ci/b1.yml", "job: {script: [b]}\n.t: {stage: t}\n"),
      ("ci/c.yml", "never: {script: [c]}\n"),
    ])
    #expect(Set(found.jobs.map(\.name.value)) == ["job", "other"])
    let job = try #require(found.jobs.first { $0.name.value == "job" })
    #expect(job.stage == "own")
    #expect(job.value(\.script)?.value.texts.map(\.value) == ["b"])
    #expect(job.value(\.image)?.value.name.value == "a")
    #expect(found.jobs.first { $0.name.value == "other" }?.stage == "t")
    // Nothing is there that the last pattern stands for.
    #expect(!found.isComplete)
  }

  @Test(arguments: [
    ("a.yml", "a.yml", true), ("/a/b.yaml", "a/b.yaml", true), ("a/*.yml", "a/b.yml", true),
    ("a/*.yml", "a/b/c.yml", false), ("a/**/c.yml", "a/b/c.yml", true),
    ("**/c.yml", "c.yml", true), ("a/b*d*.yml", "a/bcdxd.yml", true),
    ("a/b*d*.yml", "a/bc.yml", false),
  ])
  func matchesPaths(pattern: String, path: String, isMatch: Bool) throws {
    #expect(try #require(GitLabPath(pattern)).matches(path) == isMatch)
  }

  @Test(arguments: ["../a.yml", "/a/../../b.yml", "a.txt", "$X/a.yml", "", "a\0.yml"])
  func refusesPaths(_ path: String) { #expect(GitLabPath(path) == nil) }

  /// Circles, missing templates and depth end, and say so.
  @Test(arguments: [
    (".a: {extends: .b}\n.b: {extends: .a}\njob: {extends: .a, script: [x]}\n", false),
    ("job: {extends: job, script: [x]}\n", false),
    ("job: {extends: .missing, script: [x]}\n", false),
    (".a: {stage: s}\njob: {extends: .a, script: [x]}\n", true),
    ("job: {script: [!reference [job, script]]}\n", true),
  ])
  func extendsEnd(text: String, isWhole: Bool) throws {
    let job = try #require(try pipeline([(".gitlab-ci.yml", text)]).jobs.first)
    #expect(job.isWhole == isWhole)
  }

  @Test func includesInACircleEnd() throws {
    let found = try pipeline([
      (".gitlab-ci.yml", "include: a.yml\nx: {script: [x]}\n"),
      ("a.yml", "include: [.gitlab-ci.yml, a.yml]\ny: {script: [y]}\n"),
    ])
    #expect(found.files.map(\.path) == [".gitlab-ci.yml", "a.yml"])
    #expect(found.jobs.map(\.name.value) == ["x", "y"])
  }

  @Test func manyLevelsAreNamed() throws {
    var text = "job: {extends: .t0, script: [x]}\n"
    for level in 0..<40 { text += ".t\(level): {extends: .t\(level + 1)}\n" }
    text += ".t40: {stage: s}\n"
    let found = try pipeline([(".gitlab-ci.yml", text)])
    #expect(found.jobs.first?.isWhole == false)
    #expect(found.problems.contains { $0.problem.problem.contains("levels") })
  }

  @Test func readsBehindTheHeaderOfAComponent() throws {
    let text =
      "spec:\n  inputs:\n    x: {default: a}\n---\njob:\n  script:\n    - echo $[[ inputs.x ]]\n"
    let found = try file(text)
    #expect(found.definitions.map(\.name.value) == ["job"])
    let place = try #require(found.definitions.first?.name.span)
    #expect(Array(text.utf8)[place].elementsEqual("job".utf8))
    #expect(throws: YAMLError.self) { try self.file("a: 1\n---\nb: 2\n") }
  }

  @Test(arguments: [
    ("a: 1\n", "the job `a` is not a mapping"), ("- a\n", "the pipeline is not a mapping"),
    ("a: {id_tokens: {T: {}}, script: [x]}\n", "the token `T` has no `aud`"),
    ("a: {script: [x]}\na: {script: [y]}\n", "the key `a` stands twice"),
    ("a: {rules: [x], script: [y]}\n", "the rule is not a mapping"),
  ])
  func namesProblems(text: String, problem: String) throws {
    #expect(try file(text).problems.map(\.problem).contains(problem))
  }

  @Test(arguments: [
    ("test: {script: [a]}", true), ("include: a.yml", true), ("on: push\njobs: {}", false),
    ("steps: [{name: a}]", false), ("services: {db: {image: x}}", false), ("a: 1", false),
  ])
  func knowsPipelines(text: String, isLike: Bool) throws {
    #expect(try GitLabFile.isLike(YAMLDocument(parsing: Array(text.utf8))) == isLike)
  }
}
