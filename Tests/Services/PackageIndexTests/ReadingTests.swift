// SPDX-License-Identifier: Apache-2.0

import Encodings
import HTTPTypes
import PythonPackaging
import Testing

@testable import PackageIndex

@Suite struct ReadingTests {
  static let wheel = SampleDistribution.wheel()
  static let digest = SHA256Hash(hashing: wheel.bytes).hexadecimal
  static var path: String { "/files/\(digest.prefix(2))/\(digest)/\(wheel.filename)" }

  private static func published(
    _ test: @escaping @Sendable (TestIndex) async throws -> Void
  ) async throws {
    try await TestIndex.run { index in
      for distribution in [wheel, .sdist()] {
        #expect(try await index.upload(TestForm(distribution)).code == 200)
      }
      let newer = SampleDistribution.wheel(version: "1.10")
      #expect(try await index.upload(TestForm(newer, version: "1.10")).code == 200)
      try await test(index)
    }
  }

  @Test func listsAProjectAsJSON() async throws {
    try await Self.published { index in
      let answer = try await index.get(
        "/simple/greeting/", [.accept: "application/vnd.pypi.simple.v1+json, text/html;q=0.01"])
      #expect(answer.headers[.contentType] == SimpleIndex.jsonContentType)
      #expect(answer.headers[.vary] == "Accept")
      #expect(answer.headers[.cacheControl] == "no-cache")
      let page = try SimpleIndex.ProjectPage(parsingJSON: answer.bytes)
      #expect(page.versions == ["1.0", "1.10"])
      #expect(page.files.map(\.filename).last == "greeting-1.10-py3-none-any.whl")
      let file = try #require(page.file(named: Self.wheel.filename))
      #expect(file.url == "../.." + Self.path)
      #expect(file.size == Int64(Self.wheel.bytes.count))
      #expect(file.requiresPython == ">=3.9")
      #expect(file.uploadTime == TestIndex.start)
      let metadata = SampleDistribution.metadata(name: "greeting", version: "1.0")
      #expect(
        file.coreMetadata == .present(sha256: SHA256Hash(hashing: Array(metadata.utf8))))
      let root = try answer.json
      #expect(try root.required("meta").required("api-version").string() == "1.4")
      #expect(try root.required("project-status").required("status").string() == "active")
    }
  }

  @Test func listsAProjectAsHTML() async throws {
    try await Self.published { index in
      for accept in ["text/html", "image/png", "*/*", "application/vnd.pypi.simple.v1+html"] {
        let answer = try await index.get("/simple/greeting/", [.accept: accept])
        #expect(answer.code == 200)
        #expect(answer.headers[.contentType]?.contains("html") == true)
        #expect(answer.text.contains("href=\"../..\(Self.path)#sha256=\(Self.digest)\""))
        #expect(answer.text.contains("data-requires-python=\"&gt;=3.9\""))
      }
    }
  }

  @Test func listsAllProjects() async throws {
    try await Self.published { index in
      let json = try await index.get("/simple/", [.accept: SimpleIndex.jsonContentType])
      #expect(json.text.contains(#""projects":[{"name":"greeting"}]"#))
      #expect(try await index.get("/simple/").text.contains("<a href=\"greeting/\">greeting</a>"))
    }
  }

  @Test(arguments: [
    ("/simple", "/simple/"), ("/simple/greeting", "/simple/greeting/"),
    ("/simple/Greeting/", "/simple/greeting/"), ("/simple/a._-B/", "/simple/a-b/"),
    ("/project/Greeting/", "/project/greeting/"), ("/project/greeting", "/project/greeting/"),
    ("/simple/gr%65eting/", "/simple/greeting/"),
  ])
  func redirects(path: String, location: String) async throws {
    try await TestIndex.run { index in
      let answer = try await index.get(path)
      #expect(answer.code == 301)
      #expect(answer.headers[.location] == location)
    }
  }

  @Test(arguments: [
    "/simple/unknown/", "/simple/-/", "/simple/%00/", "/simple/%zz/", "/project/unknown/",
    "/files/aa/bb/c", "/files/../../index.sqlite", "/files/..%2f/x/index.sqlite",
  ])
  func doesNotFind(path: String) async throws {
    try await TestIndex.run { index in
      let answer = try await index.get(path)
      #expect(answer.code == 404)
    }
  }

  @Test func answersWithNothingNewWhenNothingIsNew() async throws {
    try await Self.published { index in
      let first = try await index.get("/simple/greeting/")
      let tag = try #require(first.headers[.eTag])
      let second = try await index.get("/simple/greeting/", [.ifNoneMatch: "\"x\", W/\(tag)"])
      #expect(second.code == 304)
      #expect(second.bytes.isEmpty)
      let newer = SampleDistribution.wheel(version: "3.0")
      _ = try await index.upload(TestForm(newer, version: "3.0"))
      #expect(try await index.get("/simple/greeting/", [.ifNoneMatch: tag]).code == 200)
    }
  }

  @Test func servesFileAndMetadata() async throws {
    try await Self.published { index in
      let file = try await index.get(Self.path)
      #expect(file.code == 200)
      #expect(file.bytes == Self.wheel.bytes)
      #expect(file.headers[.cacheControl] == "public, max-age=31536000, immutable")
      let head = try await index.get(Self.path, method: .head)
      #expect(head.code == 200)
      #expect(head.bytes.isEmpty)
      #expect(head.headers[.contentLength] == "\(Self.wheel.bytes.count)")
      let metadata = try await index.get(Self.path + ".metadata")
      #expect(metadata.text == SampleDistribution.metadata(name: "greeting", version: "1.0"))
      let wrong = Self.path.replacing(Self.digest, with: String(repeating: "0", count: 64))
      #expect(try await index.get(wrong).code == 404)
    }
  }

  static let ranges: [(String, ClosedRange<Int>?)] = [
    ("bytes=0-0", 0...0), ("bytes=10-19", 10...19), ("bytes=-5", 995...999),
    ("bytes=-5000", 0...999), ("bytes=990-", 990...999), ("bytes=990-5000", 990...999),
    ("bytes=5-4", nil), ("bytes=-", nil), ("bytes=a-b", nil), ("bytes=0-1,3-4", nil),
    ("lines=0-1", nil), ("bytes=+1-2", nil), ("bytes=0-99999999999999999999", nil),
  ]

  @Test(arguments: ranges)
  func readsRanges(text: String, range: ClosedRange<Int>?) {
    #expect(ByteRange(text, size: 1000) == range.map { .part($0) } ?? .whole)
  }

  @Test func servesRanges() async throws {
    try await Self.published { index in
      let size = Self.wheel.bytes.count
      let part = try await index.get(Self.path, [.range: "bytes=-22"])
      #expect(part.code == 206)
      #expect(part.bytes == Array(Self.wheel.bytes.suffix(22)))
      #expect(part.headers[.contentRange] == "bytes \(size - 22)-\(size - 1)/\(size)")
      let beyond = try await index.get(Self.path, [.range: "bytes=\(size)-"])
      #expect(beyond.code == 416)
      #expect(beyond.headers[.contentRange] == "bytes */\(size)")
      let other = try await index.get(Self.path, [.range: "bytes=0-1", .ifRange: "\"old\""])
      #expect(other.code == 200)
    }
  }

  @Test func hasNoProvenanceWithoutAttestations() async throws {
    try await Self.published { index in
      for filename in [Self.wheel.filename, "unknown-1.0.tar.gz"] {
        let path = "/integrity/greeting/1.0/\(filename)/provenance"
        let answer = try await index.get(path)
        #expect(answer.code == 404)
        #expect(answer.text == #"{"message":"No provenance available for \#(filename)"}"#)
        let other = try await index.get(path, [.accept: "text/html"])
        #expect(other.code == 406)
        #expect(other.text == #"{"message":"Request not acceptable"}"#)
      }
    }
  }

  @Test func showsPages() async throws {
    try await Self.published { index in
      let overview = try await index.get("/")
      #expect(overview.text.contains("<a href=\"project/greeting/\">greeting</a>"))
      #expect(overview.text.contains("Says &lt;hello&gt;"))
      let page = try await index.get("/project/greeting/")
      #expect(page.text.contains(Self.digest))
      #expect(page.text.contains(TestIndex.subject))
      #expect(page.text.contains("1.10"))
      #expect(!page.text.contains("<script"))
      #expect(page.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
    }
  }

  @Test func readsOnlyWhereItIsToldTo() async throws {
    try await TestIndex.run(readOnly: true) { index in
      #expect(try await index.get("/simple/").code == 200)
      #expect(try await index.post("/legacy/", [:], []).code == 404)
      #expect(try await index.mint("x").code == 404)
      let origin = try await index.get("/").text
      #expect(origin.contains("http://localhost/simple/"))
    }
  }

  static let negotiations: [(String?, String?)] = [
    (nil, "a/html"), ("", "a/html"), ("*/*", "a/html"), ("a/json", "a/json"),
    ("a/html;q=0.5, a/json", "a/json"), ("a/*;q=0.1, a/json;q=0.2", "a/json"),
    ("b/c", nil), ("a/json;q=0", nil), ("a/json;q=0, */*;q=0.1", "a/html"),
    ("A/JSON ; q=1.000", "a/json"), ("a/json;q=x", nil),
    ("a/html;q=0.001,a/json;q=0.0001", "a/html"),
  ]

  @Test(arguments: negotiations)
  func negotiates(accept: String?, type: String?) {
    #expect(ContentNegotiation.choose(from: ["a/html", "a/json"], accept: accept) == type)
  }
}
