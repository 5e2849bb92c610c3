// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import Hummingbird
import Sigstore
package import Storage

/// The services that make signatures verifiable, over one data folder: token issuer, certificate
/// authority with its log, and transparency log.
package struct TrustServices: Sendable {
  /// The file in the data folder with the secret that the token endpoint asks for.
  package static let identityRequestTokenFile = RequestToken.file

  /// The token issuer; also the verifier of its tokens.
  package let issuer: IdentityIssuer
  /// The certificate authority.
  package let authority: CertificateAuthority
  /// The log of signatures.
  package let log: RekorLog
  /// What clients need to trust all this.
  package let material: TrustMaterial
  private let tlsAuthorityPEM: String

  /// Opens the services of a data folder; what is missing is made, what is there is used again.
  ///
  /// - Parameters:
  ///   - folder: the server's data folder.
  ///   - baseURL: the URL of the listener that has all routes, such as `https://localhost:8443`.
  ///   - tlsAuthorityPEM: the certificate that clients need to reach that listener.
  ///   - now: the clock.
  /// - Throws: `StorageError`.
  package init(
    in folder: DataFolder, baseURL: String, tlsAuthorityPEM: String,
    now: @escaping @Sendable () -> Timestamp = ServerClock.now
  ) async throws {
    let host = URLText.host(of: baseURL) ?? "localhost"
    issuer = try await IdentityIssuer(in: folder, url: baseURL, now: now)
    authority = try CertificateAuthority(
      in: folder, host: host, tokenVerifier: issuer, now: now)
    log = try RekorLog(in: folder, host: host, now: now)
    material = try TrustMaterial(
      in: folder, baseURL: baseURL, host: host, authority: authority, log: log)
    self.tlsAuthorityPEM = tlsAuthorityPEM
  }

  /// Adds the routes that only read: discovery, trust material, log entries.
  package func addReadRoutes(to router: Router<BasicRequestContext>) {
    addRoutes(to: ServiceRoutes(router: router, isReadOnly: true))
  }

  /// Adds all routes: those that read, tokens, certificates and taking log entries.
  package func addAllRoutes(to router: Router<BasicRequestContext>) {
    let routes = ServiceRoutes(router: router, isReadOnly: false)
    addRoutes(to: routes)
    issuer.addTokenRoute(to: routes)
    authority.addIssueRoute(to: routes)
  }

  private func addRoutes(to routes: ServiceRoutes) {
    issuer.addReadRoutes(to: routes)
    authority.addReadRoutes(to: routes, issuer: issuer.url)
    log.addRoutes(to: routes)
    material.addReadRoutes(to: routes, tlsAuthorityPEM: tlsAuthorityPEM)
  }
}
