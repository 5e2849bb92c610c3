// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark audit --forge` and `--fix --forge` against a server in the forms of GitHub's API.
@Suite struct AuditForgeTests {
  let scratch: Scratch
  static let token = "forge-secret-token"
  static let base = "/repos/acme/greeting"

  /// A repository whose settings can be changed.
  final class Forge: @unchecked Sendable {
    private let lock = NSLock()
    private var answers: [String: String] = [
      "": #"{"default_branch": "main", "private": false, "permissions": {"admin": true}}"#,
      "/rulesets": "[]", "/rules/branches/main": "[]",
      "/branches/main": #"{"name": "main", "protected": false}"#,
      "/environments": #"""
      {"total_count": 1, "environments": [{"name": "pypi", "can_admins_bypass": false,
        "protection_rules": [{"type": "wait_timer", "wait_timer": 5},
          {"type": "required_reviewers", "prevent_self_review": false, "reviewers": [
            {"type": "User", "reviewer": {"login": "ada\u001b[31m", "id": 11}}]}]}]}
      """#,
      "/actions/permissions": #"{"enabled": true, "allowed_actions": "all"}"#,
      "/actions/permissions/workflow": #"""
      {"default_workflow_permissions": "write", "can_approve_pull_request_reviews": false}
      """#,
      "/automated-security-fixes": #"{"enabled": true, "paused": false}"#,
      "/private-vulnerability-reporting": #"{"enabled": false}"#,
      "/collaborators":
        #"[{"login": "bea", "id": 12, "permissions": {}}, "#
        + #"{"login": "ada", "id": 13, "permissions": {}}]"#,
    ]
    /// The path that is refused to be changed.
    let refused: String?

    init(refused: String? = nil) { self.refused = refused }

    func answer(_ call: AnsweringServer.Call) -> AnsweringServer.Answer? {
      lock.withLock {
        guard call.header("Authorization") == "Bearer \(AuditForgeTests.token)" else {
          return .init(401, #"{"message": "Bad credentials"}"#)
        }
        guard call.path.hasPrefix(AuditForgeTests.base) else { return nil }
        let path = String(call.path.dropFirst(AuditForgeTests.base.count))
        if call.method == "GET" { return answers[path].map { .init(200, $0) } }
        if path == refused { return .init(403, #"{"message": "no \#(AuditForgeTests.token)"}"#) }
        change(call.method, path, call.body)
        return .init(call.method == "POST" ? 201 : 204, call.method == "POST" ? "{}" : "")
      }
    }

    private func change(_ method: String, _ path: String, _ body: String) {
      let document =
        (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
      func text(_ value: Any) -> String {
        (try? JSONSerialization.data(withJSONObject: value))
          .map { String(decoding: $0, as: UTF8.self) } ?? ""
      }
      switch path {
      case "/private-vulnerability-reporting": answers[path] = #"{"enabled": true}"#
      case "/actions/permissions", "/actions/permissions/workflow",
        "/actions/permissions/selected-actions":
        answers[path] = body
      case "/rulesets":
        var list = Self.list(answers["/rulesets"])
        var ruleset = document
        let id = list.count + 1
        ruleset["id"] = id
        ruleset["source_type"] = "Repository"
        list.append(ruleset)
        answers["/rulesets"] = text(list)
        answers["/rulesets/\(id)"] = text(ruleset)
        guard document["target"] as? String == "branch" else { return }
        let rules = (document["rules"] as? [[String: Any]] ?? []).map { rule in
          rule.merging(["ruleset_id": id, "ruleset_source_type": "Repository"]) { $1 }
        }
        answers["/rules/branches/main"] = text(Self.list(answers["/rules/branches/main"]) + rules)
      case "/environments/pypi":
        let reviewers = (document["reviewers"] as? [[String: Any]] ?? []).map {
          ["type": $0["type"] ?? "", "reviewer": ["login": "x", "id": $0["id"] ?? 0]]
            as [String: Any]
        }
        answers["/environments"] = text([
          "environments": [
            [
              "name": "pypi", "can_admins_bypass": false,
              "protection_rules": [
                ["type": "wait_timer", "wait_timer": document["wait_timer"] ?? 0],
                [
                  "type": "required_reviewers", "reviewers": reviewers,
                  "prevent_self_review": document["prevent_self_review"] ?? false,
                ],
              ],
              "deployment_branch_policy": document["deployment_branch_policy"] ?? NSNull(),
            ] as [String: Any]
          ]
        ])
        answers["/environments/pypi/deployment-branch-policies"] = #"{"branch_policies": []}"#
      case "/environments/pypi/deployment-branch-policies":
        let old = answers[path].flatMap {
          try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
        let list = (old?["branch_policies"] as? [[String: Any]] ?? []) + [document]
        answers[path] = text(["branch_policies": list])
      default: break
      }
    }

    private static func list(_ text: String?) -> [[String: Any]] {
      (try? JSONSerialization.jsonObject(with: Data((text ?? "").utf8))) as? [[String: Any]] ?? []
    }
  }

  init() throws {
    scratch = try Scratch()
    let folder = URL(fileURLWithPath: scratch.path).appendingPathComponent(".github/workflows")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(
      """
      on:
        push:
          tags: ["v*"]
      permissions: {}
      jobs:
        publish:
          runs-on: ubuntu-latest
          environment: pypi
          permissions: {id-token: write}
          steps:
            - uses: pypa/gh-action-pypi-publish@release/v1

      """.utf8
    ).write(to: folder.appendingPathComponent("release.yml"))
    try Data("on: pull_request\njobs:\n  test:\n    runs-on: x\n    steps: [{run: make}]\n".utf8)
      .write(to: folder.appendingPathComponent("ci.yml"))
  }

  static let rules =
    "protected-branch,pull-requests-only,approvals,default-token-rights,allowed-actions,"
    + "allow-list-drift,environment-reviewers,publish-approval,self-review,deploy-refs,"
    + "protected-tags,private-reports,required-checks,no-bypass,release-accounts"

  private func audit(
    _ server: AnsweringServer, _ arguments: [String], token: String? = token
  ) throws -> Program.Outcome {
    var environment = ["GH_TOKEN": "", "GITHUB_TOKEN": "", "HOME": scratch.path]
    environment["GH_TOKEN"] = token ?? ""
    return try Program("hallmark").run(
      ["audit", "--forge", "--github", "acme/greeting", "--forge-url", server.url] + arguments,
      environment: environment, in: scratch.path, timeout: 120)
  }

  @Test func settingsAreFoundInEveryForm() throws {
    let forge = Forge()
    let server = try AnsweringServer { forge.answer($0) }
    defer { server.stop() }
    let text = try audit(server, ["--rules", Self.rules, "--all", "--checklist"])
    #expect(text.status == 13, "\(text)")
    #expect(text.output.contains("--> https://github.com/acme/greeting/settings/rules"))
    #expect(text.output.contains("settings/environments (pypi)"))
    #expect(text.output.contains("only `ada\\u{1b}[31m` can") || text.output.contains("only `ada"))
    #expect(text.output.contains("bea"), "who may push is said: \(text.output)")
    #expect(!(text.output + text.errors).utf8.contains(0x1B))
    #expect(!(text.output + text.errors).contains(Self.token))
    #expect(server.calls.allSatisfy { $0.method == "GET" })
    let json = try audit(server, ["--json"])
    #expect(try JSONSchema("audit-v1.json").problems(in: json.output) == [], "\(json.errors)")
    let sarif = try audit(server, ["--format", "sarif", "--rules", Self.rules])
    #expect(sarif.output.contains(#""uri": "https://github.com/acme/greeting/settings/rules""#))
    let github = try audit(server, ["--format", "github", "--rules", Self.rules])
    #expect(github.output.contains("::error title=protected-branch::"), "\(github.output)")
  }

  /// Without `--forge` nobody is asked, and nothing is said of settings but what would tell.
  @Test func withoutForgeNothingIsSent() throws {
    let plain = try Program("hallmark").run(
      ["audit", "--json"], environment: ["GH_TOKEN": Self.token], in: scratch.path, timeout: 60)
    #expect(!plain.output.contains("settings/rules"))
    #expect(plain.output.contains("required_approving_review_count` of 2"))
    for arguments in [["--github", "acme/greeting"], ["--apply-settings"], ["--reviewer", "ada"]] {
      let wrong = try Program("hallmark").run(["audit"] + arguments, in: scratch.path)
      #expect(wrong.status == 2, "\(arguments)")
    }
  }

  @Test func repairsArePrintedAndNotSent() throws {
    let forge = Forge()
    let server = try AnsweringServer { forge.answer($0) }
    defer { server.stop() }
    let outcome = try audit(server, ["--fix", "--rules", Self.rules, "--reviewer", "bea"])
    #expect(server.calls.allSatisfy { $0.method == "GET" })
    for call in [
      "--method POST --hostname 127.0.0.1 repos/acme/greeting/rulesets --input - <<'JSON'",
      "--method PUT --hostname 127.0.0.1 repos/acme/greeting/environments/pypi --input -",
      "repos/acme/greeting/private-vulnerability-reporting\n",
      "repos/acme/greeting/actions/permissions/selected-actions",
      "\"pypa/gh-action-pypi-publish@*\"", "\"wait_timer\": 5", "\"id\": 11", "\"id\": 12",
      "\"context\": \"test\"",
    ] {
      #expect(outcome.output.contains(call), "\(call) is not in \(outcome.output)")
    }
    #expect(!(outcome.output + outcome.errors).utf8.contains(0x1B))
    let json = try audit(server, ["--fix", "--json", "--rules", Self.rules])
    #expect(try JSONSchema("audit-v1.json").problems(in: json.output) == [])
    #expect(json.output.contains("--reviewer LOGIN"), "a second one is for a person to name")
  }

  @Test func nobodyConfirmsWithoutATerminal() throws {
    let forge = Forge()
    let server = try AnsweringServer { forge.answer($0) }
    defer { server.stop() }
    let outcome = try audit(server, ["--fix", "--apply-settings", "--rules", Self.rules])
    #expect(outcome.status == 2, "\(outcome)")
    #expect(server.calls.allSatisfy { $0.method == "GET" })
    let bare = try audit(
      server, ["--fix", "--apply-settings", "--yes", "--rules", Self.rules], token: nil)
    #expect(server.calls.allSatisfy { $0.method == "GET" }, "\(bare)")
  }

  /// What was sent is read back, and the second run has nothing to do.
  @Test func repairsAreSentReadBackAndDone() throws {
    let forge = Forge()
    let server = try AnsweringServer { forge.answer($0) }
    defer { server.stop() }
    let arguments = [
      "--fix", "--apply-settings", "--yes", "--rules", Self.rules, "--reviewer", "bea",
    ]
    let outcome = try audit(server, arguments)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.errors.contains("changed: let only listed actions run"))
    let writes = server.calls.count { $0.method != "GET" }
    #expect(writes >= 8)
    let again = try audit(server, arguments)
    #expect(again.status == 0, "\(again)")
    #expect(server.calls.count { $0.method != "GET" } == writes)
  }

  @Test func whatIsRefusedIsSaidAndTheRestGoesOn() throws {
    let forge = Forge(refused: "/environments/pypi")
    let server = try AnsweringServer { forge.answer($0) }
    defer { server.stop() }
    let outcome = try audit(
      server, ["--fix", "--apply-settings", "--yes", "--rules", Self.rules, "--reviewer", "bea"])
    #expect(outcome.status == 12, "\(outcome)")
    #expect(outcome.errors.contains("not changed: protect the environment `pypi`"))
    #expect(outcome.errors.contains("changed: take private reports"))
    #expect(!(outcome.output + outcome.errors).contains(Self.token))
  }

  /// A forge that refuses everything leaves everything unknown, and the files are audited.
  @Test func wrongTokens() throws {
    let forge = Forge()
    let server = try AnsweringServer { forge.answer($0) }
    defer { server.stop() }
    let outcome = try audit(server, ["--rules", Self.rules], token: "another-token")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.errors.contains("unanswered"))
    #expect(!outcome.errors.contains("another-token"))
    let whole = try audit(server, [], token: "another-token")
    #expect(whole.status >= 10 && whole.output.contains("release.yml"))
  }

  @Test func theProjectMustBeKnown() throws {
    let outcome = try Program("hallmark").run(["audit", "--forge"], in: scratch.path, timeout: 60)
    #expect(outcome.errors.contains("--github OWNER/NAME"), "\(outcome)")
    #expect(outcome.status >= 10)
  }
}
