// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging
import Testing

@Suite struct SimpleIndexTests {
  private let digest = SHA256Hash(hashing: [1])
  private var page: SimpleIndex.ProjectPage {
    SimpleIndex.ProjectPage(
      name: "greeting", versions: ["1.0.0"],
      files: [
        SimpleIndex.File(
          filename: "greeting-1.0.0-py3-none-any.whl", url: "/files/greeting.whl", sha256: digest,
          requiresPython: ">=3.9", size: 1_234,
          uploadTime: Timestamp(unixSeconds: 1_700_000_000, nanoseconds: 123_456_000),
          yanked: .yes(reason: "bad \"news\""), coreMetadata: .present(sha256: digest),
          provenance: "https://example.com/provenance"),
        SimpleIndex.File(filename: "greeting-1.0.0.tar.gz", url: "x", sha256: nil),
      ])
  }

  @Test func jsonPagesSurviveTheRoundTrip() throws {
    let text = page.json.compactText
    #expect(text.contains("\"api-version\":\"1.4\""))
    #expect(try SimpleIndex.ProjectPage(parsingJSON: Array(text.utf8)) == page)
    #expect(page.file(named: "greeting-1.0.0.tar.gz")?.url == "x")
  }

  @Test func htmlPagesAreEscaped() {
    let html = page.html
    #expect(html.contains("href=\"/files/greeting.whl#sha256=\(digest)\""))
    #expect(html.contains("data-requires-python=\"&gt;=3.9\""))
    #expect(html.contains("data-yanked=\"bad &quot;news&quot;\""))
    #expect(html.contains("data-core-metadata=\"sha256=\(digest)\""))
    #expect(html.contains("data-provenance=\"https://example.com/provenance\""))
    let list = SimpleIndex.ProjectList(names: ["a&b"])
    #expect(list.html.contains("<a href=\"a&amp;b/\">a&amp;b</a>"))
  }

  @Test func pagesOfOtherIndexesAreRead() throws {
    let text = """
      {"meta":{"api-version":"1.1","_last-serial":5},"name":"x","files":[
      {"filename":"x-1.tar.gz","url":"u","hashes":{"md5":"0"},"requires-python":null,
       "yanked":false,"data-dist-info-metadata":true,"gpg-sig":false}]}
      """
    let page = try SimpleIndex.ProjectPage(parsingJSON: Array(text.utf8))
    #expect(page.files[0].sha256 == nil)
    #expect(page.files[0].coreMetadata == .present(sha256: nil))
    #expect(page.files[0].yanked == .no)
  }

  @Test(arguments: [
    "[]", "{}", "{\"meta\":{\"api-version\":\"2.0\"},\"name\":\"x\",\"files\":[]}",
    "{\"meta\":{\"api-version\":\"1.0\"},\"name\":\"x\"}",
    "{\"meta\":{\"api-version\":\"1.0\"},\"name\":\"x\",\"files\":[{\"filename\":\"a\"}]}",
    """
    {"meta":{"api-version":"1.0"},"name":"x","files":[{"filename":"a","url":"u",\
    "hashes":{"sha256":"AB"}}]}
    """,
    """
    {"meta":{"api-version":"1.0"},"name":"x","files":[{"filename":"a","url":"u",\
    "hashes":{},"size":-1}]}
    """,
  ])
  func otherDocumentsAreRefused(text: String) {
    #expect(throws: DocumentError.self) {
      try SimpleIndex.ProjectPage(parsingJSON: Array(text.utf8))
    }
  }
}
