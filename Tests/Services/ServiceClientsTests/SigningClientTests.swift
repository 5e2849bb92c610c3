// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Identity
import Sigstore
import Testing
import TrustedPublishing

@testable import ServiceClients

@Suite("Clients of the signing services")
struct SigningClientTests {
  static let uuid = String(repeating: "0", count: 15) + "1" + String(repeating: "ab", count: 32)
  static let hash = String(repeating: "cd", count: 32)
  static let body = #"{"apiVersion":"0.0.1","kind":"dsse","spec":{}}"#

  static func answer(
    uuid: String = Self.uuid, body: String = Self.body, logID: String = Self.hash,
    logIndex: String = "42", time: String = "1690000000", proof: String? = nil
  ) -> String {
    let proof =
      proof
        ?? """
        {"checkpoint":"note","hashes":["\(Self.hash)"],"logIndex":7,"rootHash":"\(Self.hash)",\
        "treeSize":8}
        """
    return """
      {"\(uuid)":{"body":"\(Base64.encode(Array(body.utf8)))","integratedTime":\(time),\
      "logID":"\(logID)","logIndex":\(logIndex),"verification":{\
      "signedEntryTimestamp":"AQID","inclusionProof":\(proof)}}}
      """
  }

  static let identityToken = [
    #"{"alg":"RS256"}"#, #"{"iss":"https://issuer","sub":"me","aud":"sigstore","exp":1790000000}"#,
    "signature",
  ].map { Base64.encodeURL(Array($0.utf8)) }.joined(separator: ".")

  static let envelope = DSSEEnvelope(
    payloadType: DSSEEnvelope.inTotoPayloadType, payload: [1], signature: [2])

  @Test(arguments: [uuid, String(repeating: "ab", count: 32)])
  func convertsAnAnswer(_ uuid: String) throws {
    let answer = try RekorAnswer(parsing: Array(Self.answer(uuid: uuid).utf8))
    #expect(answer.uuid == uuid)
    let entry = answer.entry
    #expect(entry.logIndex == 42)
    #expect(entry.logID == [UInt8](repeating: 0xcd, count: 32))
    #expect(entry.kind == "dsse")
    #expect(entry.version == "0.0.1")
    #expect(entry.integratedTime == 1_690_000_000)
    #expect(entry.signedEntryTimestamp == [1, 2, 3])
    #expect(entry.canonicalizedBody == Array(Self.body.utf8))
    #expect(entry.inclusion?.logIndex == 7)
    #expect(entry.inclusion?.treeSize == 8)
    #expect(entry.inclusion?.rootHash.hexadecimal == Self.hash)
    #expect(entry.inclusion?.hashes.map(\.hexadecimal) == [Self.hash])
    #expect(entry.inclusion?.checkpoint == "note")
  }

  @Test(arguments: [
    "", "[]", "{}", "null",
    answer(uuid: "xyz"), answer(uuid: String(repeating: "A", count: 64)),
    answer(body: "not json"), answer(body: #"{"kind":"dsse"}"#),
    answer(logID: "cd"), answer(logID: String(repeating: "CD", count: 32)),
    answer(logIndex: "-1"), answer(logIndex: "1.5"), answer(logIndex: "\"42\""),
    answer(time: "0"), answer(time: "-5"), answer(proof: "null"), answer(proof: "{}"),
    answer(proof: #"{"hashes":["zz"],"logIndex":0,"rootHash":"00","treeSize":1,"checkpoint":""}"#),
    answer().dropLast() + ",\"\(uuid.replacing("1", with: "2"))\":{}}",
  ])
  func refusesAnswers(_ text: String) {
    #expect(throws: DocumentError.self) { try RekorAnswer(parsing: Array(text.utf8)) }
  }

  @Test func submits() async throws {
    try await LocalService.run { _, _ in
      .init(201, Self.answer())
    } test: { service in
      let client = RekorClient(url: service.url, transport: service.transport)
      let entry = try await client.submit(.envelope(Self.envelope), certificate: [9])
      #expect(entry.logIndex == 42)
      let call = try #require(service.calls.first)
      #expect(call.path == "/api/v1/log/entries")
      let root = try JSONNode(parsing: call.body)
      #expect(try root.required("kind").string() == "dsse")
      let proposed = try root.required("spec").required("proposedContent")
      let text = try proposed.required("envelope").string()
      #expect(try DSSEEnvelope(JSONNode(parsing: Array(text.utf8))) == Self.envelope)
      let verifier = try #require(try proposed.required("verifiers").array(limit: 1).first)
      let pem = String(decoding: try verifier.bytes(), as: UTF8.self)
      #expect(try PEM.decodeOne(pem, label: "CERTIFICATE") == [9])
    }
  }

  @Test func fetchesAnExistingEntry() async throws {
    try await LocalService.run { call, _ in
      call.method == "POST"
        ? .init(
          409, "{}", headers: ["Location": "https://evil.example/api/v1/log/entries/\(Self.uuid)"])
        : .init(200, Self.answer())
    } test: { service in
      let client = RekorClient(url: service.url, transport: service.transport)
      let result = try await client.submit(.envelope(Self.envelope), certificate: [9]).logIndex
      #expect(result == 42)
      // The other host of the answer is not asked.
      #expect(service.calls.map(\.path).last == "/api/v1/log/entries/\(Self.uuid)")
    }
  }

  @Test(arguments: ["/api/v1/log/entries/nothing", ""])
  func conflictWithoutAPlaceIsAnError(_ location: String) async throws {
    try await LocalService.run { _, _ in
      .init(409, headers: ["Location": location])
    } test: {
      service in
      let client = RekorClient(url: service.url, transport: service.transport)
      let error = await transportError {
        _ = try await client.submit(.envelope(Self.envelope), certificate: [])
      }
      #expect(error?.reason == .badAnswer)
      #expect(service.calls.count == 1)
    }
  }

  @Test func getsACertificate() async throws {
    let chain = [[1], [2], [3]].map { PEM.encode($0, label: "CERTIFICATE") }
    let json: JSONValue = [
      "signedCertificateEmbeddedSct": [
        "chain": ["certificates": .array(chain.map { .string($0) })]
      ]
    ]
    try await LocalService.run { _, _ in
      .init(200, json.compactText)
    } test: { service in
      let client = FulcioClient(url: service.url, transport: service.transport)
      let result = try await client.issueCertificate(for: "CSR", identityToken: "TOKEN")
      #expect(result == [[1], [2], [3]])
      let root = try JSONNode(parsing: try #require(service.calls.first).body)
      #expect(try root.required("certificateSigningRequest").bytes() == Array("CSR".utf8))
      #expect(
        try root.required("credentials").required("oidcIdentityToken").string() == "TOKEN")
    }
  }

  @Test(arguments: [
    "{}", #"{"signedCertificateDetachedSct":{"chain":{"certificates":[]}}}"#,
    #"{"signedCertificateEmbeddedSct":{"chain":{"certificates":[]}}}"#,
    #"{"signedCertificateEmbeddedSct":{"chain":{"certificates":["x","y"]}}}"#, "not json",
  ])
  func refusesChains(_ text: String) {
    #expect(throws: DocumentError.self) { try FulcioClient.chain(from: Array(text.utf8)) }
  }

  @Test func aRefusalShowsTheReasonAndNotTheToken() async throws {
    try await LocalService.run { _, _ in
      .init(400, #"{"code":3,"message":"the token has expired","details":[]}"#)
    } test: { service in
      let client = FulcioClient(url: service.url, transport: service.transport)
      let error = await transportError {
        _ = try await client.issueCertificate(for: "CSR", identityToken: "SECRET")
      }
      #expect(error?.reason == .status(400))
      #expect(error?.description.contains("the token has expired") == true)
      #expect(error.map { !"\($0)".contains("SECRET") } == true)
    }
  }

  @Test func asksForAnIdentityToken() async throws {
    try await LocalService.run { _, _ in
      .init(200, #"{"value":"\#(Self.identityToken)"}"#)
    } test: { service in
      let credential = try #require(
        AmbientCredential(
          requestURL: service.url.appending("token", query: "project=x").description,
          requestToken: "SECRET"))
      let client = AmbientTokenClient(credential: credential, transport: service.transport)
      let result = try await client.token(audience: "sigstore")
      #expect(result.unsafelyRevealedText == Self.identityToken)
      #expect(result.claims.subject == "me")
      let call = try #require(service.calls.first)
      #expect(call.path == "/token?project=x&audience=sigstore")
      #expect(call.authorization == "Bearer SECRET")
    }
  }

  @Test(arguments: [
    LocalService.Answer(401, "SECRET?"), .init(200, "{}"), .init(200, #"{"value":"a b"}"#),
    .init(200, "SECRET"), .init(401, "no such BEARER"), .init(500, #"{"message":"BEARER?"}"#),
  ])
  func identityTokenFailuresDoNotShowTheSecret(_ answer: LocalService.Answer) async throws {
    try await LocalService.run { _, _ in
      answer
    } test: { service in
      let credential = try #require(
        AmbientCredential(
          requestURL: service.url.appending("t").description, requestToken: "BEARER"))
      let client = AmbientTokenClient(credential: credential, transport: service.transport)
      let error = await transportError { _ = try await client.token(audience: "a") }
      #expect(error != nil)
      #expect(error.map { !"\($0)".contains("BEARER") } == true)
    }
  }
}
