// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension ReleasedStackTests {
  /// `pip` and `uv` install from the index, and what they installed runs.
  @Suite(.enabled(if: Clients.areExpected, Clients.reason))
  struct IndependentInstall {
    let released: ReleasedStack
    let workplace: Workplace

    init() throws {
      released = try ReleasedStack.shared()
      workplace = try Workplace()
      // No pip in it: the pinned ones are driven from outside.
      let outcome = try Clients.named("uv").run(
        ["venv", "--quiet", "--python", Clients.named("python").path, workplace("venv")],
        environment: environment)
      try #require(outcome.status == 0, "\(outcome)")
    }

    // Settings of the machine must not decide where a package comes from.
    private var environment: [String: String] {
      [
        "TMPDIR": workplace.temporary, "PIP_CONFIG_FILE": "/dev/null", "PIP_FIND_LINKS": "",
        "PIP_CERT": "", "PIP_NO_CACHE_DIR": "1", "REQUESTS_CA_BUNDLE": "", "CURL_CA_BUNDLE": "",
        "UV_NO_CONFIG": "1", "UV_NO_CACHE": "1", "UV_PYTHON_DOWNLOADS": "never",
      ]
    }

    private func pip(_ arguments: [String]) throws -> Program.Outcome {
      try Clients.named("pip").run(
        ["--python", workplace("venv/bin/python"), "install", "--no-input"] + arguments,
        environment: environment)
    }

    private func expectGreeting(_ outcome: Program.Outcome) throws {
      try #require(outcome.status == 0, "\(outcome)")
      let greeting = try Program(path: workplace("venv/bin/greeting")).run([
        "--language", "fr", "index",
      ])
      #expect(greeting.output == "Bonjour, index!\n", "\(greeting)")
    }

    @Test func pip() throws {
      try expectGreeting(
        pip(["--index-url", "\(released.stack.announcement.httpUrl)/simple/", "greeting==1.0.0"]))
    }

    @Test func pipOverTLS() throws {
      try expectGreeting(
        pip([
          "--cert", released.stack.announcement.tlsCA, "--index-url",
          "\(released.stack.url)/simple/", "greeting==1.0.0",
        ]))
    }

    @Test func uv() throws {
      try expectGreeting(
        try Clients.named("uv").run(
          [
            "pip", "install", "--python", workplace("venv/bin/python"), "--index-url",
            "\(released.stack.announcement.httpUrl)/simple/", "greeting==1.0.0",
          ], environment: environment))
    }

    @Test func uvOverTLS() throws {
      try expectGreeting(
        try Clients.named("uv").run(
          [
            "pip", "install", "--python", workplace("venv/bin/python"), "--index-url",
            "\(released.stack.url)/simple/", "greeting==1.0.0",
          ],
          environment: environment.merging(
            ["SSL_CERT_FILE": released.stack.announcement.tlsCA]) { $1 }))
    }

    /// Without the authority nothing is installed: the certificate is nobody else's.
    @Test func pipRefusesAnUnknownAuthority() throws {
      let outcome = try pip([
        "--retries", "0", "--index-url", "\(released.stack.url)/simple/", "greeting==1.0.0",
      ])
      #expect(outcome.status != 0)
      #expect(!FileManager.default.fileExists(atPath: workplace("venv/bin/greeting")))
    }
  }
}
