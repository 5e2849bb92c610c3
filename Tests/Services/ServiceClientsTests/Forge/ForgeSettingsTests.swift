// SPDX-License-Identifier: Apache-2.0

import Foundation
import ReleaseAudit
import TestSupport
import Testing
import TrustedPublishing

@testable import ServiceClients

/// A repository at GitHub with all settings that an audit asks for, in the forms of its API.
enum SettingsForge {
  static let token = "forge-secret-token"
  static let project = "/repos/acme/greeting"

  /// Answers by the path below the project.
  static let answers: [String: String] = [
    "": """
    {"id": 1, "full_name": "acme/greeting", "private": false, "default_branch": "main",
     "html_url": "https://github.com/acme/greeting", "permissions": {"admin": true},
     "allow_merge_commit": true}
    """,
    "/rulesets": """
    [{"id": 1, "name": "main", "target": "branch", "source_type": "Repository",
      "enforcement": "active"},
     {"id": 3, "name": "tags", "target": "tag", "enforcement": "active"},
     {"id": 4, "name": "old tags", "target": "tag", "enforcement": "disabled"}]
    """,
    "/rulesets/1": """
    {"id": 1, "name": "main", "target": "branch", "enforcement": "active", "bypass_actors": [],
     "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}, "rules": []}
    """,
    "/rulesets/3": """
    {"id": 3, "name": "tags", "target": "tag", "enforcement": "active", "bypass_actors": [],
     "conditions": {"ref_name": {"include": ["~ALL"], "exclude": ["refs/tags/docs-*"]}},
     "rules": [{"type": "creation"}, {"type": "update"}, {"type": "deletion"}]}
    """,
    "/environments": """
    {"total_count": 1, "environments": [{"id": 2, "name": "pypi", "can_admins_bypass": false,
      "protection_rules": [{"id": 1, "type": "wait_timer", "wait_timer": 5},
       {"id": 2, "type": "required_reviewers", "prevent_self_review": true, "reviewers": [
         {"type": "User", "reviewer": {"login": "ada", "id": 11}},
         {"type": "Team", "reviewer": {"slug": "release", "id": 12, "name": "Release"}}]},
       {"id": 3, "type": "branch_policy"}],
      "deployment_branch_policy": {"protected_branches": false, "custom_branch_policies": true}}]}
    """,
    "/environments/pypi/deployment-branch-policies": """
    {"total_count": 1, "branch_policies": [{"id": 5, "name": "v*", "type": "tag"}]}
    """,
    "/actions/permissions": #"{"enabled": true, "allowed_actions": "selected"}"#,
    "/actions/permissions/selected-actions": """
    {"github_owned_allowed": true, "verified_allowed": false,
     "patterns_allowed": ["pypa/gh-action-pypi-publish@*"]}
    """,
    "/actions/permissions/workflow": """
    {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": false}
    """,
    "/automated-security-fixes": #"{"enabled": true, "paused": false}"#,
    "/private-vulnerability-reporting": #"{"enabled": true}"#,
    "/collaborators": #"[{"login": "ada", "id": 11, "permissions": {"admin": true}}]"#,
    "/branches/main": #"{"name": "main", "protected": true}"#,
    "/branches/main/protection": """
    {"enforce_admins": {"enabled": true}, "required_signatures": {"enabled": true},
     "required_linear_history": {"enabled": true}, "allow_force_pushes": {"enabled": false},
     "allow_deletions": {"enabled": false}, "required_status_checks": {"strict": true,
      "contexts": ["test"], "checks": [{"context": "test", "app_id": 15368}]}}
    """,
    "/rules/branches/main": """
    [{"type": "pull_request", "ruleset_source_type": "Repository", "ruleset_source":
      "acme/greeting", "ruleset_id": 1, "parameters": {"required_approving_review_count": 2,
      "dismiss_stale_reviews_on_push": true, "require_code_owner_review": true}}]
    """,
  ]

  /// How a request goes wrong.
  enum Fault: String, CaseIterable, Sendable {
    case unauthorized, forbidden, missing, tooMany, broken, nonsense, otherForm, tooLarge, slow
    case loops, elsewhere

    func reply() -> HandlingServer.Reply? {
      switch self {
      case .unauthorized: .init(401, #"{"message": "Bad credentials \#(SettingsForge.token)"}"#)
      case .forbidden: .init(403, #"{"message": "Must have admin rights to Repository."}"#)
      case .missing: .init(404, #"{"message": "Not Found"}"#)
      case .tooMany:
        .init(429, #"{"message": "API rate limit exceeded"}"#, headers: ["Retry-After": "3600"])
      case .broken: .init(500, #"{"message": "Server Error"}"#)
      case .nonsense: .init(200, "<html>\u{1B}[2Jsign in</html>")
      case .otherForm: .init(200, #"{"enabled": "yes", "environments": 7, "0": []}"#)
      case .tooLarge: .init(200, "[" + String(repeating: "0, ", count: 2_000_000) + "0]")
      case .slow: nil
      case .loops:
        .init(
          200, "[]",
          headers: ["Link": #"<\#(SettingsForge.project)/rulesets?page=2>; rel="next""#])
      case .elsewhere: .init(302, "", headers: ["Location": "https://elsewhere.example/"])
      }
    }
  }

  /// Reads the settings with one path going wrong.
  static func state(
    failing path: String? = nil, _ fault: Fault = .missing, token: String? = token,
    changed: [String: String] = [:]
  ) async throws -> (ForgeState, seen: [HandlingServer.Request]) {
    let server = try HandlingServer { request in
      guard token == nil || request.headers["authorization"] == "Bearer \(Self.token)" else {
        return HandlingServer.Reply(401, #"{"message": "Bad credentials"}"#)
      }
      guard request.path.hasPrefix(Self.project) else { return HandlingServer.Reply(404, "{}") }
      let name = String(request.path.dropFirst(Self.project.count))
      if name == path {
        guard let reply = fault.reply() else {
          Thread.sleep(forTimeInterval: 20)
          return HandlingServer.Reply(200, "{}")
        }
        return reply
      }
      guard let body = changed[name] ?? Self.answers[name] else {
        return HandlingServer.Reply(404, #"{"message": "Not Found"}"#)
      }
      return HandlingServer.Reply(200, body)
    }
    defer { server.stop() }
    var configuration = TransportConfiguration(version: "9.9.9", proxies: .none)
    configuration.documentTimeout = fault == .slow ? .seconds(12) : nil
    let transport = try HTTPTransport(configuration)
    let settings = ForgeSettings(
      .github, project: "acme/greeting", api: try ServiceURL(server.url),
      token: token.flatMap { ForgeToken($0, kind: .bearer) }, transport: transport)
    let inquiry = try await settings.inquiry(environments: ["pypi"])
    await transport.shutdown()
    return (inquiry.state, server.all)
  }
}

@Suite struct ForgeSettingsTests {
  @Test func everythingIsRead() async throws {
    let (state, seen) = try await SettingsForge.state()
    #expect(state.gaps == [])
    #expect(state.branch.value == "main" && state.isPublic.value == true)
    #expect(state.page == "https://github.com/acme/greeting")
    #expect(state.branchRules.unknown == [] && state.branchRules.parts.count == 2)
    #expect(state.branchRules.holds { $0.approvals == 2 }.value == true)
    #expect(state.branchRules.holds(\.requiresSignatures).value == true)
    #expect(state.branchRules.parts.allSatisfy { $0.bypass.value == [] })
    let tags = try #require(state.tagRules.value)
    #expect(tags.count == 1 && tags[0].covers("v1.0") && !tags[0].covers("docs-1"))
    let environment = try #require(state.environments.value?.first)
    #expect(environment.reviewers.map(\.name) == ["ada", "release"])
    #expect(environment.preventsSelfReview == true && environment.adminsBypass == false)
    #expect(environment.waitMinutes == 5)
    guard case .patterns(.known(let patterns)) = environment.refs else {
      Issue.record("\(environment.refs)")
      return
    }
    #expect(patterns.map(\.pattern) == ["v*"] && patterns.allSatisfy(\.isTag))
    #expect(state.jobToken.value?.isReadOnly == true)
    #expect(state.jobToken.value?.mayApprove == false)
    #expect(state.securityUpdates?.value == .on && state.privateReports?.value == true)
    #expect(state.writers.value?.map(\.name) == ["ada"])
    #expect(Set(seen.map(\.method)) == ["GET"])
    #expect(Set(seen.map(\.target)).count == seen.count, "asked twice")
  }

  struct Case: CustomTestStringConvertible, Sendable {
    let path: String
    let fault: SettingsForge.Fault
    var testDescription: String { "\(fault.rawValue) at \(path)" }
  }

  static let cases = SettingsForge.answers.keys.sorted().flatMap { path in
    SettingsForge.Fault.allCases.compactMap { fault -> Case? in
      // A page of a list that has another one, and slowness, are about some requests only.
      if fault == .loops, path != "/rulesets" { return nil }
      if fault == .slow, path != "/environments" { return nil }
      if fault == .tooLarge, path != "/collaborators" { return nil }
      return Case(path: path, fault: fault)
    }
  }

  /// One piece is unknown, says what would tell, and the rest is as before. One case after the
  /// other, since each has a server: all at once, requests to the others run out of time.
  @Test(.serialized, arguments: cases) func whatIsNotAnsweredIsUnknown(_ item: Case) async throws {
    let (state, _) = try await SettingsForge.state(failing: item.path, item.fault)
    #expect(!state.gaps.contains { $0.contains(SettingsForge.token) })
    let unknown = Self.unknown(state)
    let expected: Set<String> =
      switch item.path {
      case "": ["branch", "public", "rules"]
      case "/rulesets", "/rulesets/3": ["tags"]
      case "/rulesets/1": ["bypass"]
      case "/rules/branches/main", "/branches/main", "/branches/main/protection": ["rules"]
      case "/environments": ["environments"]
      case "/environments/pypi/deployment-branch-policies": ["patterns"]
      case "/actions/permissions": ["actions"]
      case "/actions/permissions/selected-actions": ["list"]
      case "/actions/permissions/workflow": ["token"]
      // An administrator is told the truth by 404.
      case "/automated-security-fixes": item.fault == .missing ? [] : ["updates"]
      case "/private-vulnerability-reporting": ["reports"]
      default: ["writers"]
      }
    #expect(Set(unknown.keys) == expected, "\(unknown)")
    #expect(unknown.values.allSatisfy { $0.contains("gh api repos/{repo}") || $0.isEmpty })
    if !expected.isEmpty, item.fault != .otherForm { #expect(!state.gaps.isEmpty) }
  }

  private static func unknown(_ state: ForgeState) -> [String: String] {
    var found: [String: String] = [:]
    found["branch"] = state.branch.wouldTell
    found["public"] = state.isPublic.wouldTell
    found["rules"] = state.branchRules.unknown.first
    found["tags"] = state.tagRules.wouldTell
    found["environments"] = state.environments.wouldTell
    found["actions"] = state.actions?.wouldTell
    found["token"] = state.jobToken.wouldTell
    found["updates"] = state.securityUpdates?.wouldTell
    found["reports"] = state.privateReports?.wouldTell
    found["writers"] = state.writers.wouldTell
    if case .known(let policy)? = state.actions, case .listed(let list) = policy.allowed {
      found["list"] = list.wouldTell
    }
    if case .patterns(let patterns)? = state.environments.value?.first?.refs {
      found["patterns"] = patterns.wouldTell
    }
    found["bypass"] = state.branchRules.parts.compactMap(\.bypass.wouldTell).first
    return found
  }

  /// A forge that is gone, or has had enough, is not asked for everything.
  @Test func aForgeThatIsGoneIsLeftAlone() async throws {
    let server = try HandlingServer { _ in
      HandlingServer.Reply(429, "{}", headers: ["Retry-After": "3600"])
    }
    defer { server.stop() }
    let transport = try HTTPTransport(TransportConfiguration(version: "9.9.9", proxies: .none))
    let settings = ForgeSettings(
      .github, project: "acme/greeting", api: try ServiceURL(server.url), token: nil,
      transport: transport)
    let inquiry = try await settings.inquiry(environments: [])
    await transport.shutdown()
    #expect(server.all.count == ForgeSettings.patience)
    #expect(inquiry.state.gaps.count == 8)
  }

  /// Thousands of rulesets are not read one by one.
  @Test func thousandsOfRulesets() async throws {
    let many = (0..<100).map {
      #"{"id": \#($0), "name": "r", "target": "tag", "enforcement": "active"}"#
    }
    let (state, seen) = try await SettingsForge.state(
      changed: ["/rulesets": "[\(many.joined(separator: ","))]"])
    #expect(state.tagRules.wouldTell?.contains("too many") == true)
    #expect(seen.count < 30)
    let rules = (0..<100).map { #"{"type": "deletion", "ruleset_id": \#($0)}"# }
    let (other, requests) = try await SettingsForge.state(
      changed: ["/rules/branches/main": "[\(rules.joined(separator: ","))]"])
    #expect(other.branchRules.holds(\.forbidsDeletion).value == true)
    #expect(requests.count < 100)
  }

  /// Without a token nothing is sent that could be one, and only what is public is known.
  @Test func withoutAToken() async throws {
    let (_, seen) = try await SettingsForge.state(token: nil)
    #expect(seen.allSatisfy { $0.headers["authorization"] == nil })
  }

  /// What a forge calls its page becomes a place only where it is an address.
  @Test(arguments: ["javascript:alert(1)", "https://a.example/\\u001b[2J", "https://a b"])
  func hostileAddresses(address: String) async throws {
    let (state, _) = try await SettingsForge.state(
      changed: [
        "": #"{"default_branch": "ma\u001b[31min", "private": false, "html_url": "\#(address)"}"#
      ])
    #expect(state.page == "https://github.com/acme/greeting")
  }
}
