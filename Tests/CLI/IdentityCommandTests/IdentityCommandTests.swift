// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import TestSupport
import Testing

@Suite("hallmark identity")
struct IdentityCommandTests {
  static let hallmark = Program("hallmark")

  /// Claims as GitHub makes them.
  static let gitHubClaims: [String: JSONValue] = [
    "iss": "https://token.actions.githubusercontent.com", "sub": "repo:o/r:ref:refs/heads/main",
    "job_workflow_ref": "o/r/.github/workflows/release.yml@refs/heads/main", "run_id": "42",
  ]

  /// A simulated place to run in.
  struct Place: Sendable {
    var variables: [String: String] = [:]
    /// Programs in PATH, by name.
    var programs: [String: String] = [:]
    var arguments: [String] = []
    /// What standard input is, as text.
    var input: String?

    /// Runs the program here, through a shell, and looks for secrets in all that it left.
    func run(
      secrets: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Program.Outcome {
      let scratch = try Scratch()
      for (name, script) in programs {
        let path = try scratch.write("bin/\(name)", "#!/bin/sh\n\(script)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
      }
      var environment = variables.merging(["SCRATCH": scratch.path]) { $1 }
      let inherited = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
      environment["PATH"] = "\(scratch.path)/bin:\(inherited)"
      let stream = input == nil ? "" : " < \(try scratch.write("input", input ?? ""))"
      let outcome = try Program(path: "/bin/sh").run(
        ["-c", "exec \"$0\" identity \"$@\"\(stream)", hallmark.path] + arguments,
        environment: environment, in: scratch.path)
      for secret in secrets + ["eyJ"] {
        #expect(!outcome.output.contains(secret), sourceLocation: sourceLocation)
        #expect(!outcome.errors.contains(secret), sourceLocation: sourceLocation)
      }
      return outcome
    }
  }

  static func gitHub(_ server: AnsweringServer, path: String = "/t?x=1") -> Place {
    Place(variables: [
      "CI": "true", "GITHUB_ACTIONS": "true",
      "ACTIONS_ID_TOKEN_REQUEST_URL": server.url + path,
      "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "BEARER",
    ])
  }

  @Test(arguments: [[], ["--audience", "testpypi"]])
  func gitHubActions(_ arguments: [String]) throws {
    let server = try AnsweringServer { call in
      guard call.header("Authorization") == "Bearer BEARER" else { return .init(401, "") }
      let claims = Self.gitHubClaims.merging(["aud": .string(call.fields["audience"] ?? "")]) { $1 }
      return .init(200, #"{"value":"\#(PlainToken.text(claims))","count":1}"#)
    }
    var place = Self.gitHub(server)
    place.arguments = arguments
    let outcome = try place.run(secrets: ["BEARER"])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains("from      GitHub Actions\n"))
    #expect(
      outcome.output.hasPrefix(
        "signs as  https://github.com/o/r/.github/workflows/release.yml@refs/heads/main\n"))
    #expect(outcome.output.contains("  run_id  42\n"))
    #expect(outcome.errors.isEmpty)
    #expect(server.requests == ["/t?x=1&audience=\(arguments.last ?? "sigstore")"])
    place.arguments += ["--json"]
    let json = try place.run(secrets: ["BEARER"])
    #expect(try JSONSchema("identity-v1.json").problems(in: json.output) == [])
    #expect(json.output.contains(#""from":"github-actions""#))
  }

  @Test(arguments: [
    ("SIGSTORE_ID_TOKEN", "sigstore", "gitlab", ["GITLAB_CI": "true"]),
    ("PYPI_ID_TOKEN", "pypi", "gitlab", ["GITLAB_CI": "true"]),
    ("HTTPS___INDEX_EXAMPLE_ID_TOKEN", "https://index.example", "gitlab", ["GITLAB_CI": "1"]),
    ("SIGSTORE_ID_TOKEN", "sigstore", "variable", [:]),
    ("SIGSTORE_ID_TOKEN", "sigstore", "variable", ["GITHUB_ACTIONS": "true"]),
  ])
  func variables(
    _ name: String, _ audience: String, _ from: String, _ more: [String: String]
  ) throws {
    let token = PlainToken.text([
      "aud": .string(audience), "ci_config_ref_uri": "gitlab.com/o/r//.gitlab-ci.yml@refs/heads/x",
    ])
    let outcome = try Place(
      variables: more.merging([name: token]) { $1 },
      arguments: ["--json", "--audience", audience]
    ).run(secrets: [token])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains(#""from":"\#(from)""#))
    #expect(
      outcome.output.contains(#""signer":"https://gitlab.com/o/r//.gitlab-ci.yml@refs/heads/x""#))
    #expect(try JSONSchema("identity-v1.json").problems(in: outcome.output) == [])
  }

  @Test(arguments: [
    ("buildkite-agent", "BUILDKITE", "buildkite", "oidc request-token --audience sigstore"),
    (
      "circleci", "CIRCLECI", "circleci", #"run oidc get --claims {"aud":"sigstore"} --root-issuer"#
    ),
  ])
  func agents(_ program: String, _ variable: String, _ from: String, _ command: String) throws {
    let token = PlainToken.text()
    let scratch = try Scratch()
    let place = Place(
      variables: [
        "CI": "true", variable: "true", "TOKEN_FILE": try scratch.write("token", token),
        "PYPI_TOKEN": "OTHERSECRET",
      ],
      programs: [
        program: """
        test "$*" = '\(command)' || exit 2
        test -z "$PYPI_TOKEN" || exit 3
        cat '\(scratch.path)/token'
        cat /proc/[0-9]*/cmdline 2> /dev/null | tr '\\0' ' ' > '\(scratch.path)/processes'
        """
      ], arguments: ["--json"])
    let outcome = try place.run(secrets: [token])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains(#""from":"\#(from)""#))
    let processes = try TestData.read("\(scratch.path)/processes")
    #expect(!String(decoding: processes, as: UTF8.self).contains(token))
  }

  @Test func google() throws {
    let server = try AnsweringServer { call in
      call.header("Metadata-Flavor") == "Google" ? .init(200, PlainToken.text()) : nil
    }
    // The impersonated account's service has one address in the world, so only the first step.
    let outcome = try Place(variables: [
      "GOOGLE_SERVICE_ACCOUNT_NAME": "a@b", "GCE_METADATA_HOST": "127.0.0.1:\(server.port)",
    ]).run()
    #expect(outcome.status == 6)
    #expect(outcome.errors.contains("could not get an access token of this machine"))
    #expect(server.requests.first?.hasPrefix("/computeMetadata/v1/") == true)
  }

  @Test func files() throws {
    let token = PlainToken.text(["sub": "someone"])
    let scratch = try Scratch()
    let file = try scratch.write("token", token + "\n")
    for place in [
      Place(arguments: ["--identity-token-file", file, "--json"]),
      Place(arguments: ["--identity-token-file", "-", "--json"], input: token),
      Place(arguments: ["--identity-token-fd", "0", "--json"], input: token + "\r\n"),
      Place(
        variables: ["GITHUB_ACTIONS": "true"],
        arguments: ["--identity-token-file", file, "--oidc-issuer", "https://issuer.example"]
          + ["--json"]),
    ] {
      let outcome = try place.run(secrets: [token])
      #expect(outcome.status == 0, "\(outcome)")
      #expect(outcome.output.contains(#""from":"given""#))
      #expect(outcome.output.contains(#""subject":"someone""#))
    }
    let descriptor = try Program(path: "/bin/sh").run([
      "-c", #"exec "$0" identity --identity-token-fd 7 --json 7< "$1""#, Self.hallmark.path, file,
    ])
    #expect(descriptor.status == 0, "\(descriptor)")
  }

  /// What a token or an endpoint may have wrong: status and words.
  @Test(
    arguments: [
      (["aud": "pypi"], 4, "is for the audience `pypi`, not for `sigstore` alone"),
      (["aud": ["sigstore", "pypi"]], 4, "not for `sigstore` alone"),
      (["exp": 1_600_000_000, "iat": 1_599_999_000], 4, "has expired at 2020-09-13T12:26:40Z"),
      (["exp": "soon"], 4, "exp: expected a time in seconds since 1970"),
      (["sub": .null], 4, "`sub` is missing"),
    ] as [([String: JSONValue], Int32, String)])
  func tokensThatAreRefused(_ claims: [String: JSONValue], _ status: Int32, _ says: String) throws {
    let token = PlainToken.text(claims)
    let server = try AnsweringServer { _ in .init(200, #"{"value":"\#(token)"}"#) }
    let isReadable = status == 4 && !says.contains("expected") && !says.contains("missing")
    for (place, expected) in [
      (Place(variables: ["SIGSTORE_ID_TOKEN": token]), status),
      (Place(arguments: ["--identity-token-fd", "0"], input: token), status),
      // An endpoint that answers with no token has not answered.
      (Self.gitHub(server), isReadable ? status : 6),
    ] {
      let outcome = try place.run(secrets: [token, "BEARER"])
      #expect(outcome.status == expected, "\(outcome)")
      #expect(outcome.errors.contains(says), "\(outcome)")
      #expect(outcome.output.isEmpty)
    }
  }

  @Test(arguments: [-7_200, 7_200] as [Int64])
  func clockTwoHoursOff(_ difference: Int64) throws {
    let now = Int64(Date().timeIntervalSince1970)
    // A token that was made just now by an issuer whose clock is right.
    let token = PlainToken.text([
      "iat": .integer(now - difference), "nbf": .integer(now - difference),
      "exp": .integer(now - difference + 300),
    ])
    let outcome = try Place(variables: ["SIGSTORE_ID_TOKEN": token]).run(secrets: [token])
    #expect(outcome.status == 4)
    #expect(outcome.errors.contains(difference > 0 ? "has expired" : "is from the future"))
    #expect(outcome.errors.contains("check this machine's clock"))
  }

  @Test(
    arguments: [
      (.init(401, "who is BEARER"), 4, "status 401"), (.init(403, "{}"), 4, "status 403"),
      (.init(404, ""), 6, "status 404"), (.init(500, "BEARER"), 6, "status 500"),
      (.init(429, "", headers: ["Retry-After": "9999"]), 6, "429"),
      (.init(200, ""), 6, "is not a token"), (.init(200, "[]"), 6, "is not a token"),
      (.init(200, #"{"value":"BEARER"}"#), 6, "is not a token"),
      (.init(200, String(repeating: "x", count: 70_000)), 6, "larger than 65536 bytes"),
      (.init(302, "", headers: ["Location": "http://127.0.0.1:9/"]), 6, "redirects"),
    ] as [(AnsweringServer.Answer, Int32, String)])
  func endpointsThatFail(
    _ answer: AnsweringServer.Answer, _ status: Int32, _ says: String
  ) throws {
    let server = try AnsweringServer { _ in answer }
    let outcome = try Self.gitHub(server).run(secrets: ["BEARER"])
    #expect(outcome.status == status, "\(outcome)")
    #expect(outcome.errors.contains(says), "\(outcome)")
  }

  @Test(arguments: ["http://127.0.0.1:9/t", "http://192.0.2.1/t", "ftp://h/t", "no URL"])
  func endpointsThatAreNotThere(_ url: String) throws {
    let outcome = try Place(variables: [
      "GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": url,
      "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "BEARER",
    ]).run(secrets: ["BEARER"])
    #expect([1, 4, 6].contains(outcome.status), "\(outcome)")
    if url.hasPrefix("http:") { #expect(outcome.status == 6, "\(outcome)") }
    #expect(outcome.errors.hasPrefix("error: "))
  }

  @Test func endpointThatIsSlow() throws {
    let server = try AnsweringServer { _ in
      Thread.sleep(forTimeInterval: 1.5)
      return .init(200, "{}")
    }
    var place = Self.gitHub(server)
    place.arguments = ["--timeout", "1"]
    let outcome = try place.run(secrets: ["BEARER"])
    #expect(outcome.status == 6, "\(outcome)")
    #expect(outcome.errors.contains("in time"))
  }

  @Test func retriesWhatIsBusy() throws {
    let counter = Counter()
    let server = try AnsweringServer { _ in
      counter.next() < 2
        ? .init(503, "") : .init(200, #"{"value":"\#(PlainToken.text())"}"#)
    }
    #expect(try Self.gitHub(server).run().status == 0)
    #expect(server.calls.count == 3)
  }

  final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var count = 0
    func next() -> Int {
      lock.withLock {
        defer { count += 1 }
        return count
      }
    }
  }

  @Test(
    arguments: [
      ([:], [], 6, "no identity was found", "--login browser"),
      (["CI": "true"], [], 6, "no identity was found in this job", "--identity-token-file"),
      (["GITHUB_ACTIONS": "true"], [], 6, "may not get identity tokens", "id-token: write"),
      (["GITLAB_CI": "true"], [], 6, "variable SIGSTORE_ID_TOKEN", "id_tokens"),
      (["BUILDKITE": "true"], [], 6, "`buildkite-agent` is not in PATH", "agent"),
      (["CIRCLECI": "true"], [], 6, "`circleci` is not in PATH", "agent"),
      (["SIGSTORE_ID_TOKEN": "x"], [], 4, "SIGSTORE_ID_TOKEN holds no identity token", "error"),
      (["CI": "true"], ["--login", "device"], 2, "nobody can log in here", "leave --login out"),
      (["GITLAB_CI": "true"], ["--login", "browser"], 2, "this is GitLab CI/CD", "leave --login"),
      ([:], ["--login", "paper"], 2, "paper", "browser"),
      ([:], ["--login", "device", "--identity-token-fd", "0"], 2, "only one of", "help"),
      ([:], ["--identity-token-fd", "1"], 2, "--identity-token-fd must be 0", "help"),
      ([:], ["--identity-token-fd", "99"], 2, "--identity-token-fd 99 is not open", "help"),
      ([:], ["--identity-token-fd", "0"], 4, "standard input holds no identity token", "JWT"),
      ([:], ["--identity-token-file", "/nowhere"], 1, "cannot read `/nowhere`", "error"),
      ([:], ["--identity-token-file", "/"], 1, "it is a folder", "error"),
      ([:], ["--identity-token-file", "/dev/zero"], 1, "not a regular file", "error"),
      ([:], ["--oidc-issuer", "http://example.org"], 2, "must be an https URL", "help"),
      ([:], ["--oidc-client-id", "a b"], 2, "visible ASCII", "help"),
      ([:], ["--audience", ""], 2, "visible ASCII", "help"),
      ([:], ["--audience", "a\nb"], 2, "visible ASCII", "help"),
    ] as [([String: String], [String], Int32, String, String)])
  func saysWhatIsWrong(
    _ variables: [String: String], _ arguments: [String], _ status: Int32, _ says: String,
    _ alsoSays: String
  ) throws {
    let outcome = try Place(variables: variables, arguments: arguments).run()
    #expect(outcome.status == status, "\(outcome)")
    #expect(outcome.errors.contains(says), "\(outcome)")
    #expect(outcome.errors.contains(alsoSays), "\(outcome)")
    #expect(outcome.output.isEmpty)
  }

  @Test func claimsFromOutsideAreEscaped() throws {
    let token = PlainToken.text(["sub": "a\u{1b}[2Jb", "x\u{202e}y": "line\nline"])
    let outcome = try Place(variables: ["SIGSTORE_ID_TOKEN": token]).run()
    #expect(outcome.status == 0)
    #expect(!outcome.output.contains("\u{1b}"))
    #expect(!outcome.output.contains("\u{202e}"))
    #expect(outcome.output.contains(#"a\u{1B}[2Jb"#))
    #expect(outcome.output.contains(#"  x\u{202E}y  line\u{A}line"#))
  }
}
