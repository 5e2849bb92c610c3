// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Encodings
import Identity
import ServiceClients
import SystemPackage
import Verification

/// Who signs or publishes: where identity tokens come from.
///
/// Use as `@OptionGroup(title: "Identity") var identity: IdentityOptions`, and make one source per
/// run: it keeps tokens by audience until they are about to expire.
struct IdentityOptions: ParsableArguments {
  /// The ways in which a person can log in.
  enum Login: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// In a browser on this machine.
    case browser
    /// On any other device, with a code.
    case device
  }

  /// The issuer of the public Sigstore instance, where people log in.
  static let publicIssuer = "https://oauth2.sigstore.dev/auth"

  @Option(
    help: ArgumentHelp(
      "A file with an identity token; - reads it from standard input.", valueName: "file"))
  var identityTokenFile: String?

  @Option(
    name: .customLong("identity-token-fd"),
    help: ArgumentHelp("An open descriptor to read an identity token from.", valueName: "number"))
  var identityTokenDescriptor: Int32?

  @Option(help: "Log in as a person, in a browser here or with a code on another device.")
  var login: Login?

  @Option(
    help: ArgumentHelp(
      "The issuer to log in with, or that a given token must be from.", valueName: "url"))
  var oidcIssuer: String?

  @Option(
    name: .customLong("oidc-client-id"),
    help: ArgumentHelp("This program's name at the issuer.", valueName: "id"))
  var clientIdentifier = "sigstore"

  /// The audience of tokens for the instance's certificate authority: what the issuer calls this
  /// program, as the authority expects it.
  var signingAudience: String { clientIdentifier }

  func validate() throws {
    let given = [
      identityTokenFile != nil, identityTokenDescriptor != nil, login != nil,
    ].filter { $0 }
    guard given.count <= 1 else {
      throw ValidationError(
        "Only one of --identity-token-file, --identity-token-fd and --login can be given.")
    }
    if let number = identityTokenDescriptor, number < 0 || number == 1 || number == 2 {
      throw ValidationError("--identity-token-fd must be 0, or 3 and more.")
    }
    // Now, because later the number may be that of something this program opened for itself.
    if let number = identityTokenDescriptor, !Platform.isOpen(number) {
      throw ValidationError("--identity-token-fd \(number) is not open.")
    }
    if let oidcIssuer { _ = try NetworkOptions.serviceURL(oidcIssuer, option: "--oidc-issuer") }
    guard VisibleASCII.holds(clientIdentifier), clientIdentifier.utf8.count <= 255 else {
      throw ValidationError("--oidc-client-id must be of visible ASCII characters.")
    }
  }

  /// The source of identity tokens that these options and the environment name.
  ///
  /// What it gives is checked: made for the audience alone, good now, and from `--oidc-issuer` if
  /// that was given. Where no identity is found, it says so when it is asked. Errors become
  /// diagnostics by ``IdentityFailure``.
  ///
  /// - Parameters:
  ///   - loginIssuer: where people log in, from the instance's signing configuration; `nil` for the
  ///     public instance.
  ///   - transport: the run's transport.
  ///   - console: where a person is told how to log in.
  /// - Returns: the source, to be kept for the whole run.
  /// - Throws: `CommandFailure` when the options cannot be followed.
  func source(
    loginIssuer: String? = nil, transport: HTTPTransport, console: Console
  ) throws(CommandFailure) -> any IdentityTokenSource {
    try choice(loginIssuer: loginIssuer, transport: transport, console: console).source
  }
}
