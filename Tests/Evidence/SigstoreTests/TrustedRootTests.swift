// SPDX-License-Identifier: Apache-2.0

import Encodings
import Sigstore
import Testing
import TrustSimulator

/// A trusted root that is not what it should be must not be used at all.
@Suite struct TrustedRootTests {
  private func root() throws -> JSONValue { try TrustSimulator().trustedRoot().json }

  private func parse(_ json: JSONValue) throws -> TrustedRoot {
    try TrustedRoot(parsing: Array(json.compactText.utf8))
  }

  @Test func roundTrip() throws {
    let json = try root()
    #expect(try parse(json).json == json)
  }

  @Test func builtInRootsAreReadable() throws {
    #expect(try !TrustedRoot.publicGood().certificateAuthorities.isEmpty)
    #expect(try !TrustedRoot.staging().certificateAuthorities.isEmpty)
  }

  @Test(
    arguments: [
      (["mediaType"], "application/vnd.dev.sigstore.trustedroot+json;version=0.9"),
      (["mediaType"], nil),
      (["tlogs", 0, "publicKey", "rawBytes"], ""),
      (["tlogs", 0, "publicKey", "rawBytes"], nil),
      (["tlogs", 0, "publicKey", "keyDetails"], nil),
      (["tlogs", 0, "logId"], nil),
      (["ctlogs", 0, "logId"], nil),
      (["certificateAuthorities", 0, "certChain"], nil),
      (["certificateAuthorities", 0, "certChain", "certificates"], []),
      (["certificateAuthorities", 0, "certChain", "certificates", 0, "rawBytes"], "AAAA"),
      (["timestampAuthorities", 0, "certChain", "certificates"], []),
      (["timestampAuthorities", 0, "certChain", "certificates", 0, "rawBytes"], "AAAA"),
    ] as [([JSONStep], JSONValue?)])
  func malformedRootsAreRefused(path: [JSONStep], value: JSONValue?) throws {
    let changed = try root().editing(path) { _ in value }
    #expect(throws: DocumentError.self) { try parse(changed) }
  }

  @Test(arguments: ["tlogs", "ctlogs"])
  func twoLogsOfOneNameAreRefused(list: String) throws {
    let changed = try root().editing([.key(list)]) { logs in
      guard case .array(let items) = logs else { return logs }
      return .array(items + [items[0]])
    }
    #expect(throws: DocumentError.self) { try parse(changed) }
  }

  @Test(arguments: ["certificateAuthorities", "timestampAuthorities"])
  func longChainsAreRefused(list: String) throws {
    let path: [JSONStep] = [.key(list), 0, "certChain", "certificates"]
    let changed = try root().editing(path) { certificates in
      .array(Array(repeating: certificates?.at([0]) ?? .null, count: 9))
    }
    #expect(throws: DocumentError.self) { try parse(changed) }
  }

  /// A lone leaf has nothing that vouches for it.
  @Test func timestampAuthoritiesHaveARoot() throws {
    let path: [JSONStep] = ["timestampAuthorities", 0, "certChain", "certificates"]
    let changed = try root().editing(path) { .array([$0?.at([0]) ?? .null]) }
    #expect(throws: DocumentError.self) { try parse(changed) }
  }

  /// The name of a key's kind is compared whole, and the key must be of that kind.
  @Test(
    arguments: [
      ("PKIX_ECDSA_P256_SHA_256", true), ("PKIX_ECDSA_P256_HMAC_SHA_256", false),
      ("PKIX_ECDSA_P384_SHA_384", false), ("PKIX_ECDSA_P384_SHA_256", false),
      ("PKIX_ED25519", false), ("PKIX_ED25519_PH", false), ("PKIX_RSA_PKCS1V5", false),
      ("PKIX_", false), ("PKIX_ECDSA_P256_SHA_256 ", false), ("pkix_ecdsa_p256_sha_256", false),
    ])
  func namesOfKindsAreExact(kind: String, isUsable: Bool) throws {
    let changed = try root()
      .editing(["tlogs", 0, "publicKey", "keyDetails"]) { _ in .string(kind) }
    #expect((try parse(changed).transparencyLogs[0].key != nil) == isUsable)
  }

  /// Keys of unknown kinds are passed over; entries of such a log do not verify.
  @Test(arguments: ["PKIX_FUTURE", "PKCS1_RSA_PKCS1V5", "OTHER"])
  func unusableKeysAreNoKeys(kind: String) throws {
    let changed = try root()
      .editing(["tlogs", 0, "publicKey", "keyDetails"]) { _ in .string(kind) }
      .editing(["tlogs", 0, "publicKey", "rawBytes"]) { _ in "AAAA" }
    #expect(try parse(changed).transparencyLogs[0].key == nil)
  }
}
