// SPDX-License-Identifier: Apache-2.0

import Identity
import ServiceClients
import SystemPackage
import Verification

/// A source of identity tokens with what it is called.
struct IdentityChoice: Sendable {
  /// The source, which checks and keeps tokens.
  let source: any IdentityTokenSource
  private let variables: TokenVariables?
  private let other: IdentityProvider

  init(
    _ source: any IdentityTokenSource, issuer: String?, variables: TokenVariables? = nil,
    other: IdentityProvider
  ) {
    self.source = CheckedTokenSource(source, issuer: issuer, now: { FileReading.now() })
    self.variables = variables
    self.other = other
  }

  /// Where a token for an audience comes from.
  func provider(audience: String) -> IdentityProvider {
    guard let variables, other != .gitLab, variables.holds(audience: audience) else { return other }
    return .variable
  }
}

extension IdentityOptions {
  /// Decides for one source, in this order: what the options name, a variable that is named by the
  /// audience, the CI system or the cloud's machine, a person at the terminal.
  func choice(
    loginIssuer: String?, transport: HTTPTransport, console: Console
  ) throws(CommandFailure) -> IdentityChoice {
    if let given = try given() { return IdentityChoice(given, issuer: oidcIssuer, other: .given) }
    let environment = Platform.environmentVariables()
    let system = AmbientIdentity.continuousIntegration(environment: environment)
    let issuer = oidcIssuer ?? loginIssuer ?? Self.publicIssuer
    if let login {
      if let system {
        throw CommandFailure(
          status: ExitStatus.usage.rawValue,
          Diagnostic(
            "nobody can log in here: this is \(system)",
            help: ["leave --login out; the job's own identity is used"]))
      }
      let person = try loginSource(login, at: issuer, transport: transport, console: console)
      return IdentityChoice(person, issuer: issuer, other: .login)
    }
    let variables = TokenVariables(environment: environment)
    let (other, provider) = try ambient(environment, transport)
    if let other {
      return IdentityChoice(
        VariablesBefore(variables, other), issuer: oidcIssuer, variables: variables,
        other: provider)
    }
    if system == nil, Platform.isTerminal(0), Platform.isTerminal(2) {
      let person = try loginSource(nil, at: issuer, transport: transport, console: console)
      return IdentityChoice(
        VariablesBefore(variables, person), issuer: oidcIssuer, variables: variables, other: .login)
    }
    let nothing = IdentityError(
      .notFound, "no identity was found\(system.map { " in this job (\($0))" } ?? "")",
      notes: [
        "looked for GitHub Actions, Buildkite, GitLab CI/CD, CircleCI, Google Cloud and a variable "
          + "such as SIGSTORE_ID_TOKEN"
      ],
      help: [
        system == nil
          ? "log in by --login browser or --login device, or name a token by --identity-token-file"
          : "put a token into a file and name it by --identity-token-file"
      ])
    return IdentityChoice(
      VariablesBefore(variables, NoTokenSource(nothing)), issuer: oidcIssuer, variables: variables,
      other: .none)
  }

  /// The ambient identity, or why the system that is there gives none.
  private func ambient(
    _ environment: [String: String], _ transport: HTTPTransport
  ) throws(CommandFailure) -> (source: (any IdentityTokenSource)?, provider: IdentityProvider) {
    let found: AmbientIdentity?
    do {
      found = try AmbientIdentity.detect(environment: environment) {
        // Files of the system's firmware say that they are larger than they are.
        (try? FileReading.bytes(of: GoogleIdentity.productNameFile, limit: 4096))
          .map { String(decoding: $0.filter { $0 >= 0x20 }, as: UTF8.self) }
      }
    } catch {
      return (NoTokenSource(error), .none)
    }
    switch found {
    case .gitHubActions(let credential):
      return (AmbientTokenClient(credential: credential, transport: transport), .gitHubActions)
    case .gitLab: return (TokenVariables(environment: environment), .gitLab)
    case .agent(let agent): return (agent, found?.provider ?? .none)
    case .google(let google):
      return (GoogleTokenClient(google, transport: transport), .google)
    case nil: return (nil, .none)
    }
  }

  /// The token that an option names.
  private func given() throws(CommandFailure) -> GivenTokenSource? {
    if let file = identityTokenFile, file != "-" {
      return GivenTokenSource(place: "`\(file)`") {
        try FileReading.bytes(of: file, limit: IdentityToken.sizeLimit + 1024)
      }
    }
    guard let number = identityTokenFile == nil ? identityTokenDescriptor : 0 else { return nil }
    let name = number == 0 ? "standard input" : "descriptor \(number)"
    guard !Platform.isTerminal(number) else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "an identity token is not read from a terminal",
          help: ["write it to a file that only you can read, and name that"]))
    }
    do {
      let bytes = try Self.read(number)
      return GivenTokenSource(place: name) { bytes }
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic("the identity token cannot be read from \(name): \(error)"))
    }
  }

  /// All that a descriptor has, once; it is closed, so that no child gets it.
  private static func read(_ number: Int32) throws -> [UInt8] {
    let descriptor = FileDescriptor(rawValue: number)
    defer { if number > 2 { try? descriptor.close() } }
    let limit = IdentityToken.sizeLimit + 1024
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while bytes.count <= limit {
      let count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return bytes
  }
}
