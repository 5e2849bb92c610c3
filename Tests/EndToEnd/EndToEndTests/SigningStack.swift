// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A running stack to sign with, and a job whose identity it knows.
struct SigningStack: Sendable {
  /// The one of the tests that are running.
  @TaskLocal static var current: SigningStack?

  let workplace: Workplace
  let stack: Stack

  init() throws {
    workplace = try Workplace()
    stack = try Stack(data: workplace("data"), publishers: ["greeting"], in: workplace)
  }

  /// The stack of the tests that are running.
  static func shared() throws -> SigningStack {
    try #require(current, "the suite has no stack")
  }

  /// The options that name the instance.
  var instance: [String] { ["--trust-config", stack.announcement.trustConfig] }
  /// Who signs.
  var subject: String { stack.subject(of: "greeting") }

  /// Runs the client as a job of the project.
  func hallmark(
    _ arguments: [String], in workplace: Workplace, project: String = "greeting"
  ) throws -> Program.Outcome {
    try workplace.hallmark(arguments, environment: try stack.jobEnvironment(project: project))
  }

  /// What `hallmark verify` says with this signer expected.
  func verify(_ file: String, in workplace: Workplace, _ more: [String] = []) throws
    -> Program.Outcome
  {
    try workplace.hallmark(
      [
        "verify", file, "--trusted-root", stack.announcement.trustedRoot, "--identity", subject,
        "--issuer", stack.url,
      ] + more)
  }

  /// What sigstore-python says about a bundle.
  func sigstore(_ file: String, bundle: String) throws -> Program.Outcome {
    try Clients.named("sigstore").run([
      "--trust-config", stack.announcement.trustConfig, "verify", "identity", "--bundle", bundle,
      "--cert-identity", subject, "--cert-oidc-issuer", stack.url, file,
    ])
  }

  /// What pypi-attestations says about attestations.
  func pypiAttestations(_ file: String, _ attestations: [String]) throws -> Program.Outcome {
    try Clients.script(
      "verify_attestations",
      [stack.announcement.trustedRoot, subject, stack.url, file] + attestations)
  }

  /// Makes wheels in a folder of a workplace, and gives their paths.
  static func wheels(_ count: Int, in workplace: Workplace) throws -> [String] {
    let outcome = try Program(path: "/usr/bin/env").run([
      "python3", "-I", "-B", "\(Clients.root)/Tests/EndToEnd/Clients/make_wheels.py",
      workplace("dist"), "\(count)",
    ])
    try #require(outcome.status == 0, "\(outcome)")
    return workplace.names(in: "dist").map { workplace("dist/\($0)") }
  }
}

/// Gives the tests of a suite one stack.
struct SigningStackTrait: SuiteTrait, TestScoping {
  @concurrent
  func provideScope(
    for test: Test, testCase: Test.Case?,
    performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    let stack = try SigningStack()
    try await SigningStack.$current.withValue(stack, operation: function)
    #expect(try stack.stack.server.stop() == 0)
    stack.workplace.expectNothingLeft()
  }
}

extension Trait where Self == SigningStackTrait {
  /// One stack to sign with for all tests of the suite.
  static var signingStack: Self { Self() }
}

/// `hallmark sign`, `hallmark attest` and `sign-bundle` on the embedded stack.
@Suite(.signingStack)
enum SigningStackTests {}

/// The document of `--json`.
struct SigningDocument: Decodable {
  struct Target: Decodable {
    struct File: Decodable {
      let path: String
      let form: String
      let written: Bool
    }
    struct Signature: Decodable {
      let signed: Bool
      let predicateType: String?
      let logIndex: Int?
    }
    struct Subject: Decodable {
      let name: String
      let sha256: String
    }
    let name: String
    let subjects: [Subject]
    let files: [File]
    let signatures: [Signature]
  }
  let targets: [Target]

  /// Reads what a command printed, which must be as the schema says.
  init(of outcome: Program.Outcome) throws {
    #expect(outcome.status == 0, "\(outcome)")
    #expect(try JSONSchema("signing-v1.json").problems(in: outcome.output) == [])
    self = try JSONDecoder().decode(Self.self, from: Data(outcome.output.utf8))
  }
}
