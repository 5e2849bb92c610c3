// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import TestSupport
import Testing

@Suite("hallmark identity --login")
struct LoginCommandTests {
  /// A browser: follows the address and keeps the page that it ends at.
  static func browser(_ folder: Scratch) -> [String: String] {
    [
      "xdg-open": """
      python3 - "$1" > '\(folder.path)/page.new' <<'END'
      from sys import argv
      from urllib.error import HTTPError
      from urllib.request import urlopen
      try:
          answer = urlopen(argv[1], timeout=60)
          print(answer.headers, answer.read().decode())
      except HTTPError as error:
          print(error.read().decode())
      END
      cat /proc/[0-9]*/cmdline 2> /dev/null | tr '\\0' ' ' > '\(folder.path)/processes'
      mv '\(folder.path)/page.new' '\(folder.path)/page'
      """
    ]
  }

  /// What the browser of a run saw, which it may note down a moment after the program's end.
  static func page(_ folder: Scratch) throws -> String {
    let end = Date().addingTimeInterval(60)
    while !FileManager.default.fileExists(atPath: "\(folder.path)/page"), Date() < end {
      usleep(10_000)
    }
    return String(decoding: try TestData.read("\(folder.path)/page"), as: UTF8.self)
  }

  static func place(_ issuer: LoginIssuer, _ folder: Scratch) -> IdentityCommandTests.Place {
    IdentityCommandTests.Place(
      variables: ["DISPLAY": ":9"], programs: browser(folder),
      arguments: ["--login", "browser", "--oidc-issuer", issuer.url])
  }

  @Test func inABrowser() throws {
    let issuer = try LoginIssuer()
    let folder = try Scratch()
    var place = Self.place(issuer, folder)
    place.arguments += ["--quiet", "--json"]
    let outcome = try place.run()
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains(#""from":"login","signer":"ada@example.org""#))
    #expect(try JSONSchema("identity-v1.json").problems(in: outcome.output) == [])
    #expect(outcome.errors.contains("if none opened, open this address"))
    #expect(
      outcome.errors.contains("\(issuer.url)/authorize?response_type=code&client_id=sigstore"))
    let page = try Self.page(folder)
    #expect(page.contains("You are logged in"))
    #expect(page.contains("You can close this window"))
    for header in [
      "Content-Security-Policy: default-src 'none'; style-src 'sha256-", "Cache-Control: no-store",
      "Referrer-Policy: no-referrer", "Content-Type: text/html; charset=utf-8",
    ] { #expect(page.contains(header)) }
    let token = try #require(issuer.tokens.first)
    let processes = try TestData.read("\(folder.path)/processes")
    for text in [outcome.output, outcome.errors, page, String(decoding: processes, as: UTF8.self)] {
      #expect(!text.contains(token))
    }
  }

  @Test(arguments: [
    ("state", "other", "its state is another"), ("error", "access_denied", "the login was refused"),
    ("code", "other", "the login did not work"),
  ])
  func isRefused(_ name: String, _ value: String, _ says: String) throws {
    var lies = LoginIssuer.Lies()
    lies.redirect[name] = value
    let issuer = try LoginIssuer(lies)
    let folder = try Scratch()
    let outcome = try Self.place(issuer, folder).run()
    #expect(outcome.status == 4, "\(outcome)")
    #expect(outcome.errors.contains(says), "\(outcome)")
    #expect(outcome.output.isEmpty)
    #expect(try Self.page(folder).contains("The login did not work"))
    #expect(issuer.tokens.isEmpty)
  }

  @Test func withACode() throws {
    var lies = LoginIssuer.Lies()
    lies.tokenAnswers = [.init(400, #"{"error":"authorization_pending"}"#)]
    let issuer = try LoginIssuer(lies)
    let outcome = try IdentityCommandTests.Place(
      arguments: ["--login", "device", "--oidc-issuer", issuer.url]
    ).run()
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.hasPrefix("signs as  ada@example.org\n"))
    #expect(outcome.errors.contains("\(issuer.url)/device\n"))
    #expect(outcome.errors.contains("enter the code WDJB-MJHT within 10 minutes"))
    let codes = issuer.server.calls.compactMap { $0.fields["device_code"] }
    #expect(codes.count == 2)
    for code in codes { #expect(!outcome.errors.contains(code)) }
  }

  @Test(
    arguments: [
      (["error": "access_denied"], 4, "the login was refused"),
      (["error": "expired_token"], 4, "nobody entered the code in time"),
      (["error": "weird", "error_description": "a\u{1b}[2J"], 4, "the login did not work"),
    ] as [([String: String], Int32, String)])
  func withACodeThatIsRefused(_ error: [String: String], _ status: Int32, _ says: String) throws {
    let members = error.map { ($0.key, JSONValue.string($0.value)) }
    var lies = LoginIssuer.Lies()
    lies.tokenAnswers = [.init(400, JSONValue.object(members).compactText)]
    lies.device["interval"] = 0
    let issuer = try LoginIssuer(lies)
    let outcome = try IdentityCommandTests.Place(
      arguments: ["--login", "device", "--oidc-issuer", issuer.url]
    ).run()
    #expect(outcome.status == status, "\(outcome)")
    #expect(outcome.errors.contains(says))
    #expect(!outcome.errors.contains("\u{1b}"))
  }

  @Test func issuerThatIsNotThere() throws {
    let outcome = try IdentityCommandTests.Place(
      arguments: ["--login", "device", "--oidc-issuer", "http://127.0.0.1:9"]
    ).run()
    #expect(outcome.status == 6, "\(outcome)")
    #expect(outcome.errors.contains("could not ask the issuer how to log in"))
  }

  @Test func isForTheClientOnly() throws {
    let outcome = try IdentityCommandTests.Place(
      arguments: ["--login", "device", "--audience", "pypi"]
    ).run()
    #expect(outcome.status == 4, "\(outcome)")
    #expect(outcome.errors.contains("for the audience `sigstore` only, not for `pypi`"))
  }

  /// Runs the program with a terminal for all three streams.
  static func atATerminal(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Program.Outcome {
    let script = """
      from os import waitstatus_to_exitcode
      from pty import spawn
      from sys import argv
      exit(waitstatus_to_exitcode(spawn(argv[1:])))
      """
    return try Program(path: "/usr/bin/env").run(
      ["python3", "-c", script, IdentityCommandTests.hallmark.path, "identity"] + arguments,
      environment: environment)
  }

  /// At a terminal without a display a code is asked for without being told to; in CI never.
  @Test(arguments: [nil, "true"] as [String?])
  func asksAPerson(_ ci: String?) throws {
    let issuer = try LoginIssuer()
    let outcome = try Self.atATerminal(
      ["--oidc-issuer", issuer.url], environment: ci.map { ["CI": $0] } ?? [:])
    #expect(outcome.status == (ci == nil ? 0 : 6), "\(outcome)")
    #expect(outcome.output.contains("WDJB-MJHT") == (ci == nil))
    #expect(outcome.output.contains("ada@example.org") == (ci == nil))
    #expect(issuer.server.calls.isEmpty == (ci != nil))
  }

  @Test func tokenIsNotReadFromATerminal() throws {
    let outcome = try Self.atATerminal(["--identity-token-file", "-"])
    #expect(outcome.status == 2, "\(outcome)")
    #expect(outcome.output.contains("not read from a terminal"))
  }
}
