// SPDX-License-Identifier: Apache-2.0

import Encodings
import Subprocess
import SystemPackage

/// A program of a CI system that asks its service for identity tokens.
///
/// It runs with the variables of its own system and those that say how to reach the network, and
/// nothing else of the environment. What it prints is the token; it is never quoted.
package struct TokenAgent: IdentityTokenSource {
  /// The systems whose agents are known.
  package enum System: String, CaseIterable, Sendable {
    /// `buildkite-agent oidc request-token --audience AUDIENCE`.
    case buildkite
    /// `circleci run oidc get --claims '{"aud":"AUDIENCE"}' --root-issuer`.
    case circleCI

    /// The system's name.
    package var title: String { self == .buildkite ? "Buildkite" : "CircleCI" }

    /// The agent's program.
    var program: String { self == .buildkite ? "buildkite-agent" : "circleci" }

    /// The beginnings of the names of the system's own variables.
    var prefixes: [String] { self == .buildkite ? ["BUILDKITE"] : ["CIRCLE"] }

    func arguments(audience: String) -> [String] {
      switch self {
      case .buildkite: return ["oidc", "request-token", "--audience", audience]
      case .circleCI:
        let claims: JSONValue = ["aud": .string(audience)]
        return ["run", "oidc", "get", "--claims", claims.compactText, "--root-issuer"]
      }
    }
  }

  /// Whose agent it is.
  package let system: System
  private let environment: [String: String]
  private let timeout: Duration

  /// Variables that every program gets.
  private static let plainVariables: Set = [
    "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "HTTPS_PROXY", "https_proxy", "http_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy",
  ]

  /// Prepares a system's agent.
  ///
  /// - Parameters:
  ///   - system: whose agent.
  ///   - environment: this process's variables; `PATH` says where the program is.
  ///   - timeout: how long it may take.
  package init(
    _ system: System, environment: [String: String], timeout: Duration = .seconds(60)
  ) {
    self.system = system
    self.environment = environment.filter { name, _ in
      Self.plainVariables.contains(name) || system.prefixes.contains { name.hasPrefix($0) }
    }
    self.timeout = timeout
  }

  /// Runs the agent for one audience.
  ///
  /// - Throws: ``IdentityError``, `CancellationError`.
  package func token(audience: String) async throws -> IdentityToken {
    // An audience that looks like an option would be one.
    guard VisibleASCII.holds(audience), audience.utf8.first != UInt8(ascii: "-") else {
      throw IdentityError(.audience, "the audience `\(audience)` cannot be asked for")
    }
    let output = try await run(system.arguments(audience: audience))
    do {
      return try IdentityToken(surroundedBySpace: output)
    } catch {
      throw IdentityError(
        .malformed, "`\(system.program)` printed no identity token: \(error)")
    }
  }

  private func run(_ arguments: [String]) async throws -> [UInt8] {
    try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
      group.addTask { try await collect(arguments) }
      group.addTask {
        try await Task.sleep(for: timeout)
        return nil
      }
      defer { group.cancelAll() }
      guard let output = try await group.next() ?? nil else {
        throw IdentityError(
          .unreachable, "`\(system.program)` did not answer within \(timeout)",
          help: ["try again later"])
      }
      return output
    }
  }

  private func collect(_ arguments: [String]) async throws -> [UInt8] {
    var variables: [Environment.Key: String] = [:]
    for (name, value) in environment {
      if let key = Environment.Key(rawValue: name) { variables[key] = value }
    }
    var options = PlatformOptions()
    options.processGroupID = 0
    options.teardownSequence = [
      .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))
    ]
    do {
      let result = try await Subprocess.run(
        .name(system.program), arguments: Arguments(arguments), environment: .custom(variables),
        platformOptions: options, input: .none, output: .bytes(limit: IdentityToken.sizeLimit * 4),
        error: .bytes(limit: 1 << 20))
      try Task.checkCancellation()
      guard result.terminationStatus.isSuccess else {
        throw IdentityError(
          .refused, "`\(system.program)` gave no identity token (\(result.terminationStatus.text))",
          notes: lastWords(result.standardError).map { ["it says: \($0)"] } ?? [],
          help: ["run `\(system.program) \(arguments[0]) --help` in a job to see that it is there"])
      }
      return result.standardOutput
    } catch let error as SubprocessError {
      try Task.checkCancellation()
      guard error.code == .executableNotFound else {
        throw IdentityError(.unreachable, "`\(system.program)` cannot be run")
      }
      throw IdentityError(
        .notConfigured, "this is a job of \(system.title), but `\(system.program)` is not in PATH",
        help: [
          "run hallmark where the agent's program is: on the agent, or mounted into the image"
        ])
    }
  }

  /// The last line of what a program complained, unless it holds a secret that it was given, or
  /// what looks like a token.
  private func lastWords(_ bytes: [UInt8]) -> String? {
    let lines = bytes.split { $0 == 0x0a || $0 == 0x0d }
    guard let last = lines.last(where: { $0.contains { $0 > 0x20 } }), last.count <= 400,
      let text = String(validating: last, as: UTF8.self)
    else { return nil }
    let secrets = environment.filter { name, value in
      value.utf8.count >= 8
        && ["TOKEN", "SECRET", "KEY", "PASS"].contains { name.utf8.firstRange(of: $0.utf8) != nil }
    }
    let isTelling = (secrets.values + ["eyJ"]).contains { text.utf8.firstRange(of: $0.utf8) != nil }
    return isTelling ? nil : text
  }
}

extension TokenAgent: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The system's name.
  package var description: String { "[token agent of \(system.title)]" }
  /// The system's name.
  package var debugDescription: String { description }
  /// Nothing of the environment.
  package var customMirror: Mirror { Mirror(self, children: ["system": system.title]) }
}

extension TerminationStatus {
  fileprivate var text: String {
    switch self {
    case .exited(let code): "exit status \(code)"
    case .signaled(let signal): "signal \(signal)"
    }
  }
}
