// SPDX-License-Identifier: Apache-2.0

import Encodings
import Identity
import PythonPackaging
import ServiceClients
import TrustedPublishing
import Verification

/// By what right files are uploaded.
enum UploadAuthorization: Sendable {
  /// Trusted Publishing: an identity token is exchanged for an upload token of minutes.
  case trustedPublishing(any IdentityTokenSource)
  /// A stored token, for indexes that have nothing better.
  case token(UploadToken)

  /// Whether an index takes attestations with it.
  var carriesAttestations: Bool {
    if case .trustedPublishing = self { true } else { false }
  }

  /// The name for people and machines.
  var name: String { carriesAttestations ? "trusted publishing" : "token" }

  /// Reads a stored token from a file: one line of visible ASCII.
  ///
  /// - Throws: `CommandFailure`, which never quotes the file.
  static func token(inFile path: String) throws(CommandFailure) -> UploadAuthorization {
    guard let token = UploadToken(try secret(inFile: path)) else { throw noToken(inFile: path) }
    return .token(token)
  }

  /// The text of a file with a token, without the space around it.
  ///
  /// - Throws: `CommandFailure`, which never quotes the file.
  static func secret(inFile path: String) throws(CommandFailure) -> String {
    let bytes: [UInt8]
    do {
      bytes = try FileReading.bytes(of: path, limit: 16 << 10)
    } catch {
      throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    }
    let isSpace = { (byte: UInt8) in byte == 0x20 || (byte >= 0x09 && byte <= 0x0d) }
    var rest = bytes.drop(while: isSpace)
    while let last = rest.last, isSpace(last) { rest.removeLast() }
    guard let text = String(validating: rest, as: UTF8.self) else { throw noToken(inFile: path) }
    return text
  }

  /// The failure for a file that holds no token.
  static func noToken(inFile path: String) -> CommandFailure {
    CommandFailure(
      status: ExitStatus.couldNotRun.rawValue,
      Diagnostic(
        "`\(path)` does not hold a token", expected: "one line of visible ASCII characters",
        help: ["write the token and nothing else into the file"]))
  }
}

/// The upload token of one run: minted, renewed before it expires, and burned at the end.
actor UploadSession {
  /// What happened to the token at the end.
  enum End: Hashable, Sendable {
    /// It is useless now.
    case burned
    /// It expires by itself: the index has no way to end it earlier.
    case expires
    /// It could not be burned.
    case failed(String)
    /// It is a stored token, which stays good until somebody revokes it.
    case stored
  }

  private let client: TrustedPublishingClient?
  private let source: (any IdentityTokenSource)?
  private let audience: String
  private var token: UploadToken
  private var renewal: ContinuousClock.Instant?
  private var isUsed = false

  /// The time for which a token is good where the index does not say, in seconds (PEP 807).
  private static let defaultLifetime: Int64 = 900
  private static let attempts = 4

  /// Gets the right to upload; nothing becomes visible by it.
  ///
  /// - Throws: `CommandFailure`, the clients' errors.
  init(
    _ authorization: UploadAuthorization, at index: PublishingIndex, over transport: HTTPTransport
  ) async throws {
    switch authorization {
    case .token(let token):
      (client, source, audience, self.token) = (nil, nil, "", token)
    case .trustedPublishing(let source):
      let client = try await index.trustedPublishing(over: transport)
      let audience = try await Self.audience(of: client)
      if let problem = AudienceRule.problem(audience, expected: index.audience) {
        throw CommandFailure(
          status: ExitStatus.authenticationRefused.rawValue,
          Diagnostic(
            problem, place: index.uploadURL.origin,
            notes: ["no token was asked for, and nothing was sent"],
            help: ["check the address of the index"]))
      }
      let (token, renewal) = try await Self.mint(client, source, audience)
      (self.client, self.source, self.audience) = (client, source, audience)
      self.token = token
      self.renewal = renewal
    }
  }

  private static func audience(of client: TrustedPublishingClient) async throws -> String {
    do {
      return try await client.audience()
    } catch let error as TransportError
      where [.status(404), .status(405), .status(410)].contains(error.reason)
    {
      throw CommandFailure(
        status: ExitStatus.authenticationRefused.rawValue,
        Diagnostic(
          "the index offers no Trusted Publishing: \(error)",
          help: ["check the address of the index, or give a stored token by --token-file"]))
    }
  }

  /// The token for the next upload.
  func current() async throws -> UploadToken {
    let isOver = renewal.map { $0 <= .now } ?? false
    if isOver || (isUsed && client?.mintsSingleUseTokens == true) { _ = try await renew() }
    isUsed = true
    return token
  }

  /// Gets a new token in the place of one that the index refuses.
  ///
  /// - Returns: whether there is a new one.
  func renew() async throws -> Bool {
    guard let client, let source else { return false }
    _ = await end()
    (token, renewal) = try await Self.mint(client, source, audience)
    isUsed = false
    return true
  }

  /// Makes the token useless, also when the run is being cancelled.
  func end() async -> End {
    guard let client else { return .stored }
    let token = token
    // A task of its own: the token must go also when the run was interrupted.
    let result = await Task { try await client.burn(token) }.result
    switch result {
    case .success(let isBurned): return isBurned ? .burned : .expires
    case .failure(let error): return .failed("\(error)")
    }
  }

  private static func mint(
    _ client: TrustedPublishingClient, _ source: any IdentityTokenSource, _ audience: String
  ) async throws -> (UploadToken, renewal: ContinuousClock.Instant) {
    var pause: Duration = .milliseconds(500)
    for attempt in 1... {
      let start = ContinuousClock.now
      // Each is good for one exchange, so a second try needs a second one.
      let identity = try await source.freshToken(audience: audience)
      do {
        let minted = try await client.mint(identityToken: identity.unsafelyRevealedText)
        let now = FileReading.now().seconds
        var lifetime = minted.expiresAt.flatMap { end -> Int64? in
          let (left, isOver) = end.seconds.subtractingReportingOverflow(now)
          return isOver ? nil : left
        }
        // A time that cannot be is the clock's fault, of one side or the other.
        if let seconds = lifetime, !(60...21_600).contains(seconds) { lifetime = nil }
        let seconds = lifetime ?? defaultLifetime
        return (minted.token, start + .seconds(seconds - min(120, seconds / 4)))
      } catch let refusal as TrustedPublishingRefusal {
        throw PublishFailure.minting(refusal, of: identity.claims)
      } catch let error as TransportError where error.isTemporary && attempt < attempts {
        try await Task.sleep(for: pause)
        pause = pause * 2
      }
    }
    throw CancellationError()
  }
}
