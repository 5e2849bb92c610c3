// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Encodings
import NIOCore
import NIOHTTP1
import NIOSSL

/// How a transport connects.
package struct TransportConfiguration: Sendable {
  /// The program's version, for `User-Agent: hallmark/<version>`.
  package var version: String
  /// A PEM file of certificate authorities that count for this transport's servers in addition to
  /// those of the system; for nothing else.
  package var additionalAuthorities: String?
  /// The proxies.
  package var proxies: ProxySettings
  /// Time to make a connection.
  package var connectTimeout: Duration = .seconds(10)
  /// Longest silence of a server while it answers.
  package var readTimeout: Duration = .seconds(60)
  /// Most time for one answer that is collected, such as a document, if that is to be less than the
  /// request's own; a file that is streamed always has its request's.
  package var documentTimeout: Duration?
  /// How often and how long a request is tried again.
  package var retries = RetryBudget()

  /// Makes a configuration with the default times.
  package init(version: String, additionalAuthorities: String? = nil, proxies: ProxySettings) {
    self.version = version
    self.additionalAuthorities = additionalAuthorities
    self.proxies = proxies
  }
}

/// The one HTTP client of a run, shared by all clients of services.
///
/// HTTP/1.1, no decompression, no cookies. A redirect is followed only for reading and only to the
/// same scheme, host and port, unless the request is for public files that may lie elsewhere; then
/// over TLS to any host. Every answer has a size limit. Secrets go over TLS, or to this
/// machine. ``shutdown()`` must be called at the end.
package struct HTTPTransport: Sendable {
  /// Most bytes that are read of a service's own words about an error.
  private static let wordsLimit = 64 << 10

  private let userAgent: String
  private let configuration: TransportConfiguration
  private let direct: HTTPClient
  private let proxied: [Proxy: HTTPClient]

  /// Makes a transport; nothing is connected yet.
  ///
  /// - Throws: ``TransportSetupError`` when the file of authorities is not usable.
  package init(_ configuration: TransportConfiguration) throws {
    self.configuration = configuration
    userAgent = "hallmark/\(configuration.version)"
    var tls = TLSConfiguration.makeClientConfiguration()
    if let path = configuration.additionalAuthorities {
      let certificates: [NIOSSLCertificate]
      do {
        certificates = try NIOSSLCertificate.fromPEMFile(path)
      } catch {
        throw TransportSetupError(
          description: "cannot read the certificate authorities in `\(path)`")
      }
      guard !certificates.isEmpty else {
        throw TransportSetupError(description: "`\(path)` holds no certificate")
      }
      tls.additionalTrustRoots = [.certificates(certificates)]
    }
    var client = HTTPClient.Configuration(
      tlsConfiguration: tls, redirectConfiguration: .disallow,
      timeout: HTTPClient.Configuration.Timeout(
        connect: TimeAmount(configuration.connectTimeout),
        read: TimeAmount(configuration.readTimeout)),
      decompression: .disabled)
    client.httpVersion = .http1Only
    // Tries again are counted here, with a budget, and not hidden in the pool.
    client.connectionPool.retryConnectionEstablishment = false
    direct = HTTPClient(eventLoopGroupProvider: .singleton, configuration: client)
    var proxied: [Proxy: HTTPClient] = [:]
    for case let proxy? in [configuration.proxies.secure, configuration.proxies.plain]
    where proxied[proxy] == nil {
      client.proxy = .server(
        host: proxy.host, port: proxy.port,
        authorization: proxy.unsafelyRevealedCredentials.map { .basic(credentials: $0) })
      proxied[proxy] = HTTPClient(eventLoopGroupProvider: .singleton, configuration: client)
    }
    self.proxied = proxied
  }

  /// Closes all connections.
  package func shutdown() async {
    try? await direct.shutdown()
    for client in proxied.values { try? await client.shutdown() }
  }

  /// Sends a request and collects the answer.
  ///
  /// - Throws: ``TransportError``, `CancellationError`. Statuses that are errors are answers here.
  func send(_ request: TransportRequest) async throws -> TransportAnswer {
    var body: [UInt8] = []
    var request = request
    // Sending a file takes its time, however short the answer is.
    let isUpload = if case .file = request.body { true } else { false }
    if let limit = configuration.documentTimeout, !isUpload {
      request.timeout = min(request.timeout, limit)
    }
    let head = try await exchange(request, restart: { body = [] }) { [request] chunk in
      guard body.count + chunk.readableBytes <= request.answerLimit else {
        throw request.error(
          .tooLarge, "the answer is larger than \(request.answerLimit) bytes")
      }
      body.append(contentsOf: chunk.readableBytesView)
    }
    return TransportAnswer(head, body: body)
  }

  /// Sends a request and hands the chunks of a successful answer on; the body of any other answer
  /// is only used for the error.
  ///
  /// - Parameters:
  ///   - request: what to ask for.
  ///   - restart: called before each try.
  ///   - consume: called with each chunk.
  /// - Throws: ``TransportError``, `CancellationError`, and what `consume` throws.
  func download(
    _ request: TransportRequest, restart: () throws -> Void,
    consume: (ByteBuffer) throws -> Void
  ) async throws {
    var total = 0
    var failure: [UInt8] = []
    var isSuccess = false
    let head = try await exchange(
      request,
      restart: {
        total = 0
        failure = []
        try restart()
      },
      started: { isSuccess = (200..<300).contains($0) }
    ) { chunk in
      total += chunk.readableBytes
      // An error's own words may be longer than a small file.
      let limit = isSuccess ? request.answerLimit : max(request.answerLimit, Self.wordsLimit)
      guard total <= limit else {
        throw request.error(.tooLarge, "the answer is larger than \(limit) bytes")
      }
      if isSuccess {
        try consume(chunk)
      } else if failure.count < Self.wordsLimit {
        failure.append(contentsOf: chunk.readableBytesView.prefix(Self.wordsLimit))
      }
    }
    guard isSuccess else {
      // Of `Bearer X`, the X alone is the secret.
      let secrets = request.secretHeaders.compactMap { header in
        header.value.split(separator: " ").last.map { String($0) }
      }
      throw TransportAnswer(head, body: failure).error(of: request, withholding: secrets)
    }
  }

  // One exchange, with redirects and tries again.
  private func exchange(
    _ request: TransportRequest, restart: () throws -> Void,
    started: (Int) -> Void = { _ in }, consume: (ByteBuffer) throws -> Void
  ) async throws -> HTTPClientResponse {
    let clock = ContinuousClock()
    let start = clock.now
    let retries = request.retries ?? configuration.retries
    var pause = retries.firstPause
    var attempt = 1
    var redirects = 0
    var target = request
    while true {
      try restart()
      var wait = pause
      do {
        let response = try await once(target, started: started, consume: consume)
        if let next = try redirection(of: target, to: response) {
          redirects += 1
          guard redirects <= 5 else {
            throw target.error(.badAnswer, "the service redirected more than five times")
          }
          target = next
          continue
        }
        guard retries.statuses.contains(Int(response.status.code)),
          let wanted = retries.pause(
            atLeast: pause, retryAfter: response.headers.first(name: "Retry-After")),
          canRetry(request, retries, attempt: attempt, since: start, pause: wanted)
        else { return response }
        wait = wanted
      } catch let error as TransportError
        where error.reason == .unreachable || error.reason == .timeout
      {
        guard canRetry(request, retries, attempt: attempt, since: start, pause: pause) else {
          throw error
        }
      }
      attempt += 1
      // The random part keeps many clients of one service from coming back all at once; it only
      // adds, because a service may have named the least time.
      try await clock.sleep(for: wait * Double.random(in: 1...1.5))
      pause = pause * 2
    }
  }

  private func canRetry(
    _ request: TransportRequest, _ retries: RetryBudget, attempt: Int,
    since start: ContinuousClock.Instant, pause: Duration
  ) -> Bool {
    request.isIdempotent && attempt < retries.attempts
      && start.duration(to: .now) + pause < retries.total
  }

  private func redirection(
    of request: TransportRequest, to response: HTTPClientResponse
  ) throws(TransportError) -> TransportRequest? {
    guard [301, 302, 303, 307, 308].contains(response.status.code),
      let location = response.headers.first(name: "Location")
    else { return nil }
    guard request.method == .get else {
      throw request.error(.badAnswer, "the service redirects, and this request must not follow")
    }
    guard let url = try? request.url.resolving(location) else {
      throw request.error(.badAnswer, "the service redirects to what is no usable URL")
    }
    guard url.isSecure || !request.url.isSecure else {
      throw request.error(.badAnswer, "the service redirects to an unencrypted `http` address")
    }
    guard url.hasSameOrigin(as: request.url) || request.mayFollow(to: url) else {
      throw request.error(.badAnswer, "the service redirects to another host")
    }
    return request.redirected(to: url)
  }

  private func once(
    _ request: TransportRequest, started: (Int) -> Void, consume: (ByteBuffer) throws -> Void
  ) async throws -> HTTPClientResponse {
    let holdsSecret = request.carriesSecret || !request.secretHeaders.isEmpty
    guard !holdsSecret || request.url.isSecure || request.url.isLoopback else {
      throw request.error(.insecure, "a secret would travel over an unencrypted connection")
    }
    var message = HTTPClientRequest(url: request.url.description)
    message.method = HTTPMethod(rawValue: request.method.rawValue)
    message.headers.add(name: "User-Agent", value: userAgent)
    message.headers.add(name: "Accept-Encoding", value: "identity")
    for header in request.headers + request.secretHeaders {
      message.headers.add(name: header.name, value: header.value)
    }
    switch request.body {
    case .none: break
    case .bytes(let bytes): message.body = .bytes(ByteBuffer(bytes: bytes))
    case .file(let file): message.body = .stream(file, length: .known(file.length))
    }
    let proxy = request.bypassesProxies ? nil : configuration.proxies.proxy(for: request.url)
    let client = proxy.flatMap { proxied[$0] } ?? direct
    let end = ContinuousClock.now + request.timeout
    let response: HTTPClientResponse
    do {
      response = try await client.execute(
        message, deadline: .now() + TimeAmount(request.timeout))
      started(Int(response.status.code))
    } catch {
      throw TransportFailure.translated(error, of: request)
    }
    var chunks = response.body.makeAsyncIterator()
    while true {
      let chunk: ByteBuffer?
      do {
        chunk = try await chunks.next()
      } catch {
        throw TransportFailure.translated(error, of: request)
      }
      guard let chunk else { return response }
      guard ContinuousClock.now < end else {
        throw request.error(.timeout, "the answer took longer than \(request.timeout)")
      }
      try consume(chunk)
    }
  }
}

/// Why a transport cannot be made.
package struct TransportSetupError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence.
  package let description: String
}
