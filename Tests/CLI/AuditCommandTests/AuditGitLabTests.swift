// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark audit --forge` and `--fix --forge` against a server in the forms of GitLab's API.
@Suite struct AuditGitLabTests {
  let scratch: Scratch
  static let token = "glpat-secret-token"
  static let base = "/projects/acme%2Fgreeting"

  init() throws {
    scratch = try Scratch()
    let folder = URL(fileURLWithPath: scratch.path)
    try Data(
      """
      publish:
        environment: { name: pypi }
        id_tokens:
          PYPI_ID_TOKEN: { aud: pypi }
        rules:
          - if: $CI_COMMIT_TAG
        script:
          - twine upload dist/*
      test:
        script:
          - pytest

      """.utf8
    ).write(to: folder.appendingPathComponent(".gitlab-ci.yml"))
    try Data(Self.token.utf8).write(to: folder.appendingPathComponent("token"))
  }

  static let rules =
    "protected-branch,pull-requests-only,approvals,stale-approvals,code-owner-review,"
    + "updates-need-approval,required-checks,up-to-date-branch,linear-history,branch-stays,"
    + "no-bypass,signed-commits-rule,default-token-rights,protected-tags,environment-reviewers,"
    + "publish-approval,self-review,deploy-refs,two-persons"

  private func audit(
    _ server: AnsweringServer, _ arguments: [String], token: Bool = true
  ) throws -> Program.Outcome {
    try Program("hallmark").run(
      ["audit", "--forge", "--gitlab", "acme/greeting", "--forge-url", server.url]
        + (token ? ["--forge-token-file", "token"] : []) + arguments,
      environment: ["CI_JOB_TOKEN": "", "HOME": scratch.path], in: scratch.path, timeout: 120)
  }

  private static let all = [
    "--fix", "--apply-settings", "--yes", "--rules", rules, "--reviewer", "maintainers",
  ]

  /// The requests, in their order, with their bodies.
  static let requests = [
    (
      "PATCH /protected_branches/main",
      #"{"allow_force_push": false, "code_owner_approval_required": true, "allowed_to_push": "#
        + #"[{"id": 1001, "access_level": 0}, {"id": 1002, "_destroy": true}]}"#
    ),
    (
      "POST /approvals",
      #"{"merge_requests_author_approval": false, "reset_approvals_on_push": true, "#
        + #""merge_requests_disable_committers_approval": true, "#
        + #""disable_overriding_approvers_per_merge_request": true}"#
    ),
    (
      "POST /approval_rules",
      #"{"name": "All Members", "rule_type": "any_approver", "approvals_required": 1}"#
    ),
    (
      "POST /protected_environments",
      #"{"name": "pypi", "deploy_access_levels": [{"access_level": 40}], "#
        + #""approval_rules": [{"access_level": 40, "required_approvals": 1}]}"#
    ),
    ("PATCH /job_token_scope", #"{"enabled": true}"#),
    (
      "PUT ",
      #"{"only_allow_merge_if_pipeline_succeeds": true, "allow_merge_on_skipped_pipeline": false, "#
        + #""merge_method": "ff", "ci_push_repository_for_job_token_allowed": false, "#
        + #""allow_pipeline_trigger_approve_deployment": false}"#
    ),
    ("POST /protected_tags", #"{"name": "v*", "create_access_level": 40}"#),
    ("POST /push_rule", #"{"reject_unsigned_commits": true}"#),
  ]

  private static func object(_ text: String) throws -> NSDictionary {
    try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
  }

  private func writes(_ server: AnsweringServer) -> [AnsweringServer.Call] {
    server.calls.filter { $0.method != "GET" }
  }

  /// What was sent is read back, and the second run has nothing to do.
  @Test func repairsAreSentReadBackAndDone() throws {
    let forge = SimulatedGitLab()
    let server = try AnsweringServer { forge.answer($0) }
    defer { server.stop() }
    let outcome = try audit(server, Self.all)
    #expect(outcome.status == 0, "\(outcome)")
    let sent = writes(server)
    #expect(
      sent.map { "\($0.method) \($0.path.dropFirst(Self.base.count))" }
        == Self.requests.map(\.0))
    for (call, expected) in zip(sent, Self.requests) {
      #expect(try Self.object(call.body) == Self.object(expected.1), "\(expected.0): \(call.body)")
      #expect(call.header("Content-Type") == "application/json")
      #expect(call.header("PRIVATE-TOKEN") == Self.token && call.header("Authorization") == nil)
    }
    // The report is of what was read back.
    #expect(!outcome.output.contains("[stale-approvals]"))
    let again = try audit(server, Self.all)
    #expect(again.status == 0, "\(again)")
    #expect(writes(server).count == sent.count)
    #expect(!(outcome.output + outcome.errors).contains(Self.token))
  }

  @Test func repairsArePrintedAndNotSent() throws {
    let forge = SimulatedGitLab()
    let server = try AnsweringServer { forge.answer($0) }
    defer { server.stop() }
    let arguments = ["--fix", "--rules", Self.rules, "--reviewer", "bea"]
    let outcome = try audit(server, arguments)
    #expect(writes(server).isEmpty)
    for text in [
      "glab api --method PATCH --hostname 127.0.0.1 projects/acme%2Fgreeting/protected_branches/main "
        + "--header 'Content-Type: application/json' --input - <<'JSON'",
      "glab api --method PUT --hostname 127.0.0.1 projects/acme%2Fgreeting --header",
      "\"user_id\": 2", "(GitLab Premium)", "# where it is answered by 403 or 404",
      "# left to you: publish-approval:", "# left to you: two-persons:",
    ] {
      #expect(outcome.output.contains(text), "\(text) is not in \(outcome.output)")
    }
    // Nobody is told what to do at GitHub.
    for word in ["bypass_actors", "ruleset", "required_status_checks", "prevent_self_review"] {
      #expect(!outcome.output.contains("help: \(word)") && !outcome.output.contains("`\(word)`"))
    }
    let json = try audit(server, arguments + ["--json"])
    #expect(try JSONSchema("audit-v1.json").problems(in: json.output) == [], "\(json)")
    let bare = try audit(
      server, ["--fix", "--apply-settings", "--yes", "--rules", Self.rules], token: false)
    #expect(writes(server).isEmpty, "\(bare)")
  }

  /// A request that fails is said, with what GitLab may mean; the rest goes on, and what counts is
  /// what is read back.
  @Test(arguments: [401, 403, 404, 429, 500, 200])
  func refusals(status: Int) throws {
    let forge = SimulatedGitLab(refused: "/approvals", status)
    let server = try AnsweringServer { forge.answer($0) }
    defer { server.stop() }
    let outcome = try audit(server, Self.all)
    #expect(outcome.status == 12, "\(outcome)")
    #expect(outcome.output.contains("[stale-approvals]"))
    #expect(writes(server).count == Self.requests.count)
    if status != 200 {
      #expect(outcome.errors.contains("not changed: approvals of merge requests"), "\(outcome)")
      #expect(outcome.errors.contains("or the project's plan is not Premium or Ultimate"))
    }
    #expect(outcome.errors.contains("changed: narrow the protection of `main`"))
    #expect(!(outcome.output + outcome.errors).contains(Self.token))
    #expect(!(outcome.output + outcome.errors).utf8.contains(0x1B))
  }

  /// What is refused to be read is unknown and not changed.
  @Test(arguments: [401, 403, 404, 429, 500, 200])
  func unread(status: Int) throws {
    let forge = SimulatedGitLab(unread: ["/approvals", "/protected_branches"], status)
    let server = try AnsweringServer { forge.answer($0) }
    defer { server.stop() }
    let outcome = try audit(server, Self.all)
    let paths = writes(server).map { String($0.path.dropFirst(Self.base.count)) }
    #expect(!paths.contains { $0.hasPrefix("/approvals") || $0.hasPrefix("/protected_branches") })
    #expect(paths.contains("/push_rule") == false && paths.contains("/protected_tags"), "\(paths)")
    #expect(outcome.errors.contains("unanswered"), "\(outcome)")
  }

  /// GitLab shows findings at lines of files only.
  @Test func codeQualityHasFiles() throws {
    let forge = SimulatedGitLab()
    let server = try AnsweringServer { forge.answer($0) }
    defer { server.stop() }
    let outcome = try audit(server, ["--format", "gitlab", "--rules", Self.rules])
    let list = try #require(
      JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]])
    #expect(list.count > 10)
    for item in list {
      let location = try #require(item["location"] as? [String: Any])
      #expect(location["path"] as? String == ".gitlab-ci.yml")
      #expect((item["description"] as? String)?.contains("https://gitlab.com/acme/") == true)
    }
    let reviewers = try #require(list.first { $0["check_name"] as? String == "self-review" })
    let lines = (reviewers["location"] as? [String: Any])?["lines"] as? [String: Int]
    #expect(lines?["begin"] == 2)
    #expect(Set(list.compactMap { $0["fingerprint"] as? String }).count == list.count)
  }
}

/// A GitLab project whose settings can be changed.
final class SimulatedGitLab: @unchecked Sendable {
  private let lock = NSLock()
  private let refused: String?
  private let unread: [String]
  private let status: Int
  private var ids = 5_000
  private var answers: [String: Any] = [
    "": [
      "default_branch": "main", "visibility": "public", "merge_method": "merge",
      "web_url": "https://gitlab.com/acme/greeting",
      "only_allow_merge_if_pipeline_succeeds": false, "allow_merge_on_skipped_pipeline": NSNull(),
      "allow_pipeline_trigger_approve_deployment": true,
      "ci_push_repository_for_job_token_allowed": true,
    ] as [String: Any],
    "/protected_branches": [
      [
        "id": 100, "name": "main", "allow_force_push": true,
        "code_owner_approval_required": false,
        "push_access_levels": [
          ["id": 1001, "access_level": 40, "access_level_description": "Maintainers"],
          [
            "id": 1002, "access_level": 40, "access_level_description": "Deploy key\u{1B}[31m",
            "deploy_key_id": 1,
          ],
        ],
        "merge_access_levels": [["id": 2001, "access_level": 40]],
      ] as [String: Any]
    ],
    "/protected_tags": [Any](), "/protected_environments": [Any](),
    "/approvals": [
      "reset_approvals_on_push": false, "merge_requests_author_approval": true,
      "disable_overriding_approvers_per_merge_request": false,
      "merge_requests_disable_committers_approval": false,
    ],
    "/approval_rules": [Any](), "/push_rule": NSNull(),
    "/job_token_scope": ["inbound_enabled": false, "outbound_enabled": false],
    "/members/all": [
      ["id": 1, "username": "ada", "access_level": 50, "state": "active"],
      ["id": 2, "username": "bea", "access_level": 40, "state": "active"],
      ["id": 3, "username": "dan", "access_level": 30, "state": "active"],
    ],
  ]

  /// Makes one that refuses a change, or to show something, by a status; 200 answers with nonsense.
  init(refused: String? = nil, unread: [String] = [], _ status: Int = 403) {
    self.refused = refused
    self.unread = unread
    self.status = status
  }

  func answer(_ call: AnsweringServer.Call) -> AnsweringServer.Answer? {
    lock.withLock {
      guard call.header("PRIVATE-TOKEN") == AuditGitLabTests.token else {
        return .init(401, #"{"message": "401 Unauthorized"}"#)
      }
      guard call.path.hasPrefix(AuditGitLabTests.base) else { return nil }
      let path = String(call.path.dropFirst(AuditGitLabTests.base.count))
      if call.method == "GET" {
        if unread.contains(path) { return refusal }
        guard let value = answers[path] else { return .init(404, #"{"error": "404 Not Found"}"#) }
        let bytes =
          (try? JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)) ?? Data()
        return .init(200, String(decoding: bytes, as: UTF8.self))
      }
      if path == refused { return refusal }
      guard
        let body = (try? JSONSerialization.jsonObject(with: Data(call.body.utf8)))
          as? [String: Any],
        change(call.method, path, body)
      else { return .init(404, #"{"error": "404 Not Found"}"#) }
      return .init(call.method == "POST" ? 201 : 200, "{}")
    }
  }

  private var refusal: AnsweringServer.Answer {
    status == 200
      ? .init(200, "<html>\u{1B}[2Jsign in</html>")
      : .init(status, #"{"message": "no \#(AuditGitLabTests.token)\u001b[31m"}"#)
  }

  private func change(_ method: String, _ path: String, _ body: [String: Any]) -> Bool {
    switch (method, path) {
    case ("PUT", ""), ("POST", "/approvals"):
      let now = answers[path] as? [String: Any] ?? [:]
      answers[path] = now.merging(body) { $1 }
    case ("PATCH", "/job_token_scope"): answers[path] = ["inbound_enabled": body["enabled"]]
    case ("POST", "/push_rule"): answers[path] = body
    case ("POST", "/approval_rules"):
      append(
        path,
        body.merging(["users": [Any](), "groups": [Any](), "protected_branches": [Any]()]) { $1 })
    case ("POST", "/protected_tags"):
      append(
        path,
        [
          "name": body["name"] ?? "",
          "create_access_levels": [["access_level": body["create_access_level"] ?? 40]],
        ])
    case ("POST", "/protected_environments"): append(path, body)
    case ("PATCH", "/protected_branches/main"):
      guard var list = answers["/protected_branches"] as? [[String: Any]] else { return false }
      let levels = Self.levels(list[0]["push_access_levels"], body["allowed_to_push"])
      list[0].merge(body.filter { !$0.key.hasPrefix("allowed_to") }) { $1 }
      list[0]["push_access_levels"] = levels
      answers["/protected_branches"] = list
    default: return false
    }
    return true
  }

  /// Levels of access as they are nested in a request: by id set or taken away, else added.
  private static func levels(_ old: Any?, _ new: Any?) -> [[String: Any]] {
    var result = old as? [[String: Any]] ?? []
    for item in new as? [[String: Any]] ?? [] {
      guard let id = item["id"] as? Int else {
        result.append(item)
        continue
      }
      guard let index = result.firstIndex(where: { $0["id"] as? Int == id }) else { continue }
      if item["_destroy"] as? Bool == true {
        result.remove(at: index)
      } else {
        result[index].merge(item) { $1 }
      }
    }
    return result
  }

  private func append(_ path: String, _ item: [String: Any]) {
    ids += 1
    answers[path] = (answers[path] as? [Any] ?? []) + [item.merging(["id": ids]) { $1 }]
  }
}
