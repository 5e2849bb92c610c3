// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import Identity
import ServiceClients
import Verification

/// `hallmark identity`: shows who would sign here, without signing.
struct IdentityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identity",
    abstract: "Show which identity would sign and publish here.",
    discussion: """
      Examples:
        hallmark identity
        hallmark identity --audience testpypi --json
        hallmark identity --login browser

      The identity is that of the job in GitHub Actions, GitLab CI/CD, Buildkite or CircleCI, of a \
      machine of Google Cloud, or of a person who logs in. It is looked for in this order: \
      --identity-token-file, --identity-token-fd or --login; a variable that is named by the \
      audience, such as SIGSTORE_ID_TOKEN; the CI system; the machine; and, at a terminal, a \
      person. The token itself is never shown. Its signature is checked by the services that get \
      it, not here.

      Exit status: 0 found, 1 a file could not be read, 2 wrong usage, 4 the token or the login was \
      refused, 6 nothing was found or answered.
      """)

  @OptionGroup var global: GlobalOptions

  @OptionGroup(title: "Identity") var identity: IdentityOptions

  @OptionGroup(title: "Network") var transport: TransportOptions

  @Option(
    name: .customLong("audience"),
    help: "The service that a token is asked for (default: what signing would ask for).")
  var wantedAudience: String?

  private var audience: String { wantedAudience ?? identity.signingAudience }

  func validate() throws {
    guard VisibleASCII.holds(audience), audience.utf8.count <= 255 else {
      throw ValidationError("--audience must be of 1 to 255 visible ASCII characters.")
    }
  }

  func run() async throws {
    let console = global.console
    let (provider, claims) = try await transport.withTransport { transport in
      do {
        let choice = try identity.choice(
          loginIssuer: nil, transport: transport, console: console)
        let token = try await choice.source.token(audience: audience)
        return (choice.provider(audience: audience), token.claims)
      } catch {
        throw IdentityFailure.commandFailure(for: error)
      }
    }
    if global.json {
      console.output(Self.json(provider, claims).compactText)
    } else {
      Self.show(provider, claims, on: console)
    }
  }

  /// Claims that the lines above all others say already.
  private static let shown: Set = [
    "iss", "sub", "aud", "exp", "iat", "nbf", "email", "email_verified",
  ]

  private static func show(
    _ provider: IdentityProvider, _ claims: UnverifiedClaims, on console: Console
  ) {
    var lines = [
      ("signs as", claims.signer), ("from", provider.title), ("issuer", claims.issuer),
      ("subject", claims.subject), ("audience", claims.audiences.joined(separator: ", ")),
      ("expires", "\(claims.expiresAt)"),
    ]
    if let email = claims.email {
      let state = claims.isEmailVerified == true ? "" : " (not verified)"
      lines.insert(("e-mail", email + state), at: 4)
    }
    let width = 10
    for (index, (label, text)) in lines.enumerated() {
      let value = UntrustedText.printable(text)
      console.output(
        label + String(repeating: " ", count: width - label.count)
          + (index == 0 ? console.styled(value, .strong, on: .output) : value))
    }
    let others = claims.all.members.filter { !shown.contains($0.key) }
    guard !others.isEmpty else { return }
    console.output(console.styled("claims", .faint, on: .output))
    for member in others {
      let name = UntrustedText.printable(member.key, limit: 100)
      console.output(
        "  \(name)  "
          + UntrustedText.printable(claims.text(member.key) ?? member.value.compactText))
    }
  }

  static func json(_ provider: IdentityProvider, _ claims: UnverifiedClaims) -> JSONValue {
    [
      "schema": "hallmark.identity/v1", "verified": false, "from": .string(provider.rawValue),
      "signer": .string(claims.signer), "issuer": .string(claims.issuer),
      "subject": .string(claims.subject),
      "audiences": .array(claims.audiences.map { .string($0) }),
      "expires": .string("\(claims.expiresAt)"), "claims": .object(claims.all),
    ]
  }
}
