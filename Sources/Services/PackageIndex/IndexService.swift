// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import Hummingbird
package import PythonPackaging
package import Sigstore
package import TrustedPublishing

/// A package index for pip, uv and twine: PEP 503, 658, 691, 700 and 740, with Trusted Publishing.
///
/// Everything is in `index/` of the data folder: `index.sqlite`, and the files by content. A file
/// gets in only through the upload API, with a token that was exchanged for an identity token of the
/// project's publisher, and with attestations that the same publisher signed and that verify under
/// the stack's own trusted root.
package struct IndexService: Sendable {
  /// What can be set up differently.
  package struct Configuration: Hashable, Sendable {
    /// The audience that identity tokens must be made for.
    package var audience: String
    /// Whether an upload without attestations is refused.
    package var requireAttestations: Bool
    /// How much an upload may ask of the server.
    package var limits: UploadLimits

    /// Makes a configuration.
    package init(
      audience: String = "hallmark", requireAttestations: Bool = true,
      limits: UploadLimits = UploadLimits()
    ) {
      self.audience = audience
      self.requireAttestations = requireAttestations
      self.limits = limits
    }
  }

  /// The URL that clients reach all routes at, without a final slash.
  let baseURL: String
  let configuration: Configuration
  let database: IndexDatabase
  let store: FileStore
  let tokenVerifier: any IdentityTokenVerifier
  let trustedRoot: TrustedRoot
  let pages: IndexPages
  let now: @Sendable () -> Timestamp

  /// Opens the index in a data folder, which must exist, and creates it at the first time.
  ///
  /// - Parameters:
  ///   - dataFolder: the path of the server's data folder.
  ///   - baseURL: the URL of the listener that has all routes, such as `https://localhost:8443`.
  ///   - tokenVerifier: checks identity tokens.
  ///   - trustedRoot: what attestations must verify under.
  ///   - configuration: what can be set up differently.
  ///   - now: the clock.
  /// - Throws: when the folder or the database cannot be opened or written.
  package init(
    dataFolder: String, baseURL: String, tokenVerifier: any IdentityTokenVerifier,
    trustedRoot: TrustedRoot, configuration: Configuration = Configuration(),
    now: @escaping @Sendable () -> Timestamp
  ) throws {
    let folder = dataFolder + "/index"
    store = try FileStore(folder: folder)
    database = try IndexDatabase(path: folder + "/index.sqlite")
    pages = try IndexPages()
    self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
    self.configuration = configuration
    self.tokenVerifier = tokenVerifier
    self.trustedRoot = trustedRoot
    self.now = now
  }

  /// Lets a publisher publish a project; a second time changes nothing.
  ///
  /// - Parameters:
  ///   - project: the project, created if the index does not have it.
  ///   - issuer: `iss` of the publisher's identity tokens.
  ///   - subject: `sub` of the publisher's identity tokens.
  /// - Throws: the database's error.
  package func registerPublisher(
    project: ProjectName, issuer: String, subject: String
  ) async throws {
    try await database.register(
      name: project.normalized, displayName: project.text, issuer: issuer, subject: subject,
      at: now())
  }

  /// Adds the routes that only read: pages, simple API, files, integrity API.
  package func addReadRoutes(to router: Router<BasicRequestContext>) {
    addReadRoutes(to: RouteTable(router: router, isReadOnly: true), listener: .plain)
  }

  /// Adds all routes: those that read, token exchange and upload.
  package func addAllRoutes(to router: Router<BasicRequestContext>) {
    let table = RouteTable(router: router)
    addReadRoutes(to: table, listener: .secure)
    addTokenRoutes(to: table)
    addUploadRoutes(to: table)
  }

  private func addReadRoutes(to table: RouteTable, listener: Listener) {
    addPageRoutes(to: table, listener: listener)
    addSimpleRoutes(to: table, listener: listener)
    addFileRoutes(to: table)
    addIntegrityRoutes(to: table)
  }

  /// Which of the two sockets a route is for.
  enum Listener: Sendable {
    /// HTTP, for reading.
    case plain
    /// TLS, at the base URL.
    case secure
  }

  /// The URL of the listener that a request came to, as the client sees it.
  func origin(of request: Request, listener: Listener) -> String {
    guard case .plain = listener, let authority = request.head.authority,
      authority.utf8.count < 256,
      authority.utf8.allSatisfy({ HeaderValue.isToken($0) || ":[]".utf8.contains($0) })
    else { return baseURL }
    return "http://" + authority
  }
}
