// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ServiceClients

@Suite("URLs of services")
struct ServiceURLTests {
  @Test(arguments: [
    ("https://example.org", "https://example.org/", 443),
    ("HTTPS://Example.ORG:443/a?b=c#d", "https://example.org/a?b=c", 443),
    ("http://127.0.0.1:8080/simple/", "http://127.0.0.1:8080/simple/", 8080),
    ("https://[::1]:8443?x", "https://[::1]:8443/?x", 8443),
  ])
  func reads(_ text: String, _ normal: String, _ port: Int) throws {
    let url = try ServiceURL(text)
    #expect(url.description == normal)
    #expect(url.port == port)
  }

  @Test(arguments: [
    "", "example.org", "ftp://example.org", "https://", "https:///path", "https://user@host/",
    "https://user:SECRET@host/", "https://host:0/", "https://host:65536/", "https://host:/",
    "https://host:8x/", "https://ho st/", "https://host/\u{e9}", "https://h%41st/", "https://[::1",
    "https://host/\r\nX: y",
  ])
  func refuses(_ text: String) {
    let error = #expect(throws: ServiceURLError.self) { try ServiceURL(text) }
    #expect(error?.description.contains("SECRET") == false)
  }

  @Test(arguments: [
    ("greeting-1.0.tar.gz", "https://h/simple/greeting/greeting-1.0.tar.gz"),
    ("../../files/a.whl#sha256=00", "https://h/files/a.whl"),
    ("/files/a.whl", "https://h/files/a.whl"),
    ("//other/a.whl", "https://other/a.whl"),
    ("https://other:1/a.whl", "https://other:1/a.whl"),
    ("../../../../a", "https://h/a"),
    ("./a/./b/..", "https://h/simple/greeting/a/"),
    ("?x=1", "https://h/simple/greeting/?x=1"),
    ("", "https://h/simple/greeting/"),
  ])
  func resolves(_ reference: String, _ expected: String) throws {
    let base = try ServiceURL("https://h/simple/greeting/")
    #expect(try base.resolving(reference).description == expected)
  }

  @Test(arguments: ["file:///etc/passwd", "javascript:1", "https://u:p@h/"])
  func refusesReference(_ reference: String) throws {
    let base = try ServiceURL("https://h/simple/greeting/")
    #expect(throws: ServiceURLError.self) { try base.resolving(reference) }
  }

  @Test(arguments: [
    ("https://localhost/", true), ("https://127.0.0.1/", true), ("https://127.1.2.3/", true),
    ("https://[::1]/", true), ("https://127.0.0.1.example.org/", false),
    ("https://localhost.example.org/", false), ("https://10.0.0.1/", false),
    ("https://127.evil.example.org/", false),
  ])
  func knowsThisMachine(_ text: String, _ isLoopback: Bool) throws {
    #expect(try ServiceURL(text).isLoopback == isLoopback)
  }

  @Test func appends() throws {
    #expect(try ServiceURL("https://h").appending("a/b").description == "https://h/a/b")
    #expect(try ServiceURL("https://h/x").appending("/a").description == "https://h/x/a")
    #expect(
      try ServiceURL("https://h/x?q").appending("a", query: "b=1").description
        == "https://h/x/a?b=1")
  }
}

@Suite("Proxies of the environment")
struct ProxySettingsTests {
  @Test(
    arguments: [
      ("https://example.org/", "proxy:3128"), ("https://localhost/", nil),
      ("https://a.internal/", nil), ("https://internal/", nil),
      ("https://notinternal/", "proxy:3128"),
      ("https://10.0.0.1:99/", nil), ("https://10.0.0.1/", "proxy:3128"),
      ("http://example.org/", nil),
    ] as [(String, String?)])
  func choosesByHost(_ url: String, _ expected: String?) throws {
    let settings = try ProxySettings(environment: [
      "HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "*.internal, 10.0.0.1:99",
      "HTTP_PROXY": "http://from-a-request-header:1",
    ])
    #expect(settings.proxy(for: try ServiceURL(url))?.description == expected)
  }

  @Test func passwordIsDecodedAndRedacted() throws {
    let settings = try ProxySettings(environment: ["https_proxy": "http://me:SEC%52ET@proxy"])
    let proxy = try #require(settings.secure)
    #expect(proxy.unsafelyRevealedCredentials == "bWU6U0VDUkVU")
    var dumped = ""
    dump(proxy, to: &dumped)
    for text in ["\(proxy)", String(reflecting: proxy), dumped] {
      #expect(!text.contains("SEC") && !text.contains("bWU6"))
    }
  }

  @Test(arguments: ["https://proxy:1", "socks5://proxy", "http://me:SECRET%@proxy", "http://"])
  func refusesWithoutTheValue(_ value: String) {
    let error = #expect(throws: ServiceURLError.self) {
      try ProxySettings(environment: ["HTTPS_PROXY": value])
    }
    #expect(error?.description.contains("SECRET") == false)
    #expect(error?.description.contains("HTTPS_PROXY") == true)
  }

  @Test func starMeansNoProxy() throws {
    let settings = try ProxySettings(environment: ["https_proxy": "proxy:1", "no_proxy": "*"])
    #expect(settings.proxy(for: try ServiceURL("https://example.org")) == nil)
  }
}
