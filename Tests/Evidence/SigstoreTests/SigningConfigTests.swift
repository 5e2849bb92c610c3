// SPDX-License-Identifier: Apache-2.0

import Encodings
import Sigstore
import Testing
import TrustSimulator

/// Which services a signing configuration means, and which documents are none.
@Suite struct SigningConfigTests {
  private static let now = Timestamp(unixSeconds: 1_000_000)

  private static func service(
    _ name: String, version: UInt64 = 1, operator: String = "a", from: Int64 = 0, to: Int64? = nil
  ) -> SigningConfig.Service {
    SigningConfig.Service(
      url: "https://\(name).example", majorAPIVersion: version,
      validity: ValidityPeriod(
        start: Timestamp(unixSeconds: from), end: to.map { Timestamp(unixSeconds: $0) }),
      operator: `operator`)
  }

  private static func names(_ services: [SigningConfig.Service]) -> [String] {
    services.map { String($0.url.dropFirst("https://".count).prefix { $0 != "." }) }
  }

  private static func config(
    authorities: [SigningConfig.Service] = [service("ca")],
    logs: [SigningConfig.Service] = [service("log")], stampers: [SigningConfig.Service] = [],
    _ selector: SigningConfig.Selector = .any
  ) -> SigningConfig {
    SigningConfig(
      certificateAuthorities: authorities, identityIssuers: [], transparencyLogs: logs,
      timestampAuthorities: stampers, logSelector: selector, timestampSelector: selector)
  }

  struct Case: Sendable {
    let logs: [SigningConfig.Service]
    var selector = SigningConfig.Selector.any
    var preference = SigningConfig.LogPreference.highestVersion
    /// `nil` when nothing can be selected.
    let chosen: [String]?
  }

  private static let three = [
    service("a1"), service("a2", version: 2), service("b", operator: "b"),
    service("c", version: 2, operator: "c"),
  ]

  static let cases: [Case] = [
    Case(logs: three, chosen: ["a2"]),
    Case(logs: three, selector: .all, chosen: ["a2", "b", "c"]),
    Case(logs: three, selector: .exact(2), chosen: ["a2", "b"]),
    Case(logs: three, selector: .exact(3), chosen: ["a2", "b", "c"]),
    Case(logs: three, selector: .exact(4), chosen: nil),
    Case(logs: three, selector: .all, preference: .version1, chosen: ["a1", "b"]),
    Case(logs: [service("a", version: 2)], preference: .version1, chosen: nil),
    Case(logs: [], chosen: nil),
    Case(logs: [service("a", version: 3)], chosen: nil),
    Case(logs: [service("a", version: 3), service("b")], chosen: ["b"]),
    Case(logs: [service("a", to: 999_999)], chosen: nil),
    Case(logs: [service("a", to: 1_000_000)], chosen: ["a"]),
    Case(logs: [service("a", from: 1_000_001)], chosen: nil),
    Case(logs: [service("a", from: 1_000_000)], chosen: ["a"]),
    // The one that was put into use last; the highest version before that.
    Case(logs: [service("a", from: 1), service("b", from: 2)], chosen: ["b"]),
    Case(logs: [service("a", from: 2), service("b", from: 1)], chosen: ["a"]),
    Case(logs: [service("a", version: 2), service("b", from: 2)], chosen: ["a"]),
  ]

  @Test(arguments: cases.indices)
  func selection(index: Int) throws {
    let wanted = Self.cases[index]
    let config = Self.config(
      logs: wanted.logs,
      stampers: [Self.service("tsa"), Self.service("d", operator: "d")]
        + ["e", "f"].map { Self.service($0, operator: $0) }, wanted.selector)
    if let chosen = wanted.chosen {
      let selection = try config.select(at: Self.now, logs: wanted.preference)
      #expect(Self.names(selection.transparencyLogs) == chosen)
    } else {
      #expect(throws: ServiceSelectionError.self) {
        try config.select(at: Self.now, logs: wanted.preference)
      }
    }
  }

  @Test func oneAuthorityAndTheStampersAsAsked() throws {
    let config = SigningConfig(
      certificateAuthorities: [Self.service("old"), Self.service("ca", from: 5)],
      identityIssuers: [Self.service("people")], transparencyLogs: [Self.service("log")],
      timestampAuthorities: [Self.service("x"), Self.service("y", operator: "b")],
      timestampSelector: .all)
    let selection = try config.select(at: Self.now)
    #expect(Self.names([selection.certificateAuthority]) == ["ca"])
    #expect(selection.identityIssuer.map { Self.names([$0]) } == ["people"])
    #expect(Self.names(selection.timestampAuthorities) == ["x", "y"])
  }

  @Test(arguments: [
    config(authorities: []), config(authorities: [service("ca", version: 2)]),
    // A log without a time of its own, and nothing else that has one.
    config(logs: [service("log", version: 2)]),
    // Timestamp authorities that are named are not passed over.
    config(stampers: [service("tsa", to: 5)]),
  ])
  func unusableConfigurations(config: SigningConfig) {
    #expect(throws: ServiceSelectionError.self) { try config.select(at: Self.now) }
  }

  private static func text(_ log: String) -> String {
    """
    {"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","rekorTlogUrls":[{\
    "url":"https://log.example","majorApiVersion":1,"validFor":{"start":"2026-01-01T00:00:00Z"}}],\
    \(log)}
    """
  }

  @Test(arguments: [SigningConfig.Selector.any, .all, .exact(2)])
  func documentsAreReadAsTheyAreWritten(selector: SigningConfig.Selector) throws {
    let config = Self.config(logs: Self.three, stampers: [Self.service("tsa")], selector)
    #expect(try SigningConfig(parsing: Array(config.json.compactText.utf8)) == config)
    let both = ClientTrustConfig(
      trustedRoot: try TrustSimulator().trustedRoot(), signingConfig: config)
    #expect(try ClientTrustConfig(parsing: Array(both.json.compactText.utf8)) == both)
  }

  @Test(arguments: [
    #""tsaConfig":{"selector":"ANY"}"#, #""rekorTlogConfig":{}"#,
    #""rekorTlogConfig":{"selector":"SERVICE_SELECTOR_UNDEFINED"}"#,
    #""rekorTlogConfig":{"selector":"EXACT"}"#,
    #""rekorTlogConfig":{"selector":"EXACT","count":0}"#,
    #""rekorTlogConfig":{"selector":"EXACT","count":65}"#,
  ])
  func malformedSelectors(member: String) {
    #expect(throws: DocumentError.self) {
      try SigningConfig(parsing: Array(Self.text(member).utf8))
    }
  }

  @Test func selectorsOfNothingMayBeAbsent() throws {
    let config = try SigningConfig(
      parsing: Array(Self.text(#""rekorTlogConfig":{"selector":"ANY"}"#).utf8))
    #expect(config.timestampSelector == .any)
  }

  @Test(arguments: [
    "{}", #"{"mediaType":"application/json"}"#,
    #"{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","caUrls":[{}]}"#,
  ])
  func malformedConfigurations(text: String) {
    #expect(throws: DocumentError.self) { try SigningConfig(parsing: Array(text.utf8)) }
  }

  @Test func aTrustConfigurationHasItsOwnMediaType() throws {
    let both = ClientTrustConfig(
      trustedRoot: try TrustSimulator().trustedRoot(), signingConfig: Self.config())
    let text = both.json.compactText.replacing("clienttrustconfig", with: "other")
    #expect(throws: DocumentError.self) { try ClientTrustConfig(parsing: Array(text.utf8)) }
  }
}
