// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import TestSupport
import Testing

@testable import Identity

@Suite("Ambient identities")
struct AmbientIdentityTests {
  static let gitHub = [
    "GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": "https://h/t",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x",
  ]

  @Test(
    arguments: [
      (gitHub, nil, .gitHubActions),
      (
        gitHub.merging(["GITLAB_CI": "true", "BUILDKITE": "true"]) { $1 }, "Google", .gitHubActions
      ),
      (["GITLAB_CI": "true"], "Google Compute Engine", .gitLab),
      (["BUILDKITE": "true", "GOOGLE_SERVICE_ACCOUNT_NAME": "a@b"], nil, .buildkite),
      (["CIRCLECI": "true"], nil, .circleCI),
      ([:], "Google", .google), (["CIRCLECI": "false"], "Google Compute Engine", .google),
      (["GOOGLE_SERVICE_ACCOUNT_NAME": "a@b"], nil, .google),
      ([:], nil, nil), ([:], "Googly", nil), (["GITHUB_ACTIONS": "false"], nil, nil),
      (["GITHUB_ACTIONS": ""], nil, nil), (["CI": "true"], nil, nil),
    ] as [([String: String], String?, IdentityProvider?)])
  func finds(
    _ environment: [String: String], _ product: String?, _ expected: IdentityProvider?
  ) throws {
    let found = try AmbientIdentity.detect(environment: environment) { product }
    #expect(found?.provider == expected)
  }

  @Test(
    arguments: [
      (["GITHUB_ACTIONS": "true"], "ACTIONS_ID_TOKEN_REQUEST_URL is not set"),
      (
        gitHub.filter { $0.key != "ACTIONS_ID_TOKEN_REQUEST_TOKEN" },
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set"
      ),
      (
        gitHub.merging(["ACTIONS_ID_TOKEN_REQUEST_TOKEN": ""]) { $1 },
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set"
      ),
    ] as [([String: String], String)])
  func saysWhatGitHubNeeds(_ environment: [String: String], _ note: String) {
    let error = #expect(throws: IdentityError.self) {
      try AmbientIdentity.detect(environment: environment) { nil }
    }
    #expect(error?.reason == .notConfigured)
    #expect(error?.notes == [note])
    #expect(error?.help.joined().contains("id-token: write") == true)
  }

  @Test(arguments: [
    ["GITHUB_ACTIONS": "1", "ACTIONS_ID_TOKEN_REQUEST_URL": "h t"]
      .merging(["ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x"]) { $1 },
    ["GOOGLE_SERVICE_ACCOUNT_NAME": "a b"],
    ["GOOGLE_SERVICE_ACCOUNT_NAME": "a@b", "GCE_METADATA_HOST": "h/path"],
  ])
  func refusesVariables(_ environment: [String: String]) {
    #expect(throws: IdentityError.self) {
      try AmbientIdentity.detect(environment: environment) { nil }
    }
  }

  @Test(
    arguments: [
      (["GITHUB_ACTIONS": "true", "CI": "true"], "GitHub Actions"), (["CI": "1"], "continuous"),
      (["CI": "false"], nil), (["CI": ""], nil), ([:], nil),
    ] as [([String: String], String?)])
  func knowsContinuousIntegration(_ environment: [String: String], _ expected: String?) {
    let found = AmbientIdentity.continuousIntegration(environment: environment)
    #expect(found.map { $0.hasPrefix(expected ?? "nothing") } ?? (expected == nil))
  }

  @Test func asksGoogle() throws {
    let environment = [
      "GOOGLE_SERVICE_ACCOUNT_NAME": "a@p.iam", "GCE_METADATA_HOST": "127.0.0.1:8",
    ]
    let google = try #require(
      try GoogleIdentity(environment: environment, productName: { nil }))
    #expect(
      google.identityURL(audience: "a b")
        == "http://127.0.0.1:8/computeMetadata/v1/instance/service-accounts/default/identity"
        + "?audience=a%20b&format=full")
    #expect(
      GoogleIdentity.identityPath(of: "a/b@p")
        == "/v1/projects/-/serviceAccounts/a%2Fb@p:generateIdToken")
    for answer in ["", "{}", #"{"access_token":5}"#, #"{"access_token":"a b"}"#] {
      #expect(throws: DocumentError.self) {
        try GoogleIdentity.unsafelyRevealedAccessToken(from: Array(answer.utf8))
      }
    }
  }
}

@Suite("Variables that are named by their audience")
struct TokenVariablesTests {
  @Test(arguments: [
    ("sigstore", "SIGSTORE_ID_TOKEN"), ("pypi", "PYPI_ID_TOKEN"),
    ("testpypi", "TESTPYPI_ID_TOKEN"), ("http://test.audience", "HTTP___TEST_AUDIENCE_ID_TOKEN"),
    ("9lives", "_LIVES_ID_TOKEN"), ("a-b_c.D9", "A_B_C_D9_ID_TOKEN"), ("ä", "___ID_TOKEN"),
  ])
  func names(_ audience: String, _ name: String) {
    #expect(TokenVariables.name(audience: audience) == name)
  }

  @Test func givesTheTokenOfAnAudience() throws {
    let text = PlainToken.text(payload: IdentityTokenTests.payload)
    let variables = TokenVariables(environment: [
      "SIGSTORE_ID_TOKEN": "\(text)\n", "PYPI_ID_TOKEN": "", "HOME": "/", "X_ID_TOKEN": "SECRET",
    ])
    #expect(try variables.token(audience: "sigstore").unsafelyRevealedText == text)
    #expect(variables.holds(audience: "sigstore"))
    #expect(!variables.holds(audience: "pypi"))
    let malformed = #expect(throws: IdentityError.self) { try variables.token(audience: "x") }
    #expect(malformed?.reason == .malformed)
    var dumped = ""
    dump(variables, to: &dumped)
    dump(malformed, to: &dumped)
    for shown in ["\(variables)", String(reflecting: variables), dumped] {
      #expect(!shown.contains("SECRET"))
      #expect(!shown.contains(text))
    }
  }

  @Test func saysWhatToConfigure() {
    let variables = TokenVariables(environment: ["GITLAB_CI": "true"])
    let error = #expect(throws: IdentityError.self) { try variables.token(audience: "testpypi") }
    #expect(error?.reason == .notConfigured)
    #expect(error?.message.contains("TESTPYPI_ID_TOKEN") == true)
    #expect(
      error?.help.joined().contains("id_tokens: {TESTPYPI_ID_TOKEN: {aud: testpypi}}") == true)
  }

  @Test func variablesGoBeforeOthers() async throws {
    let text = PlainToken.text(payload: IdentityTokenTests.payload)
    let reason = IdentityError(.notFound, "nothing")
    let source = VariablesBefore(
      TokenVariables(environment: ["SIGSTORE_ID_TOKEN": text]), NoTokenSource(reason))
    #expect(try await source.token(audience: "sigstore").unsafelyRevealedText == text)
    let error = await #expect(throws: IdentityError.self) {
      _ = try await source.token(audience: "pypi")
    }
    #expect(error == reason)
  }
}

@Suite("Agents of CI systems")
struct TokenAgentTests {
  static let token = PlainToken.text(payload: IdentityTokenTests.payload)

  /// A folder with a fake program in it.
  static func program(_ name: String, _ script: String) throws -> Scratch {
    let scratch = try Scratch()
    let path = try scratch.write(name, "#!/bin/sh\n\(script)\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return scratch
  }

  static func agent(
    _ system: TokenAgent.System, in scratch: Scratch, timeout: Duration = .seconds(60)
  ) -> TokenAgent {
    TokenAgent(
      system,
      environment: [
        "PATH": "\(scratch.path):/usr/bin:/bin", "BUILDKITE_AGENT_ACCESS_TOKEN": "AGENTSECRET",
        "CIRCLE_JOB": "x", "PYPI_TOKEN": "OTHERSECRET", "GITHUB_TOKEN": "OTHERSECRET",
        "SIGSTORE_ID_TOKEN": "OTHERSECRET", "HOME": scratch.path,
      ], timeout: timeout)
  }

  @Test(arguments: [
    (TokenAgent.System.buildkite, "oidc|request-token|--audience|a\"b|"),
    (.circleCI, #"run|oidc|get|--claims|{"aud":"a\"b"}|--root-issuer|"#),
  ])
  func asks(_ system: TokenAgent.System, _ arguments: String) async throws {
    let scratch = try Self.program(
      system.program,
      """
      printf '%s|' "$@" > "$HOME/arguments"; env > "$HOME/environment"; echo noise >&2
      echo '\(Self.token)'
      """)
    let token = try await Self.agent(system, in: scratch).token(audience: "a\"b")
    #expect(token.unsafelyRevealedText == Self.token)
    #expect(
      String(decoding: try TestData.read("\(scratch.path)/arguments"), as: UTF8.self) == arguments)
    let environment = String(
      decoding: try TestData.read("\(scratch.path)/environment"), as: UTF8.self)
    #expect(!environment.contains("OTHERSECRET"))
    #expect(environment.contains("AGENTSECRET") == (system == .buildkite))
    #expect(environment.contains("CIRCLE_JOB") == (system == .circleCI))
  }

  @Test(arguments: [
    ("echo 'no such job' >&2; exit 3", IdentityError.Reason.refused, "exit status 3"),
    ("echo \(token); exit 1", .refused, "exit status 1"),
    ("kill -9 $$", .refused, "signal 9"),
    ("true", .malformed, "nothing is there"), ("echo no token", .malformed, "three parts"),
    ("echo \(token) \(token)", .malformed, "printed no identity token"),
    ("head -c 100000 /dev/zero", .unreachable, "cannot be run"),
  ])
  func refuses(_ script: String, _ reason: IdentityError.Reason, _ says: String) async throws {
    let scratch = try Self.program("buildkite-agent", script)
    let error = await #expect(throws: IdentityError.self) {
      _ = try await Self.agent(.buildkite, in: scratch).token(audience: "sigstore")
    }
    #expect(error?.reason == reason)
    #expect(error?.message.contains(says) == true, "\(String(reflecting: error))")
    #expect(!String(reflecting: error).contains(Self.token))
  }

  @Test(
    arguments: [
      ("no such job", "it says: no such job"), ("Authorization: Token AGENTSECRET", nil),
      ("got \(token)", nil), ("", nil),
    ] as [(String, String?)])
  func quotesOnlyWhatIsHarmless(_ words: String, _ note: String?) async throws {
    let scratch = try Self.program("buildkite-agent", "echo; echo '\(words)' >&2; exit 1")
    let error = await #expect(throws: IdentityError.self) {
      _ = try await Self.agent(.buildkite, in: scratch).token(audience: "sigstore")
    }
    #expect(error?.notes == (note.map { [$0] } ?? []))
  }

  @Test func isNotThere() async throws {
    let agent = TokenAgent(.circleCI, environment: ["PATH": "/nowhere"])
    let error = await #expect(throws: IdentityError.self) {
      _ = try await agent.token(audience: "sigstore")
    }
    #expect(error?.reason == .notConfigured)
  }

  @Test func takesTooLong() async throws {
    let scratch = try Self.program("buildkite-agent", "exec sleep 600")
    let agent = Self.agent(.buildkite, in: scratch, timeout: .milliseconds(100))
    let error = await #expect(throws: IdentityError.self) {
      _ = try await agent.token(audience: "sigstore")
    }
    #expect(error?.reason == .unreachable)
    #expect(error?.message.contains("did not answer within") == true)
  }

  @Test(arguments: ["--help", "-x", "", "a b"])
  func refusesAudience(_ audience: String) async throws {
    let scratch = try Self.program("buildkite-agent", "echo \(Self.token)")
    let error = await #expect(throws: IdentityError.self) {
      _ = try await Self.agent(.buildkite, in: scratch).token(audience: audience)
    }
    #expect(error?.reason == .audience)
  }

  @Test func doesNotShowItsEnvironment() throws {
    let agent = Self.agent(.buildkite, in: try Scratch())
    var dumped = ""
    dump(agent, to: &dumped)
    #expect(!"\(agent) \(String(reflecting: agent)) \(dumped)".contains("AGENTSECRET"))
  }
}
