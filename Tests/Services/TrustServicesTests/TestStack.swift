// SPDX-License-Identifier: Apache-2.0

import Attestations
import Crypto
import Encodings
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PythonPackaging
import Sigstore
import Storage
import SwiftASN1
import Synchronization
import TestSupport
import Testing
import X509

@testable import TrustServices

/// The services over a temporary data folder, with a clock that the test sets.
final class TestStack: Sendable {
  static let baseURL = "https://localhost:8443"
  static let start = Timestamp(unixSeconds: 1_800_000_000, nanoseconds: 250_000_000)

  let services: TrustServices
  let folder: DataFolder
  let client: any TestClientProtocol
  private let clock: Clock

  final class Clock: Sendable {
    let time = Mutex(TestStack.start)
  }

  private init(
    _ services: TrustServices, _ folder: DataFolder, _ client: any TestClientProtocol,
    _ clock: Clock
  ) {
    self.services = services
    self.folder = folder
    self.client = client
    self.clock = clock
  }

  /// Runs a test with the services of a fresh folder, or of a given one.
  static func run(
    in path: String? = nil, readOnly: Bool = false,
    _ test: @escaping @Sendable (TestStack) async throws -> Void
  ) async throws {
    let scratch = try Scratch()
    let folder = try DataFolder(opening: path ?? "\(scratch.path)/data")
    let clock = Clock()
    let services = try await TrustServices(
      in: folder, baseURL: baseURL, tlsAuthorityPEM: "PEM\n",
      now: { clock.time.withLock { $0 } })
    let router = Router()
    router.add(
      middleware: UnknownRouteMiddleware(readOnly ? .useInstead(baseURL) : .notFound))
    if readOnly { services.addReadRoutes(to: router) } else { services.addAllRoutes(to: router) }
    try await Application(router: router).test(.router) { client in
      try await test(TestStack(services, folder, client, clock))
    }
    withExtendedLifetime(scratch) {}
  }

  var now: Timestamp { clock.time.withLock { $0 } }

  func advance(seconds: Int64) {
    clock.time.withLock { $0 = $0.adding(seconds: seconds) }
  }

  var requestToken: String {
    get throws {
      String(decoding: try #require(try folder.read(RequestToken.file)), as: UTF8.self)
    }
  }

  func send(
    _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:], body: [UInt8] = []
  ) async throws -> Answer {
    try await client.execute(
      uri: path, method: method, headers: headers, body: ByteBuffer(bytes: body)
    ) { Answer($0) }
  }

  func post(_ path: String, _ value: JSONValue, token: String? = nil) async throws -> Answer {
    var headers: HTTPFields = [.contentType: "application/json"]
    if let token { headers[.authorization] = "Bearer \(token)" }
    return try await send(.post, path, headers: headers, body: Array(value.compactText.utf8))
  }

  /// A token of the issuer.
  func token(audience: String = "sigstore", sha: String? = nil) async throws -> String {
    try await services.issuer.token(
      audience: audience, project: .init("greeting"), sourceCommit: sha,
      sourceRef: sha == nil ? nil : "refs/heads/main")
  }

  /// Asks the authority for a certificate for a key; leaf first, in DER.
  func certificate(
    for key: Certificate.PrivateKey, token: String? = nil
  ) async throws -> [[UInt8]] {
    let secret: String
    if let token { secret = token } else { secret = try await self.token() }
    let answer = try await post(
      "/api/v2/signingCert",
      ["certificateSigningRequest": .string(try TestRequest.base64(key: key))], token: secret)
    #expect(answer.status == 200, "\(answer.text)")
    let list = try answer.json.required("signedCertificateEmbeddedSct").required("chain")
      .required("certificates").array(limit: 8)
    return try list.map { try PEM.decodeOne(try $0.string(), label: "CERTIFICATE") }
  }
}

/// What a service answered.
struct Answer: Sendable {
  let status: Int
  let headers: HTTPFields
  let bytes: [UInt8]

  init(_ response: TestResponse) {
    status = response.status.code
    headers = response.headers
    bytes = Array(buffer: response.body)
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }
  var json: JSONNode { get throws { try JSONNode(parsing: bytes) } }
  var message: String { get throws { try json.required("message").string() } }
}

/// Certificate signing requests as clients make them.
enum TestRequest {
  static func der(key: Certificate.PrivateKey) throws -> [UInt8] {
    let request = try CertificateSigningRequest(
      version: .v1, subject: DistinguishedName(), privateKey: key,
      attributes: CertificateSigningRequest.Attributes())
    var serializer = DER.Serializer()
    try serializer.serialize(request)
    return serializer.serializedBytes
  }

  static func base64(der: [UInt8]) -> String {
    Base64.encode(Array(PEM.encode(der, label: "CERTIFICATE REQUEST").utf8))
  }

  static func base64(key: Certificate.PrivateKey) throws -> String {
    base64(der: try der(key: key))
  }
}
