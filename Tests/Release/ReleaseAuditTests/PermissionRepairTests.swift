// SPDX-License-Identifier: Apache-2.0

import SourceText
import Testing
import Workflows

@testable import ReleaseAudit

/// Rights are taken away only where all that needs them is known.
@Suite struct PermissionRepairTests {
  /// A workflow without its `on`, and what it is with the repair of its first finding; or, where
  /// there is none, what its help names.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let before: String
    var after: String?
    var help: String?
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "nothing is said, and all is known",
      before: "jobs:\n  a:\n    runs-on: x\n    steps: [{uses: actions/checkout@v5}]\n",
      after: """
        jobs:
          a:
            runs-on: x
            permissions:
              contents: read
            steps: [{uses: actions/checkout@v5}]

        """),
    Case(
      name: "an identity that the job never had, and that its step may do without",
      before: "jobs:\n  a:\n    runs-on: x\n    steps: [{run: twine upload dist/x}]\n",
      after: """
        jobs:
          a:
            runs-on: x
            permissions: {}
            steps: [{run: twine upload dist/x}]

        """),
    Case(
      name: "nothing is said, and an action is not known",
      before: "jobs:\n  a:\n    runs-on: x\n    steps: [{uses: example/tool@v1}]\n",
      help: "`example/tool` in line 5"),
    Case(
      name: "a program that finds the token in the checkout",
      before: """
        jobs:
          a:
            runs-on: x
            steps: [{uses: actions/checkout@v5}, {run: scripts/test}]

        """,
      help: "`test` in line 5"),
    Case(
      name: "a program that could only ask for an identity, which there is not",
      before: "jobs:\n  a:\n    runs-on: x\n    steps: [{run: scripts/test}]\n",
      after: "jobs:\n  a:\n    runs-on: x\n    permissions: {}\n    steps: [{run: scripts/test}]\n"
    ),
    Case(
      name: "a program that may ask for the identity that there is",
      before: """
        permissions: write-all
        jobs:
          a:
            runs-on: x
            steps: [{run: scripts/test}]
          b:
            runs-on: x
            steps: [{uses: actions/checkout@v5}]

        """,
      help: "`test` in line 6"),
    Case(
      name: "everything for all, and all is known",
      before: """
        permissions: read-all
        jobs:
          a:
            runs-on: x
            steps: [{run: scripts/test}]
          b:
            runs-on: x
            steps: [{uses: actions/checkout@v5}]

        """,
      after: """
        permissions: {}
        jobs:
          a:
            runs-on: x
            permissions: {}
            steps: [{run: scripts/test}]
          b:
            runs-on: x
            permissions:
              contents: read
            steps: [{uses: actions/checkout@v5}]

        """),
    Case(
      name: "everything for one job, of which a step is not known",
      before: """
        permissions: {}
        jobs:
          a:
            permissions: write-all
            runs-on: x
            steps: [{uses: example/tool@v1}]

        """,
      help: "`example/tool` in line 7"),
    Case(
      name: "one job of two is known",
      before: """
        jobs:
          a:
            runs-on: x
            steps: [{uses: example/tool@v1}]
          b:
            runs-on: x
            steps: [{uses: actions/checkout@v5}]

        """,
      help: "`example/tool` in line 5"),
    Case(
      name: "rights of all jobs, of which one is not known",
      before: """
        permissions: {contents: write}
        jobs:
          a:
            runs-on: x
            steps: [{uses: actions/checkout@v5}]
          b:
            runs-on: x
            steps: [{uses: example/tool@v1}]

        """,
      help: "`example/tool` in line 9"),
  ]

  @Test(arguments: cases)
  func `proposes what is known wholly`(_ item: Case) throws {
    let path = ".github/workflows/a.yml"
    let text = "on: push\n" + item.before
    let project = AuditedProject(
      files: [AuditedFile(path: path, bytes: Array(text.utf8))], isWhole: false)
    guard case .examined(let findings) = ExcessivePermissions.examine(project) else {
      Issue.record("nothing was examined")
      return
    }
    let finding = try #require(findings.first)
    let after = finding.fix?.edits[path]?.applied(to: Array(text.utf8))
    #expect(
      after.map { String(decoding: $0, as: UTF8.self) } == item.after.map { "on: push\n" + $0 })
    #expect((finding.help == nil) == (item.help == nil))
    #expect(item.help.map { finding.help?.contains($0) ?? false } ?? true, "\(finding.help ?? "")")
  }

  @Test func `what a called workflow may ask for counts for the caller`() throws {
    let caller = """
      on: push
      jobs:
        a:
          uses: ./.github/workflows/b.yml
          permissions: write-all

      """
    let called =
      "on: workflow_call\njobs:\n  b:\n    runs-on: x\n    steps: [{run: scripts/test}]\n"
    let project = AuditedProject(
      files: [(".github/workflows/a.yml", caller), (".github/workflows/b.yml", called)].map {
        AuditedFile(path: $0.0, bytes: Array($0.1.utf8))
      }, isWhole: false)
    let file = try #require(project.workflow(at: ".github/workflows/a.yml"))
    let needs = JobNeeds(of: file.workflow.jobs[0], in: file, project)
    #expect(!needs.isWhole)
    #expect(needs.mayAskForIdentity?.what == "test")
  }
}
