// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Encodings
import NIOCore
import NIOHTTP1

/// A request to a service.
struct TransportRequest: Sendable {
  enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
  }

  /// The body of a request.
  enum Body: Sendable {
    case none
    case bytes([UInt8])
    /// A file, alone or within a form, read while it is sent.
    case file(FileBody)
  }

  /// What the request is for, to complete "could not …".
  let purpose: String
  let method: Method
  var url: ServiceURL
  var headers: [(name: String, value: String)] = []
  /// Headers that hold a secret, for the request's own origin: where a redirect leads elsewhere, it
  /// goes without them.
  var secretHeaders: [(name: String, value: String)] = []
  var body: Body = .none
  /// Most bytes of the answer's body.
  var answerLimit = 1 << 20
  /// Whether sending it twice does the same as sending it once.
  var isIdempotent: Bool
  /// Whether headers or body hold a secret, which then must not travel in the clear.
  var carriesSecret = false
  /// Whether a redirect may lead to other hosts: for public files, which are often kept elsewhere.
  var followsToOtherHosts = false
  /// Whether it is for this machine's own network only, and must not go through a proxy.
  var bypassesProxies = false
  /// Time for the whole exchange.
  var timeout: Duration = .seconds(60)
  /// How often it is tried again, if not as often as the transport's other requests.
  var retries: RetryBudget?

  static func get(_ url: ServiceURL, purpose: String, accept: String = "application/json") -> Self {
    TransportRequest(
      purpose: purpose, method: .get, url: url, headers: [("Accept", accept)], isIdempotent: true)
  }

  static func post(_ url: ServiceURL, purpose: String, json: JSONValue) -> Self {
    TransportRequest(
      purpose: purpose, method: .post, url: url,
      headers: [("Accept", "application/json"), ("Content-Type", "application/json")],
      body: .bytes(Array(json.compactText.utf8)), isIdempotent: false)
  }

  /// The same request for where a redirect leads to.
  func redirected(to target: ServiceURL) -> TransportRequest {
    var next = self
    next.url = target
    if !target.hasSameOrigin(as: url) { next.secretHeaders = [] }
    return next
  }

  func error(_ reason: TransportError.Reason, _ detail: String) -> TransportError {
    TransportError(reason, purpose: purpose, url: url, detail: detail)
  }

  /// Whether a redirect to another host is to be followed: over TLS, or within this machine.
  func mayFollow(to target: ServiceURL) -> Bool {
    followsToOtherHosts && !carriesSecret
      && (target.isSecure || (target.isLoopback && url.isLoopback))
  }
}

/// The answer of a service, with its whole body.
struct TransportAnswer: Sendable {
  let status: Int
  let location: String?
  let body: [UInt8]
  /// The value of `Link` (RFC 8288), by which lists are paged.
  var link: String?
  /// The value of `Retry-After` (RFC 9110 §10.2.3).
  var retryAfter: String?
  /// The value of `Date` (RFC 9110 §6.6.1).
  var date: String?
  /// Whether a quota is used up: status 429, or 403 with a header that says so, as GitHub does.
  var isRateLimited = false

  init(status: Int, location: String?, body: [UInt8]) {
    self.status = status
    self.location = location
    self.body = body
    isRateLimited = status == 429
  }

  init(_ head: HTTPClientResponse, body: [UInt8]) {
    self.init(
      status: Int(head.status.code), location: head.headers.first(name: "Location"), body: body)
    link = head.headers.first(name: "Link")
    retryAfter = head.headers.first(name: "Retry-After")
    date = head.headers.first(name: "Date")
    if status == 403 {
      isRateLimited =
        retryAfter != nil || head.headers.first(name: "X-RateLimit-Remaining") == "0"
    }
  }

  var isSuccess: Bool { (200..<300).contains(status) }

  /// The service's own words for its status: the JSON forms that indexes and Sigstore services
  /// use, problem documents (RFC 9457), or a plain text; `nil` when there are none.
  var message: String? {
    if let root = try? JSONNode(parsing: body, limits: JSONLimits(size: 1 << 20, depth: 16)) {
      let errors = (try? root.optional("errors")?.array(limit: 16)) ?? []
      let reasons = errors.compactMap { try? $0.required("description").string() }
      if !reasons.isEmpty { return ServiceText.line(reasons.joined(separator: "; ")) }
      if let title = try? root.required("title").string(),
        let detail = try? root.required("detail").string()
      {
        return ServiceText.line("\(title): \(detail)")
      }
      // PyPI: the reason proper follows the status in `code`; `message` begins with a stock phrase.
      if let code = try? root.required("code").string(), code.hasPrefix("\(status) ") {
        return ServiceText.line(String(code.dropFirst("\(status) ".count)))
      }
      for key in ["message", "detail", "title", "code"] {
        if let text = try? root.required(key).string(), !text.isEmpty {
          return ServiceText.line(text)
        }
      }
      return nil
    }
    guard let text = String(validating: body, as: UTF8.self), text.utf8.count <= 4096,
      !text.utf8.contains(UInt8(ascii: "<"))
    else { return nil }
    let line = ServiceText.line(text)
    return line.isEmpty ? nil : line
  }

  /// The status with the service's own words, and how long it wants to be left alone.
  var statusText: String {
    var text =
      message.map { "the service answered with status \(status): \($0)" }
      ?? "the service answered with status \(status)"
    if let retryAfter {
      text += " (it asks to wait: Retry-After \(ServiceText.line(String(retryAfter.prefix(40)))))"
    }
    return text
  }

  /// The error that an answer without success is.
  func error(of request: TransportRequest) -> TransportError {
    request.error(isRateLimited ? .rateLimited : .status(status), statusText)
  }
}
