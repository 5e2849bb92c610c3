// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import PythonPackaging
import SystemPackage
import Testing
import TrustedPublishing

@testable import ServiceClients

@Suite("Clients of an index that is published to")
struct PublishingClientTests {
  private static func endpoints(_ audience: String, _ mint: String) -> LocalService.Answer {
    .init(200, #"{"audience-endpoint":"\#(audience)","token-mint-endpoint":"\#(mint)"}"#)
  }

  /// Asks for the audience by discovery; the paths that were asked.
  private func discover(
    _ answer: @escaping @Sendable (LocalService.Call) -> LocalService.Answer
  ) async throws -> (paths: [String], error: TransportError?) {
    let found = Found()
    try await LocalService.run(retries: RetryBudget()) { call, _ in
      answer(call)
    } test: { service in
      let error = await transportError {
        let client = try await TrustedPublishingClient.discovered(
          uploadURL: service.url.appending("a/legacy/"), transport: service.transport)
        _ = try await client.audience()
      }
      found.set(service.calls.map(\.path), error)
    }
    return found.value
  }

  private final class Found: @unchecked Sendable {
    private let lock = NSLock()
    private var stored: (paths: [String], error: TransportError?) = ([], nil)
    var value: (paths: [String], error: TransportError?) { lock.withLock { stored } }
    func set(_ paths: [String], _ error: TransportError?) {
      lock.withLock { stored = (paths, error) }
    }
  }

  private static let query = "/.well-known/pytp?discover=%2Fa%2Flegacy%2F"
  private static let draft = IndexDiscovery.draftPath(uploadPath: "/a/legacy/")
  private static let audience = LocalService.Answer(200, #"{"audience":"x"}"#)

  @Test(arguments: [404, 400, 401, 403, 405, 406])
  func fallsBackToPyPIsProtocol(_ status: Int) async throws {
    let (paths, error) = try await discover { call in
      call.path == "/_/oidc/audience" ? Self.audience : .init(status, "<html>")
    }
    #expect(error == nil)
    #expect(paths == [Self.query, Self.draft, "/_/oidc/audience"])
  }

  @Test func usesTheEndpointsOfTheDocument() async throws {
    for path in [Self.query, Self.draft] {
      let (paths, error) = try await discover { call in
        if call.path == "/own/audience" { return Self.audience }
        guard call.path == path else { return .init(404) }
        return Self.endpoints("http://\(call.host)/own/audience", "http://\(call.host)/own/mint")
      }
      #expect(error == nil)
      #expect(paths.last == "/own/audience")
    }
  }

  @Test(arguments: [
    "https://example.org/x", "http://example.org/x", "//example.org/x", "/x", "ftp://127.0.0.1/x",
    "http://127.0.0.1@example.org/x", "",
  ])
  func endpointsElsewhereAreRefused(_ address: String) async throws {
    for isMint in [false, true] {
      let (paths, error) = try await discover { call in
        let good = "http://\(call.host)/x"
        return Self.endpoints(isMint ? good : address, isMint ? address : good)
      }
      #expect(error?.reason == .badAnswer, "\(address)")
      #expect(paths == [Self.query])
    }
  }

  @Test(arguments: [429, 500])
  func aFailureIsNoAnswer(_ status: Int) async throws {
    let (paths, error) = try await discover { _ in .init(status) }
    #expect(error != nil)
    #expect(paths.allSatisfy { $0 == Self.query })
  }

  // Uploads.

  private func attempt(
    _ answer: LocalService.Answer, check: @escaping @Sendable (UploadClient.Outcome?) -> Void
  ) async throws {
    try await LocalService.run { _, _ in
      answer
    } test: { service in
      try await IndexClientTests.withFolder { folder in
        let path = folder.appending(IndexClientTests.filename)
        try IndexClientTests.content.write(toFile: path.string, atomically: false, encoding: .utf8)
        let metadata = "Metadata-Version: 2.4\nName: greeting\nVersion: 1.0.0\n"
        let upload = try DistributionUpload(
          filename: IndexClientTests.filename,
          metadata: CoreMetadata(parsing: Array(metadata.utf8)), sha256: IndexClientTests.digest,
          attestations: [])
        let token = try #require(UploadToken("hallmark-SECRET-of-more-than-32-characters"))
        let client = UploadClient(
          url: service.url.appending("legacy/"), transport: service.transport)
        check(try await client.attempt(upload, file: path, token: token))
        #expect(service.calls.count == 1, "an upload was sent twice")
      }
    }
  }

  @Test(arguments: [200, 201, 204])
  func stored(_ status: Int) async throws {
    try await attempt(.init(status)) { outcome in
      guard case .stored? = outcome else {
        Issue.record("\(String(describing: outcome))")
        return
      }
    }
  }

  @Test(arguments: [(429, "7", 7), (503, "2", 2), (500, "", nil), (502, "soon", nil)])
  func unclear(_ status: Int, _ header: String, _ seconds: Int?) async throws {
    try await attempt(.init(status, headers: ["Retry-After": header])) { outcome in
      guard case .unclear(_, let retryAfter)? = outcome else {
        Issue.record("\(String(describing: outcome))")
        return
      }
      #expect(retryAfter == seconds.map { .seconds($0) })
    }
  }

  @Test(arguments: [
    (400, "File already exists", true, false), (409, "", true, false),
    (400, "'x' has already been taken", true, false),
    (400, "Repository does not allow updating assets: x", true, false),
    (403, "Not enough permissions to overwrite artifact x", true, false),
    (400, "This filename was previously used by a file that has since been deleted.", true, false),
    (403, "The given token isn't allowed", false, true), (401, "", false, true),
    (400, "Invalid value for classifiers", false, false), (413, "too large", false, false),
  ])
  func refused(
    _ status: Int, _ text: String, _ isConflict: Bool, _ isAuthentication: Bool
  ) async throws {
    try await attempt(.init(status, #"{"message":"\#(text)"}"#)) { outcome in
      guard case .refused(let refusal)? = outcome else {
        Issue.record("\(String(describing: outcome))")
        return
      }
      #expect(refusal.isConflict == isConflict)
      #expect(refusal.isAuthenticationRefusal == isAuthentication)
    }
  }

  /// An index that says what it was sent is not quoted.
  @Test(arguments: [
    "no: hallmark-SECRET-of-more-than-32-characters", "no: eyJhbGciOiJSUzI1NiJ9.e30.e30",
  ])
  func doesNotRepeatSecrets(_ text: String) async throws {
    for status in [400, 403, 500] {
      try await attempt(.init(status, #"{"message":"\#(text)"}"#)) { outcome in
        #expect(!"\(String(describing: outcome))".contains("SECRET"))
        #expect(!"\(String(describing: outcome))".contains("eyJ"))
      }
    }
  }

  // Addresses.

  @Test func publicIndexes() throws {
    let index = try PublishingIndex(named: "pypi")
    #expect(index.uploadURL.description == "https://upload.pypi.org/legacy/")
    #expect(index.simpleURL.description == "https://pypi.org/simple/")
    #expect(index.audience == "pypi")
    let page = index.page(of: try ProjectName("A.b"), version: try Version("1.0"))
    #expect(page.description == "https://pypi.org/project/a-b/1.0/")
    let test = try PublishingIndex(named: "testpypi")
    #expect(test.uploadURL.description == "https://test.pypi.org/legacy/")
    #expect(test.audience == "testpypi")
    // The same by its address, so that it must ask for its own audience.
    #expect(try PublishingIndex(uploadURL: index.uploadURL) == index)
    #expect(throws: ServiceURLError.self) {
      try PublishingIndex(uploadURL: ServiceURL("https://upload.pypi.org/other/"))
    }
    #expect(throws: ServiceURLError.self) {
      try PublishingIndex(
        uploadURL: index.uploadURL, simpleURL: ServiceURL("https://example.org/simple/"))
    }
    #expect(throws: ServiceURLError.self) { try PublishingIndex(named: "other") }
  }

  @Test(
    arguments: [
      ("https://e.org/legacy/", "https://e.org/simple/"),
      ("https://e.org/legacy", "https://e.org/simple/"),
      ("http://127.0.0.1:1/a/b/legacy/", "http://127.0.0.1:1/a/b/simple/"), ("https://e.org/", nil),
      ("https://e.org/xlegacy/", nil), ("https://e.org/legacy/x", nil),
    ] as [(String, String?)])
  func addressOfTheSimpleAPI(_ upload: String, _ simple: String?) throws {
    let url = try ServiceURL(upload)
    #expect((try? PublishingIndex(uploadURL: url))?.simpleURL.description == simple)
    let other = try ServiceURL("https://other.example/simple/")
    #expect(try PublishingIndex(uploadURL: url, simpleURL: other).simpleURL == other)
  }

  @Test(
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
      ("Sat, 28 Nov 2026 00:00:00 GMT", 1_795_824_000),
      ("Sunday, 06-Nov-94 08:49:37 GMT", nil), ("Sun Nov  6 08:49:37 1994", nil), ("", nil),
      ("Sun, 31 Feb 2026 00:00:00 GMT", nil), ("Sun, 06 nov 1994 08:49:37 GMT", nil),
    ] as [(String, Int64?)])
  func dates(_ text: String, _ seconds: Int64?) {
    #expect(HTTPDate.timestamp(text)?.seconds == seconds)
  }
}
