// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings
import Foundation
import TestSupport
import Testing
import TrustSimulator

/// Whether our reading of RFC 3161 is also `openssl ts`'s, in both directions.
@Suite(.enabled(if: OpenSSL.isPresent, "not run: no openssl on PATH"))
struct OpenSSLTimestampTests {
  static let message = Array("a signature's bytes".utf8)

  // MARK: a token of the simulator, verified by openssl

  /// With P-256 and with P-384; always with the certificate inside, because openssl looks for it
  /// nowhere else.
  @Test(arguments: [false, true])
  func acceptsTheSimulators(other: Bool) throws {
    let simulator = try TrustSimulator()
    let token = try simulator.timestamp(for: Self.message, byOther: other)
    let chain = try simulator.timestampAuthority(other: other)
    let outcome = try verify(token, chain, Self.message)
    #expect(outcome.status == 0, "\(outcome)")
  }

  /// What openssl refuses too, so that the lies are not only lies by our own reading.
  @Test(arguments: [
    Lie.stampOfOtherSignature, .stampForged, .stampMessageDigest,
    .stampRefused, .stampByUnknownAuthority, .stampNamesOtherCertificate, .stampTwoSigners,
    .stampNoSigner, .stampVersion, .stampContentOther, .stampNotDER,
  ])
  func refusesTheSimulatorsLies(lie: Lie) throws {
    let simulator = try TrustSimulator()
    let token = try simulator.timestamp(for: Self.message, lie: lie)
    let outcome = try verify(token, try simulator.timestampAuthority(), Self.message)
    #expect(outcome.status != 0, "\(outcome)")
  }

  private func verify(
    _ token: [UInt8], _ chain: [[UInt8]], _ message: [UInt8]
  ) throws -> Program.Outcome {
    let scratch = try Scratch()
    return try OpenSSL.run(
      [
        "ts", "-verify", "-in", try scratch.write("token.tsr", token),
        "-data", try scratch.write("message", message),
        "-untrusted",
        try scratch.write("leaf.pem", PEM.encode(chain[0], label: "CERTIFICATE")),
        "-CAfile", try scratch.write("root.pem", PEM.encode(chain[1], label: "CERTIFICATE")),
        "-attime", String(TrustSimulator.time.seconds + 60),
      ])
  }

  // MARK: a token of openssl, verified by us

  struct Authority: Sendable, CustomTestStringConvertible {
    let key: [String]
    let digest: String
    let ess: String
    var withCertificate = true

    var testDescription: String { "\(key.last ?? "") \(digest) \(ess) \(withCertificate)" }
  }

  static let p256 = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
  static let p384 = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"]
  static let rsa = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]

  @Test(arguments: [
    Authority(key: p256, digest: "sha256", ess: "sha256"),
    Authority(key: p256, digest: "sha384", ess: "sha256"),
    Authority(key: p384, digest: "sha256", ess: "sha256"),
    Authority(key: p384, digest: "sha384", ess: "sha384"),
    Authority(key: p256, digest: "sha256", ess: "sha1"),
    Authority(key: p256, digest: "sha512", ess: "sha512", withCertificate: false),
    Authority(key: rsa, digest: "sha256", ess: "sha256"),
    Authority(key: rsa, digest: "sha512", ess: "sha256", withCertificate: false),
  ])
  func acceptsOpenSSLs(authority: Authority) async throws {
    let made = try OpenSSL.token(authority, for: Self.message)
    let timestamp = try RFC3161Timestamp(parsing: made.token)
    let chain = try TimestampAuthorityChain(der: made.chain)
    try await chain.check(timestamp, message: Self.message)
    // The moment is that of the test, by openssl's own reading of the clock.
    #expect(abs(Double(timestamp.time.seconds) - Date().timeIntervalSince1970) < 300)

    await #expect(throws: CertificateError.self) {
      try await chain.check(timestamp, message: Self.message + [0])
    }
    let stranger = try TimestampAuthorityChain(
      der: try TrustSimulator().timestampAuthority())
    await #expect(throws: CertificateError.self) {
      try await stranger.check(timestamp, message: Self.message)
    }
  }

  @Test func refusesImprintsInSHA1() throws {
    let made = try OpenSSL.token(
      Authority(key: Self.p256, digest: "sha256", ess: "sha256"), for: Self.message,
      imprint: "sha1")
    #expect(throws: CertificateError.self) { try RFC3161Timestamp(parsing: made.token) }
  }

  /// No single bit of a genuine answer can be changed where it is signed or names the signer.
  @Test func refusesEveryChangedByte() async throws {
    let made = try OpenSSL.token(
      Authority(key: Self.p256, digest: "sha256", ess: "sha256", withCertificate: false),
      for: Self.message)
    let chain = try TimestampAuthorityChain(der: made.chain)
    let genuine = try RFC3161Timestamp(parsing: made.token)
    var harmless = 0
    for index in made.token.indices {
      var changed = made.token
      changed[index] ^= 1
      do {
        let timestamp = try RFC3161Timestamp(parsing: changed)
        try await chain.check(timestamp, message: Self.message)
        // What nobody signs: version numbers and the list of digest algorithms.
        #expect(timestamp.time == genuine.time)
        harmless += 1
      } catch {
        continue
      }
    }
    #expect(harmless < 40)
  }
}

/// The `openssl` program, and a timestamp authority made with it.
enum OpenSSL {
  static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/openssl" }.first { FileManager.default.isExecutableFile(atPath: $0) }

  static var isPresent: Bool { path != nil }

  static func run(_ arguments: [String], in folder: String? = nil) throws -> Program.Outcome {
    try Program(path: path ?? "openssl").run(arguments, in: folder)
  }

  struct Failure: Error {
    let outcome: Program.Outcome
  }

  /// Makes a root, a signing leaf and a token over a message; everything in DER.
  static func token(
    _ authority: OpenSSLTimestampTests.Authority, for message: [UInt8], imprint: String? = nil
  ) throws -> (token: [UInt8], chain: [[UInt8]]) {
    let scratch = try Scratch()
    func run(_ arguments: [String]) throws {
      let outcome = try self.run(arguments, in: scratch.path)
      guard outcome.status == 0 else { throw Failure(outcome: outcome) }
    }
    _ = try scratch.write("message", message)
    _ = try scratch.write("serial", "01\n")
    _ = try scratch.write(
      "leaf.cnf",
      "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n")
    _ = try scratch.write(
      "ts.cnf",
      """
      [tsa]
      default_tsa = it
      [it]
      serial = serial
      default_policy = 1.2.3.4.1
      digests = sha1, sha256, sha384, sha512
      ess_cert_id_alg = \(authority.ess)
      clock_precision_digits = 3
      accuracy = secs:1
      ordering = yes
      tsa_name = yes
      """)
    try run(["genpkey"] + authority.key + ["-out", "root.key"])
    try run(["genpkey"] + authority.key + ["-out", "leaf.key"])
    try run([
      "req", "-x509", "-new", "-key", "root.key", "-subj", "/CN=root", "-days", "30",
      "-addext", "keyUsage=critical,keyCertSign", "-out", "root.pem",
    ])
    try run(["req", "-new", "-key", "leaf.key", "-subj", "/CN=leaf", "-out", "leaf.csr"])
    try run([
      "x509", "-req", "-in", "leaf.csr", "-CA", "root.pem", "-CAkey", "root.key",
      "-set_serial", "0xf0e1d2c3b4a5968778695a4b3c2d1e0f", "-days", "20", "-extfile", "leaf.cnf",
      "-out", "leaf.pem",
    ])
    let wanted = authority.withCertificate ? ["-cert"] : []
    try run(
      ["ts", "-query", "-data", "message", "-\(imprint ?? authority.digest)"] + wanted
        + ["-out", "query.tsq"])
    try run([
      "ts", "-reply", "-config", "ts.cnf", "-queryfile", "query.tsq", "-signer", "leaf.pem",
      "-inkey", "leaf.key", "-\(authority.digest)", "-out", "token.tsr",
    ])
    func certificate(_ name: String) throws -> [UInt8] {
      let text = String(
        decoding: try TestData.read("\(scratch.path)/\(name)"), as: UTF8.self)
      return try PEM.decodeOne(text, label: "CERTIFICATE")
    }
    return (
      try TestData.read("\(scratch.path)/token.tsr"),
      [try certificate("leaf.pem"), try certificate("root.pem")]
    )
  }
}
