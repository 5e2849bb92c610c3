// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import PyPIAttestations
import Sigstore
import Testing
import TrustSimulator

@testable import TrustedPublishing

@Suite("Discovery of token endpoints, PEP 807")
struct IndexDiscoveryTests {
  @Test func addresses() {
    #expect(IndexDiscovery.query(uploadPath: "/legacy/") == "discover=%2Flegacy%2F")
    #expect(
      IndexDiscovery.draftPath(uploadPath: "/legacy/")
        == "/.well-known/pytp/0cace9579789849db6e16d48df183951c8f17582200d84bc93c7678d6c8f78a7")
  }

  private func read(_ text: String) throws -> IndexDiscovery {
    try IndexDiscovery(parsing: Array(text.utf8))
  }

  @Test(arguments: [
    ("", [], false),
    (#","features":["single-use-token","multi-use-token"]"#, ["multi-use-token"], false),
    (
      #","features":["single-use-token","multi-use-token"],"default-features":["single-use-token"]"#,
      ["multi-use-token"], false
    ),
    (#","features":["single-use-token"],"default-features":["single-use-token"]"#, [], true),
    (#","default-features":["multi-use-token"]"#, [], false),
    (#","default-features":[]"#, [], false),
  ])
  func features(_ members: String, _ wanted: [String], _ isSingleUse: Bool) throws {
    for name in ["token-mint-endpoint", "mint-token-endpoint"] {
      let document = try read(
        #"{"audience-endpoint":"https://a/x","\#(name)":"https://a/y"\#(members)}"#)
      #expect(document.audienceEndpoint == "https://a/x")
      #expect(document.mintEndpoint == "https://a/y")
      #expect(document.wantedFeatures == wanted)
      #expect(document.mintsSingleUseTokens == isSingleUse)
    }
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"audience-endpoint":"a"}"#, #"{"token-mint-endpoint":"a"}"#,
    #"{"audience-endpoint":1,"token-mint-endpoint":"a"}"#,
    #"{"audience-endpoint":"a","token-mint-endpoint":["a"]}"#,
    #"{"audience-endpoint":"a","token-mint-endpoint":"b","features":"c"}"#,
    #"{"audience-endpoint":"a","token-mint-endpoint":"b","features":[1]}"#,
  ])
  func refusesWhatIsNoDocument(_ text: String) {
    #expect(throws: DocumentError.self) { try read(text) }
  }

  @Test func requestsFeatures() {
    #expect(
      TokenExchange.requestBody(token: "a", features: ["multi-use-token"])
        == Array(#"{"token":"a","features":["multi-use-token"]}"#.utf8))
  }

  @Test func refusalsAsProblemDocuments() {
    let text = #"{"type":"about:blank","title":"No publisher","detail":"no such workflow"}"#
    #expect(
      TokenExchange.refusal(from: Array(text.utf8))?.description == "No publisher: no such workflow"
    )
    #expect(
      TokenExchange.refusal(from: Array(#"{"title":"No publisher"}"#.utf8))?.description
        == "No publisher")
  }
}

@Suite("Served provenance beside uploaded attestations")
struct ServedProvenanceTests {
  private let attestations: [PyPIAttestation]

  init() throws {
    let simulator = try TrustSimulator()
    attestations = try ["a", "b", "c"].map { name in
      let statement = Statement(
        subjects: [Subject(name: name, sha256: SHA256Hash(hashing: [1]))],
        predicateType: PredicateType.publish, predicate: .null)
      return try #require(PyPIAttestation(try simulator.sign(statement)))
    }
  }

  private func served(_ items: [PyPIAttestation]...) -> Provenance {
    Provenance(
      items.map { Provenance.AttestationBundle(publisher: .google(email: "a@b"), attestations: $0) }
    )
  }

  @Test func compares() {
    let (a, b, c) = (attestations[0], attestations[1], attestations[2])
    #expect(ServedProvenance(served([a, b]), uploaded: [a, b]) == .same)
    #expect(ServedProvenance(served([b], [a]), uploaded: [a, b]) == .same)
    #expect(ServedProvenance(nil, uploaded: [a]) == .none)
    #expect(ServedProvenance(served(), uploaded: [a]) == .none)
    #expect(ServedProvenance(served([]), uploaded: [a]) == .none)
    #expect(ServedProvenance(nil, uploaded: []) == .none)
    #expect(
      ServedProvenance(served([a]), uploaded: [a, b]) == .other(missing: 1, additional: 0))
    #expect(
      ServedProvenance(served([a, b]), uploaded: [a]) == .other(missing: 0, additional: 1))
    #expect(
      ServedProvenance(served([c]), uploaded: [a, b]) == .other(missing: 2, additional: 1))
  }

  /// What an index writes again in its own order is the same.
  @Test func comparesWhatIsReadAgain() throws {
    let text = served(attestations).json.compactText
    let again = try Provenance(parsing: Array(text.utf8))
    #expect(ServedProvenance(again, uploaded: attestations.reversed()) == .same)
  }
}
