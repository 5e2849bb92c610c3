// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import PythonPackaging
import SystemPackage
import Testing
import TrustedPublishing

@testable import ServiceClients

@Suite("Clients of an index")
struct IndexClientTests {
  static let content = "the file"
  static let digest = SHA256Hash(hashing: Array(content.utf8))
  static let filename = "greeting-1.0.0.tar.gz"

  static func page(sha256: String = digest.hexadecimal) -> String {
    """
    {"meta":{"api-version":"1.4"},"name":"greeting","versions":["1.0.0"],"files":[
     {"filename":"\(filename)","url":"../../files/\(filename)","hashes":{"sha256":"\(sha256)"},
      "provenance":"/integrity/greeting/1.0.0/\(filename)/provenance"}]}
    """
  }

  /// A folder that goes away.
  static func withFolder(_ body: (FilePath) async throws -> Void) async throws {
    let path = NSTemporaryDirectory() + "/clients-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(FilePath(path))
  }

  static func names(_ folder: FilePath) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted()
  }

  private func client(_ service: LocalService) -> IndexClient {
    IndexClient(simpleURL: service.url.appending("simple/"), transport: service.transport)
  }

  @Test func downloadsAndChecks() async throws {
    try await LocalService.run { call, _ in
      call.path.hasPrefix("/simple/") ? .init(200, Self.page()) : .init(200, Self.content)
    } test: { service in
      try await Self.withFolder { folder in
        let page = try #require(try await client(service).page(of: ProjectName("Greeting")))
        let file = try #require(page.page.file(named: Self.filename))
        let target = folder.appending(Self.filename)
        let result = try await client(service).download(file, of: page, to: target)
        #expect(result.sha256 == Self.digest)
        #expect(result.size == Int64(Self.content.utf8.count))
        #expect(try Self.names(folder) == [Self.filename])
        #expect(service.calls.map(\.path) == ["/simple/greeting/", "/files/\(Self.filename)"])
      }
    }
  }

  @Test(arguments: [
    LocalService.Answer(200, "other bytes"), .init(404, #"{"message":"gone"}"#),
    .init(200, String(repeating: "x", count: 100_000)),
    .init(302, headers: ["Location": "http://e/"]),
  ])
  func leavesNothingOfABadDownload(_ answer: LocalService.Answer) async throws {
    try await LocalService.run { call, _ in
      call.path.hasPrefix("/simple/") ? .init(200, Self.page()) : answer
    } test: { service in
      try await Self.withFolder { folder in
        let page = try #require(try await client(service).page(of: ProjectName("greeting")))
        let file = try #require(page.page.files.first)
        let error = await transportError {
          try await client(service).download(
            file, of: page, to: folder.appending("x"), limit: 50_000)
        }
        #expect(error != nil)
        #expect(try Self.names(folder).isEmpty)
      }
    }
  }

  @Test func triesADownloadAgainFromTheStart() async throws {
    try await LocalService.run { call, before in
      if call.path.hasPrefix("/simple/") { return .init(200, Self.page()) }
      return before < 2 ? .init(503, "half") : .init(200, Self.content)
    } test: { service in
      try await Self.withFolder { folder in
        let page = try #require(try await client(service).page(of: ProjectName("greeting")))
        let file = try #require(page.page.files.first)
        let target = folder.appending("x")
        try await client(service).download(file, of: page, to: target)
        #expect(try String(contentsOfFile: target.string, encoding: .utf8) == Self.content)
      }
    }
  }

  @Test func aFileOfAnotherDigestDiffers() async throws {
    try await LocalService.run { call, _ in
      call.path.hasPrefix("/simple/") ? .init(200, Self.page()) : .init(200, "other bytes")
    } test: { service in
      let index = client(service)
      let page = try #require(try await index.page(of: ProjectName("greeting")))
      let file = try #require(page.page.files.first)
      let url = try index.address(of: file, of: page)
      let error = await transportError {
        _ = try await index.digest(of: url, filename: file.filename, promised: file.sha256)
      }
      #expect(error?.reason == .differs)
      // Where nothing was promised, the digest is what was read.
      let (digest, size) = try await index.digest(
        of: url, filename: file.filename, promised: nil)
      #expect(digest == SHA256Hash(hashing: Array("other bytes".utf8)))
      #expect(size == 11)
    }
  }

  @Test func aFileHasALimit() async throws {
    try await LocalService.run { _, _ in
      .init(200, String(repeating: "x", count: 100_000))
    } test: { service in
      let error = await transportError {
        _ = try await client(service).digest(
          of: service.url.appending("x"), filename: "x", promised: nil, limit: 99_999)
      }
      #expect(error?.reason == .tooLarge)
    }
  }

  @Test(arguments: ["http://example.org/f", "//["])
  func aSecurePageDoesNotLeadToAnOpenFile(_ address: String) throws {
    let transport = try HTTPTransport(TransportConfiguration(version: "1", proxies: .none))
    let url = try ServiceURL("https://example.org/simple/greeting/")
    let file = SimpleIndex.File(filename: "f", url: address, sha256: nil, provenance: address)
    let page = IndexClient.Page(
      url: url, page: SimpleIndex.ProjectPage(name: "greeting", versions: [], files: [file]))
    let index = IndexClient(simpleURL: url, transport: transport)
    #expect(throws: TransportError.self) { try index.address(of: file, of: page) }
    #expect(throws: TransportError.self) { try index.provenanceAddress(of: file, of: page) }
    Task { await transport.shutdown() }
  }

  @Test func unknownProjectIsNoPage() async throws {
    try await LocalService.run { _, _ in
      .init(404, "{}")
    } test: { service in
      let result = try await client(service).page(of: ProjectName("greeting"))
      #expect(result == nil)
    }
  }

  @Test(arguments: ["", "<html>", "{}", #"{"meta":{"api-version":"2.0"},"name":"x","files":[]}"#])
  func refusesPages(_ text: String) async throws {
    try await LocalService.run { _, _ in
      .init(200, text)
    } test: { service in
      let error = await transportError {
        _ = try await client(service).page(of: ProjectName("greeting"))
      }
      #expect(error?.reason == .badAnswer)
    }
  }

  @Test func readsProvenance() async throws {
    try await LocalService.run { call, _ in
      call.path.hasPrefix("/simple/") ? .init(200, Self.page()) : .init(200, "provenance")
    } test: { service in
      let page = try #require(try await client(service).page(of: ProjectName("greeting")))
      let file = try #require(page.page.files.first)
      let bytes = try await client(service).provenance(of: file, of: page)
      #expect(bytes == Array("provenance".utf8))
      #expect(
        service.calls.last?.path == "/integrity/greeting/1.0.0/\(Self.filename)/provenance")
    }
  }

  @Test func uploads() async throws {
    try await LocalService.run { _, _ in
      .init(200)
    } test: { service in
      try await Self.withFolder { folder in
        let path = folder.appending(Self.filename)
        try Self.content.write(toFile: path.string, atomically: false, encoding: .utf8)
        try await upload(path, to: service)
        let call = try #require(service.calls.first)
        #expect(call.path == "/legacy/")
        #expect(
          call.authorization == "Basic " + Base64.encode(Array("__token__:hallmark-SECRET".utf8)))
        let boundary = try #require(call.contentType?.split(separator: "boundary=").last)
        let text = String(decoding: call.body, as: UTF8.self)
        #expect(text.hasPrefix("--\(boundary)\r\n"))
        #expect(text.hasSuffix("\r\n\(Self.content)\r\n--\(boundary)--\r\n"))
        #expect(text.contains("name=\":action\"\r\n\r\nfile_upload\r\n"))
        #expect(text.contains("name=\"content\"; filename=\"\(Self.filename)\"\r\n"))
      }
    }
  }

  @Test(arguments: [
    (400, #"{"message":"x","code":"400 File already exists ('f')"}"#, true),
    (400, #"{"message":"x","code":"400 Use another name"}"#, false),
    (400, #"{"message":"File already exists ('f', with blake2_256 hash '0')"}"#, true),
    (409, "", true), (403, #"{"title":"Forbidden","detail":"not your project"}"#, false),
  ])
  func showsTheIndexsOwnWords(_ status: Int, _ body: String, _ isConflict: Bool) async throws {
    try await LocalService.run { _, _ in
      .init(status, body)
    } test: { service in
      try await Self.withFolder { folder in
        let path = folder.appending(Self.filename)
        try Self.content.write(toFile: path.string, atomically: false, encoding: .utf8)
        let refusal = await #expect(throws: UploadRefusal.self) {
          try await upload(path, to: service)
        }
        #expect(refusal?.status == status)
        #expect(refusal?.isConflict == isConflict)
        #expect(refusal?.description.contains("SECRET") == false)
      }
    }
  }

  private func upload(_ path: FilePath, to service: LocalService) async throws {
    let metadata = "Metadata-Version: 2.4\nName: greeting\nVersion: 1.0.0\n"
    let upload = try DistributionUpload(
      filename: Self.filename, metadata: CoreMetadata(parsing: Array(metadata.utf8)),
      sha256: Self.digest, attestations: [["version": 1]])
    let token = try #require(UploadToken("hallmark-SECRET"))
    try await UploadClient(url: service.url.appending("legacy/"), transport: service.transport)
      .upload(upload, file: path, token: token)
  }

  @Test func mintsAndBurns() async throws {
    try await LocalService.run { call, _ in
      switch call.path {
      case "/_/oidc/audience": .init(200, #"{"audience":"hallmark"}"#)
      case "/_/oidc/mint-token":
        .init(200, #"{"success":true,"token":"hallmark-SECRET","expires":1}"#)
      default: .init(204)
      }
    } test: { service in
      let client = TrustedPublishingClient(
        uploadURL: service.url.appending("some/path/legacy/"), transport: service.transport)
      let result = try await client.audience()
      #expect(result == "hallmark")
      let minted = try await client.mint(identityToken: "a.b.c")
      try await client.burn(minted.token)
      #expect(
        service.calls.map(\.path) == [
          "/_/oidc/audience", "/_/oidc/mint-token", "/_/oidc/burn-token",
        ])
      #expect(service.calls.last?.body == Array(#"{"token":"hallmark-SECRET"}"#.utf8))
    }
  }

  @Test func aRefusedTokenIsNotShown() async throws {
    try await LocalService.run { _, _ in
      .init(
        422,
        #"{"message":"Token request failed","errors":[{"code":"invalid-token","description":"bad"}]}"#
      )
    } test: { service in
      let client = TrustedPublishingClient(uploadURL: service.url, transport: service.transport)
      let refusal = await #expect(throws: TrustedPublishingRefusal.self) {
        _ = try await client.mint(identityToken: "SECRET")
      }
      #expect(refusal?.refusal.reasons.first?.code == "invalid-token")
      #expect(refusal?.description.contains("SECRET") == false)
    }
  }
}
