// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@testable import ReleaseAudit

/// Commits that the program knows by itself.
@Suite struct KnownPinsTests {
  static let commit = "11bd71901bbe5b1630ceea73d27597364c9af683"
  static let other = "44c2b7a8a4ea60a981eaca3cf939b5f4305c123b"

  private func pin(
    _ tag: String, _ refs: [String], _ commit: String = commit, isBranch: Bool = false
  ) throws -> ActionPins.Pin {
    ActionPins.Pin(
      action: "acme/tool", tag: tag, isBranch: isBranch, refs: refs, commit: commit,
      learned: try Timestamp(rfc3339: "2026-03-01T00:00:00Z"), how: "https://example.org/tool.git")
  }

  private func fixed(
    _ ref: String, known: [ActionPins.Pin], own: [ActionPins.Pin]? = nil, days: Int64?
  ) throws -> (line: String, title: String?) {
    let text = "on: push\njobs:\n  a:\n    steps:\n      - uses: acme/tool@\(ref)\n"
    var files = [AuditedFile(path: ".github/workflows/a.yml", bytes: Array(text.utf8))]
    if let own {
      files.append(
        AuditedFile(
          path: ActionPins.path, bytes: Array(ActionPins(own).json.indentedText.utf8)))
    }
    var project = AuditedProject(files: files, isWhole: true)
    project.knownPins = ActionPins(known)
    let start = try Timestamp(rfc3339: "2026-03-01T00:00:00Z").seconds
    project.unixTime = days.map { start + $0 * 86_400 }
    let run = FixRun(project, rules: [UnpinnedAction.self], includesUnsafe: false)
    let bytes = run.project.files[".github/workflows/a.yml"]?.bytes ?? []
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").last ?? ""
    return (line.drop { $0 == " " }.description, run.applied.first?.proposal.title)
  }

  @Test(
    arguments: [
      // A whole version is what it is for ever; a moving tag for a year, if the time is known.
      ("v1.2.3", 5_000, true), ("v1.2.3", nil, true), ("v1", 300, true), ("v1", 400, false),
      ("v1", nil, false), ("v2", 1, false), ("main", 1, false), ("v1.2", 1, false),
    ] as [(String, Int64?, Bool)])
  func whatIsPinned(ref: String, days: Int64?, isPinned: Bool) throws {
    let known = [try pin("v1.2.3", ["v1"]), try pin("main", [], Self.other, isBranch: true)]
    let result = try fixed(ref, known: known, days: days)
    #expect(
      result.line
        == (isPinned
          ? "- uses: acme/tool@\(Self.commit) # v1.2.3" : "- uses: acme/tool@\(ref)"))
    #expect(result.title?.contains("was v1 on 2026-03-01") == (isPinned ? ref == "v1" : nil))
  }

  @Test func theOwnFileComesFirst() throws {
    let own = [try pin("v1.2.4", ["v1"], Self.other)]
    let result = try fixed("v1", known: [try pin("v1.2.3", ["v1"])], own: own, days: 1)
    #expect(result.line == "- uses: acme/tool@\(Self.other) # v1.2.4")
    #expect(result.title?.contains("2026") == false)
  }

  /// A commit under another version's name is found without the project's own file.
  @Test(
    arguments: [
      (commit, "v1.2.3", 0), (other, "v1.2.3", 1), (commit, "v9.9.9", 1), (other, "v9.9.9", nil),
      (other, "v1", nil), (commit, "v1", 0), (commit, "1.2.3", 0), (commit, "v1.2", 0),
      (commit, "1.2.30", 1),
    ] as [(String, String, Int?)])
  func impostors(commit: String, comment: String, count: Int?) throws {
    let text =
      "on: push\njobs:\n  a:\n    steps:\n      - uses: acme/tool@\(commit) # \(comment)\n"
    var project = AuditedProject(
      files: [AuditedFile(path: ".github/workflows/a.yml", bytes: Array(text.utf8))],
      isWhole: true)
    project.knownPins = ActionPins([try pin("v1.2.3", ["v1"])])
    switch ImpostorCommit.examine(project) {
    case .examined(let findings): #expect(findings.count == count)
    case .unknown: #expect(count == nil)
    case .notApplicable(let reason): Issue.record("\(reason)")
    }
  }

  /// A commit without a comment is the version that it is known as.
  @Test(arguments: [
    ("76f52bc884231f62b9a034ebfe128415bbaabdfc", true),
    ("76f52bc884231f62b9a034ebfe128415bbaabdfd", false),
  ])
  func versionsOfUploads(commit: String, isKnown: Bool) throws {
    let text = """
      on: workflow_dispatch
      jobs:
        publish:
          permissions: {id-token: write}
          steps:
            - uses: pypa/gh-action-pypi-publish@\(commit)

      """
    var project = AuditedProject(
      files: [AuditedFile(path: ".github/workflows/a.yml", bytes: Array(text.utf8))],
      isWhole: true)
    project.knownPins = ActionPins([
      ActionPins.Pin(
        action: "pypa/gh-action-pypi-publish", tag: "v1.12.4", refs: [],
        commit: "76f52bc884231f62b9a034ebfe128415bbaabdfc",
        learned: try Timestamp(rfc3339: "2026-03-01T00:00:00Z"), how: "https://example.org")
    ])
    for outcome in [Provenance.examine(project), UploadVersion.examine(project)] {
      switch outcome {
      case .examined(let findings): #expect(isKnown && findings.isEmpty)
      case .unknown(let tells): #expect(!isKnown && tells.contains(commit))
      case .notApplicable(let reason): Issue.record("\(reason)")
      }
    }
  }
}
