// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PythonPackaging
import Sigstore
import Synchronization
import TrustedPublishing

@testable import PackageIndex

/// An index in a temporary folder, with a clock that the test sets and an issuer whose tokens are
/// plain JSON.
final class TestIndex: Sendable {
  static let baseURL = "https://stack.example"
  static let subject = baseURL + "/workspace/greeting"
  static let start = Timestamp(unixSeconds: 1_800_000_000)

  let service: IndexService
  let client: any TestClientProtocol
  let folder: String
  private let clock: Clock

  final class Clock: Sendable {
    let time = Mutex(TestIndex.start)
  }

  private init(service: IndexService, client: any TestClientProtocol, folder: String, clock: Clock)
  {
    self.service = service
    self.client = client
    self.folder = folder
    self.clock = clock
  }

  /// Runs a test with a fresh index that has the project `greeting`.
  static func run(
    requireAttestations: Bool = false, limits: UploadLimits = UploadLimits(),
    trustedRoot: TrustedRoot? = nil, start: Timestamp = TestIndex.start, readOnly: Bool = false,
    _ test: @escaping @Sendable (TestIndex) async throws -> Void
  ) async throws {
    let folder = NSTemporaryDirectory() + "/index-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let clock = Clock()
    clock.time.withLock { $0 = start }
    let root = TrustedRoot(transparencyLogs: [], certificateAuthorities: [], certificateLogs: [])
    let service = try IndexService(
      dataFolder: folder, baseURL: baseURL, tokenVerifier: PlainTokens(),
      trustedRoot: trustedRoot ?? root,
      configuration: .init(requireAttestations: requireAttestations, limits: limits),
      now: { clock.time.withLock { $0 } })
    for _ in 0..<2 {
      try await service.registerPublisher(
        project: ProjectName("greeting"), issuer: baseURL, subject: subject)
    }
    let router = Router()
    if readOnly { service.addReadRoutes(to: router) } else { service.addAllRoutes(to: router) }
    let application = Application(router: router)
    try await application.test(.router) { client in
      try await test(
        TestIndex(service: service, client: client, folder: folder, clock: clock))
    }
  }

  func advance(seconds: Int64) {
    clock.time.withLock { $0 = $0.adding(seconds: seconds) }
  }

  func get(
    _ path: String, _ headers: HTTPFields = [:], method: HTTPRequest.Method = .get
  ) async throws -> Answer {
    try await client.execute(uri: path, method: method, headers: headers) { Answer($0) }
  }

  func post(_ path: String, _ headers: HTTPFields = [:], _ body: [UInt8]) async throws -> Answer {
    try await client.execute(
      uri: path, method: .post, headers: headers, body: ByteBuffer(bytes: body)
    ) { Answer($0) }
  }

  func mint(_ token: String) async throws -> Answer {
    try await post("/_/oidc/mint-token", [:], Array(#"{"token":"\#(token)"}"#.utf8))
  }

  /// A fresh upload token.
  func uploadToken(jti: String = UUID().uuidString) async throws -> String {
    let answer = try await mint(PlainTokens.token(jti: jti))
    return try JSONNode(parsing: answer.bytes).required("token").string()
  }

  func upload(
    _ form: TestForm, token: String? = nil, headers: HTTPFields = [:]
  ) async throws -> Answer {
    var headers = headers
    headers[.contentType] = "multipart/form-data; boundary=\(TestForm.boundary)"
    let secret = if let token { token } else { try await uploadToken() }
    headers[.authorization] = "Basic " + Base64.encode(Array("__token__:\(secret)".utf8))
    return try await post("/legacy/", headers, form.body)
  }

  /// All files below the index's folder, databases left out.
  var storedFiles: [String] {
    let paths = FileManager.default.subpaths(atPath: folder + "/index") ?? []
    return paths.filter { path in
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(
        atPath: "\(folder)/index/\(path)", isDirectory: &isFolder)
      return exists && !isFolder.boolValue && !path.contains("index.sqlite")
    }
  }
}

/// A response, read.
struct Answer: Sendable {
  let code: Int
  let reason: String
  let headers: HTTPFields
  let bytes: [UInt8]

  init(_ response: TestResponse) {
    code = response.status.code
    reason = response.head.status.reasonPhrase
    headers = response.headers
    bytes = Array(response.body.readableBytesView)
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  var json: JSONNode { get throws { try JSONNode(parsing: bytes) } }

  /// `message` of an error document.
  var message: String { (try? json.required("message").string()) ?? text }
}

/// Tokens of the form `HEADER.PAYLOAD.SIGNATURE` whose signature is the text `good` or not.
struct PlainTokens: IdentityTokenVerifier {
  static func token(
    issuer: String = TestIndex.baseURL, subject: String = TestIndex.subject,
    audience: String = "hallmark", jti: String, signature: String = "good"
  ) -> String {
    let claims: JSONValue = [
      "iss": .string(issuer), "sub": .string(subject), "aud": .string(audience),
      "jti": .string(jti),
    ]
    return [#"{"alg":"RS256"}"#, claims.compactText, signature]
      .map { Base64.encodeURL(Array($0.utf8)) }.joined(separator: ".")
  }

  func verify(
    _ token: String, audience: String, at now: Timestamp
  ) async throws -> IdentityClaims {
    let parts = token.split(separator: ".")
    guard parts.count == 3, parts[2] == Base64.encodeURL(Array("good".utf8)) else {
      throw IdentityTokenError("the signature is not valid")
    }
    let claims = try JSONNode(parsing: Base64.decodeURL(parts[1]))
    guard try claims.required("aud").string() == audience else {
      throw IdentityTokenError("the audience is another")
    }
    return IdentityClaims(
      issuer: try claims.required("iss").string(), subject: try claims.required("sub").string(),
      audience: audience, tokenIdentifier: try claims.required("jti").string(), issuedAt: now,
      expiresAt: now.adding(seconds: 600))
  }
}
