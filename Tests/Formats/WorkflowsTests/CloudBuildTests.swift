// SPDX-License-Identifier: Apache-2.0

import SourceText
import Testing
import Workflows

@Suite struct CloudBuildTests {
  private func build(_ text: String) throws -> CloudBuild {
    CloudBuild(try YAMLDocument(parsing: Array(text.utf8)))
  }

  /// YAML and JSON say the same.
  @Test(arguments: [
    """
    steps:
      - name: gcr.io/cloud-builders/docker:latest
        id: push
        args: [push, image]
        waitFor: ['-']
      - name: python
        entrypoint: bash
        args: ['-c', 'twine upload dist/*']
        secretEnv: [TOKEN]
        env: ['A=b']
    images: [image]
    artifacts: {pythonPackages: [{repository: r, paths: [dist/*]}]}
    options: {requestedVerifyOption: VERIFIED}
    serviceAccount: a@b
    substitutions: {_A: b}
    availableSecrets:
      secretManager: [{versionName: projects/p/secrets/s/versions/1, env: TOKEN}]

    """,
    """
    {"steps": [
      {"name": "gcr.io/cloud-builders/docker:latest", "id": "push", "args": ["push", "image"],
    \t"waitFor": ["-"]},
      {"name": "python", "entrypoint": "bash", "args": ["-c", "twine upload dist\\/*"],
       "secretEnv": ["TOKEN"], "env": ["A=b"]}],
     "images": ["image"], "artifacts": {"pythonPackages": [{"repository": "r"}]},
     "options": {"requestedVerifyOption": "VERIFIED"}, "serviceAccount": "a@b",
     "substitutions": {"_A": "b"}, "availableSecrets": {"secretManager":
       [{"versionName": "projects/p/secrets/s/versions/1", "env": "TOKEN"}]}}
    """,
  ])
  func reads(text: String) throws {
    let found = try build(text)
    #expect(found.problems.isEmpty)
    #expect(found.steps.count == 2)
    let command = found.steps[0].command.flatMap { ShellInvocation($0) }
    #expect(command?.program == "docker" && command?.isSubcommand(["push"]) == true)
    #expect(found.steps[0].waitFor?.map(\.value) == ["-"])
    #expect(found.steps[0].shellArgument == nil)
    #expect(found.steps[1].shellArgument?.value == "twine upload dist/*")
    #expect(found.steps[1].secretEnv.map(\.value) == ["TOKEN"])
    #expect(found.images.map(\.value) == ["image"])
    #expect(found.artifacts.map(\.key.string) == ["pythonPackages"])
    #expect(found.verifyOption?.value == "VERIFIED")
    #expect(found.serviceAccount?.value == "a@b")
    #expect(found.substitutions?["_A"]?.value == "b")
    #expect(found.secretVersions.count == 1)
  }

  @Test(arguments: [
    ("steps: [x]", "the step is not a mapping"), ("steps: {a: b}", "`steps` is not a list"),
    ("a: b", "the build has no `steps`"), ("[a]", "the build is not a mapping"),
  ])
  func namesProblems(text: String, problem: String) throws {
    #expect(try build(text).problems.map(\.problem).contains(problem))
  }

  @Test(arguments: [
    ("steps: [{name: a, args: [b]}]", true), ("steps: [{name: a, run: b}]", false),
    ("steps: [{uses: a}]", false), ("jobs: {}\nsteps: [{name: a, args: [b]}]", false),
  ])
  func knowsBuilds(text: String, isLike: Bool) throws {
    #expect(try CloudBuild.isLike(YAMLDocument(parsing: Array(text.utf8))) == isLike)
  }
}
