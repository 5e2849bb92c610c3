// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import Identity
import ServiceClients
import Signing
import Sigstore
import SystemPackage
import Verification

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `sign-bundle` of sigstore-conformance (docs/cli_protocol.md of that suite).
///
/// The protocol gives the token on the command line, where other programs of the machine can read
/// it; that is one reason why this program is for tests only.
struct SignBundle: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign-bundle",
    abstract: "Sign a file, or an in-toto statement as it is, and write the bundle.")

  @Flag(help: "Use the staging instance instead of the public-good one.")
  var staging = false

  @Flag(help: "The file is an in-toto statement; its bytes are signed as an envelope's payload.")
  var inToto = false

  @Option(help: "The identity token.")
  var identityToken: String

  @Option(help: "The file to write.")
  var bundle: String

  @Option(help: "A trusted root to use instead.")
  var trustedRoot: String?

  @Option(help: "A signing configuration to use instead.")
  var signingConfig: String?

  @Argument(help: "The file.")
  var file: String

  func run() async throws {
    let root: TrustedRoot
    if let trustedRoot {
      root = try TrustedRoot(
        parsing: try FileReading.bytes(of: trustedRoot, limit: Evidence.sizeLimit))
    } else {
      root = try staging ? .staging() : .publicGood()
    }
    let configuration: SigningConfig
    if let signingConfig {
      configuration = try SigningConfig(
        parsing: try FileReading.bytes(of: signingConfig, limit: Evidence.sizeLimit))
    } else {
      configuration = try staging ? .staging() : .publicGood()
    }
    let content: SigningItem.Content =
      inToto
      ? .statement(try FileReading.bytes(of: file, limit: Evidence.sizeLimit))
      : .file(try FileReading.sha256(of: file))

    let transport = try Self.transport()
    let result: Result<[SignedItem], any Error>
    do {
      let session = SigningSession(
        services: try SigningServices(
          try configuration.select(at: FileReading.now()), transport: transport),
        trustedRoot: root,
        tokens: GivenToken(token: try IdentityToken(identityToken)),
        randomness: SystemRandomness(), now: { FileReading.now() })
      result = .success(try await session.sign([SigningItem(name: file, content: content)]))
    } catch {
      result = .failure(error)
    }
    await transport.shutdown()
    guard let signed = try result.get().first?.signed else { throw ExitCode(1) }
    try LocalFile.write(signed.bytes, to: FilePath(bundle))
  }

  /// The transport, by the environment that other clients read too.
  private static func transport() throws -> HTTPTransport {
    var environment: [String: String] = [:]
    for name in ["https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "SSL_CERT_FILE"] {
      environment[name] = getenv(name).map { String(cString: $0) }
    }
    return try HTTPTransport(
      TransportConfiguration(
        version: "conformance", additionalAuthorities: environment["SSL_CERT_FILE"],
        proxies: try ProxySettings(environment: environment)))
  }

  /// The token of the command line.
  private struct GivenToken: IdentityTokenSource {
    let token: IdentityToken

    func token(audience: String) async throws -> IdentityToken { token }
  }
}
