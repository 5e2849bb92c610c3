// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark audit`, `rules` and `explain` as a user runs them.
@Suite struct AuditCommandTests {
  let scratch: Scratch
  static let workflow = """
    name: release
    on: push
    permissions: {}
    jobs:
      build:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4
          - run: echo ok

    """

  init() throws { scratch = try Scratch() }

  @discardableResult
  private func write(_ path: String, _ text: String) throws -> String {
    let url = URL(fileURLWithPath: scratch.path).appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
    return url.path
  }

  private func read(_ path: String) throws -> String {
    String(decoding: try TestData.read(scratch.path + "/" + path), as: UTF8.self)
  }

  private func hallmark(_ arguments: String...) throws -> Program.Outcome {
    try Program("hallmark").run(arguments, in: scratch.path, timeout: 60)
  }

  @Test func everyFormIsWhatItsReadersTake() throws {
    try write(".github/workflows/release.yml", Self.workflow)
    let json = try hallmark("audit", "--json")
    #expect(try JSONSchema("audit-v1.json").problems(in: json.output) == [], "\(json)")
    #expect(json.status >= 10)
    let sarif = try hallmark("audit", "--format", "sarif")
    let document = try #require(
      JSONSerialization.jsonObject(with: Data(sarif.output.utf8)) as? [String: Any])
    #expect(document["version"] as? String == "2.1.0")
    #expect(
      (document["runs"] as? [[String: Any]])?.first?["columnKind"] as? String == "unicodeCodePoints"
    )
    let github = try hallmark("audit", "--format", "github")
    #expect(
      github.output.split(separator: "\n").allSatisfy {
        $0.hasPrefix("::error file=.github/workflows/release.yml,line=")
          || $0.hasPrefix("::warning file=") || $0.hasPrefix("::notice file=")
      }, "\(github)")
    let gitlab = try hallmark("audit", "--format", "gitlab")
    let list = try #require(
      JSONSerialization.jsonObject(with: Data(gitlab.output.utf8)) as? [[String: Any]])
    #expect(Set(list.compactMap { $0["fingerprint"] as? String }).count == list.count)
    let text = try hallmark("audit", "--html", "page.html")
    #expect(text.output.contains("--> .github/workflows/release.yml:8:"))
    #expect(text.output.contains("- uses: actions/checkout@v4"))
    #expect(try read("page.html").contains("actions/checkout@v4"))
    #expect(text.status == json.status && github.status == json.status)
  }

  @Test func repairsAndIsDone() throws {
    try write(".github/workflows/release.yml", Self.workflow)
    try write(
      ".github/hallmark-pins.json",
      """
      {"schema": "hallmark.pins/v1", "pins": [{"action": "actions/checkout", "tag": "v4.2.2",
       "refs": ["v4"], "commit": "11bd71901bbe5b1630ceea73d27597364c9af683",
       "learned": "2026-01-02T03:04:05Z", "how": "https://github.com/actions/checkout.git"}]}
      """)
    let diff = try hallmark("audit", "--diff", "--rules", "unpinned-action")
    #expect(diff.output.contains("-      - uses: actions/checkout@v4\n"), "\(diff)")
    #expect(
      diff.output.contains(
        "+      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2\n"))
    #expect(try read(".github/workflows/release.yml") == Self.workflow)
    let fixed = try hallmark("audit", "--fix", "--rules", "unpinned-action")
    #expect(fixed.status == 0, "\(fixed)")
    let after = try read(".github/workflows/release.yml")
    #expect(
      after
        == Self.workflow.replacingOccurrences(
          of: "checkout@v4", with: "checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2"))
    let again = try hallmark("audit", "--fix", "--rules", "unpinned-action")
    #expect(again.status == 0)
    #expect(try read(".github/workflows/release.yml") == after)
    #expect(try hallmark("pins", "check").status == 0)
  }

  @Test func whatIsNotKnownIsNotPinned() throws {
    let text = Self.workflow.replacingOccurrences(of: "checkout@v4", with: "checkout@v4.999.0")
    try write(".github/workflows/release.yml", text)
    let fixed = try hallmark("audit", "--fix", "--rules", "unpinned-action")
    #expect(fixed.status == 12)
    #expect(fixed.output.contains("hallmark pins update"), "\(fixed)")
    #expect(try read(".github/workflows/release.yml") == text)
    #expect(try hallmark("pins", "check").status == 6)
  }

  /// The program itself knows the commits of versions of common actions.
  @Test func pinsByWhatTheProgramKnows() throws {
    let text = Self.workflow.replacingOccurrences(of: "checkout@v4", with: "checkout@v4.2.0")
    try write(".github/workflows/release.yml", text)
    let fixed = try hallmark("audit", "--fix", "--rules", "unpinned-action,impostor-commit")
    #expect(fixed.status == 0, "\(fixed)")
    #expect(
      try read(".github/workflows/release.yml").contains(
        "- uses: actions/checkout@d632683dd7b4114ad314bca15554477dd762a938 # v4.2.0\n"))
  }

  @Test func baselineHidesAndSaysWhatIsStale() throws {
    try write(".github/workflows/release.yml", Self.workflow)
    #expect(try hallmark("audit", "--baseline", "b.json", "--write-baseline").status == 0)
    #expect(try JSONSchema("audit-baseline-v1.json").problems(in: try read("b.json")) == [])
    let known = try hallmark("audit", "--baseline", "b.json")
    #expect(known.status == 0, "\(known)")
    try write(
      ".github/workflows/release.yml",
      Self.workflow.replacingOccurrences(of: "      - uses: actions/checkout@v4\n", with: ""))
    let stale = try hallmark("audit", "--baseline", "b.json")
    #expect(stale.output.contains("is not found any more"), "\(stale)")
    #expect(try hallmark("audit", "--baseline", "none.json").status == 1)
  }

  @Test func rulesAndExplanations() throws {
    let rules = try hallmark("rules", "--json")
    #expect(try JSONSchema("rules-v1.json").problems(in: rules.output) == [])
    #expect(try hallmark("explain", "unpinned-action").output.contains("Why"))
    #expect(try hallmark("explain", "HM0213").output.contains("HM0213: "))
    #expect(try hallmark("explain", "no-such-rule").status == 2)
    #expect(try hallmark("audit", "--rules", "no-such-rule").status == 2)
  }

  /// What is broken is named, what is not is audited, and nothing of a file reaches the terminal.
  @Test func badInput() throws {
    try write(".github/workflows/good.yml", Self.workflow)
    try write(".github/workflows/broken.yml", "on: [push\njobs: {")
    try Data([0x61, 0x3A, 0x20, 0xFF, 0x0A]).write(
      to: URL(fileURLWithPath: scratch.path + "/.github/workflows/bytes.yml"))
    try write(
      ".github/workflows/anchors.yml",
      "on: push\nx:\n" + (0..<10_000).map { "  - &a\($0) b\n" }.joined() + "jobs: {}\n")
    try write(".github/workflows/large.yml", String(repeating: "# nothing\n", count: 5_000_000))
    try write(
      ".github/workflows/evil\u{1B}[31m.yml",
      "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: \"o/\\e[2Jr@v1\"\n")
    let outside = try Scratch()
    let target = try outside.write("secret.yml", Array("on: push\n".utf8))
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path + "/.github/workflows/link.yml", withDestinationPath: target)
    let outcome = try hallmark("audit", "--all")
    #expect(outcome.status >= 10, "\(outcome.errors)")
    for name in ["broken.yml", "bytes.yml", "large.yml", "link.yml"] {
      #expect(outcome.errors.contains(name), "\(name): \(outcome.errors)")
    }
    #expect(!(outcome.output + outcome.errors).utf8.contains(0x1B))
    #expect(outcome.output.contains("good.yml:8:"))
    for format in ["github", "sarif", "gitlab", "json"] {
      #expect(!(try hallmark("audit", "--format", format).output.utf8.contains(0x1B)))
    }
    #expect(try hallmark("audit", "nowhere").status == 1)
    try FileManager.default.createDirectory(
      atPath: scratch.path + "/empty", withIntermediateDirectories: true)
    let empty = try hallmark("audit", "empty")
    #expect(empty.status == 1)
    #expect(empty.errors.contains("nothing here is audited"), "\(empty)")
    #expect(try hallmark("audit", ".github/workflows/broken.yml").status == 1)
  }

  /// A file that is a link is not written through it.
  @Test func writesThroughNoLink() throws {
    try write("real.yml", Self.workflow)
    try FileManager.default.createDirectory(
      atPath: scratch.path + "/.github/workflows", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path + "/.github/workflows/release.yml",
      withDestinationPath: "../../real.yml")
    try write(
      ".github/hallmark-pins.json",
      """
      {"schema": "hallmark.pins/v1", "pins": [{"action": "actions/checkout", "tag": "v4.2.2",
       "refs": ["v4"], "commit": "11bd71901bbe5b1630ceea73d27597364c9af683",
       "learned": "2026-01-02T03:04:05Z", "how": "https://github.com/actions/checkout.git"}]}
      """)
    _ = try hallmark("audit", "--fix", "--rules", "unpinned-action")
    #expect(try read("real.yml") == Self.workflow)
  }

  /// A branch is pinned to its head: as the version that is there, else as the branch.
  @Test func pinsBranches() throws {
    let (tagged, bare) = (String(repeating: "a", count: 40), String(repeating: "b", count: 40))
    @Sendable func line(_ text: String) -> String {
      let length = String(text.utf8.count + 4, radix: 16)
      return String(repeating: "0", count: 4 - length.count) + length + text
    }
    try write(
      ".github/workflows/release.yml",
      Self.workflow.replacingOccurrences(
        of: "actions/checkout@v4",
        with: "pypa/gh-action-pypi-publish@release/v1\n      - uses: octo/tool@develop"))
    let server = try AnsweringServer { call in
      switch call.path {
      case "/pypa/gh-action-pypi-publish.git/git-upload-pack":
        .init(
          200,
          line("\(tagged) refs/heads/release/v1\n") + line("\(tagged) refs/tags/v1.13.0\n") + "0000"
        )
      case "/octo/tool.git/git-upload-pack":
        .init(200, line("\(bare) refs/heads/develop\n") + line("\(tagged) refs/tags/v1\n") + "0000")
      default: nil
      }
    }
    defer { server.stop() }
    let update = try hallmark("pins", "update", "--server", server.url)
    #expect(update.status == 0, "\(update)")
    #expect(
      try JSONSchema("pins-v1.json").problems(in: try read(".github/hallmark-pins.json")) == [])
    let safe = try hallmark("audit", "--fix", "--rules", "unpinned-action")
    #expect(safe.status == 13, "a branch that stops to move needs a look: \(safe)")
    let fixed = try hallmark("audit", "--fix", "--unsafe", "--yes", "--rules", "unpinned-action")
    #expect(fixed.status == 0, "\(fixed)")
    let text = try read(".github/workflows/release.yml")
    #expect(text.contains("pypi-publish@\(tagged) # v1.13.0\n"), "\(text)")
    #expect(text.contains("octo/tool@\(bare) # develop\n"), "\(text)")
    #expect(try hallmark("pins", "check").status == 0)
    #expect(try hallmark("pins", "update", "--server", server.url).status == 0)
    let rules = "unpinned-action,impostor-commit,pin-comment"
    #expect(try hallmark("audit", "--rules", rules).status == 0)
  }

  /// A diff of a file with CR LF is one that other programs apply.
  @Test(arguments: ["patch", "git"]) func diffsOfLinesWithReturnsApply(program: String) throws {
    let tool = "/usr/bin/\(program)"
    guard FileManager.default.isExecutableFile(atPath: tool) else { return }
    let path = ".github/workflows/release.yml"
    try write(path, Self.workflow.replacingOccurrences(of: "\n", with: "\r\n"))
    let diff = try hallmark("audit", "--diff", "--rules", "persisted-credentials")
    #expect(diff.output.contains("persist-credentials: false\r\n"), "\(diff)")
    try write("change.diff", diff.output)
    let arguments =
      program == "git" ? ["apply", "change.diff"] : ["--binary", "-p1", "-i", "change.diff"]
    let applied = try Program(path: tool).run(arguments, in: scratch.path, timeout: 20)
    #expect(applied.status == 0, "\(applied)")
    let after = try read(path)
    #expect(after.contains("persist-credentials: false\r\n"))
    #expect(!after.replacingOccurrences(of: "\r\n", with: "").contains("\n"))
  }

  @Test func pinsFromAServer() throws {
    try write(".github/workflows/release.yml", Self.workflow)
    let commit = String(repeating: "a", count: 40)
    func line(_ text: String) -> String {
      let length = String(text.utf8.count + 4, radix: 16)
      return String(repeating: "0", count: 4 - length.count) + length + text
    }
    let answer =
      line("\(commit) refs/tags/v4\n") + line("\(commit) refs/tags/v4.2.2\n")
      + line("\(commit) refs/tags/v4.2.2-rc.1\n") + line("\(commit) refs/tags/a-long-name\n")
      + "0000"
    let server = try AnsweringServer { call in
      call.path == "/actions/checkout.git/git-upload-pack" ? .init(200, answer) : nil
    }
    defer { server.stop() }
    let update = try hallmark("pins", "update", "--server", server.url)
    #expect(update.status == 0, "\(update)")
    #expect(server.calls.count == 1)
    let text = try read(".github/hallmark-pins.json")
    #expect(try JSONSchema("pins-v1.json").problems(in: text) == [])
    #expect(text.contains("\"v4.2.2\"") && text.contains(commit))
    #expect(try hallmark("pins", "check").status == 5)
    #expect(try hallmark("audit", "--fix", "--rules", "unpinned-action").status == 0)
    #expect(try hallmark("pins", "check").status == 0)
  }
}
