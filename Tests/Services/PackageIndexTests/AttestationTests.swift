// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import HTTPTypes
import PyPIAttestations
import PythonPackaging
import Sigstore
import Testing
import TrustSimulator

@testable import PackageIndex

@Suite struct AttestationTests {
  static let wheel = SampleDistribution.wheel()
  static let slsa: JSONValue = ["buildDefinition": ["buildType": "urn:test"]]

  private static func attestation(
    _ simulator: TrustSimulator, predicateType: String = PredicateType.publish,
    predicate: JSONValue = .null, filename: String = wheel.filename, bytes: [UInt8] = wheel.bytes,
    moreSubjects: [Subject] = [], lie: Lie? = nil
  ) throws -> JSONValue {
    let subject = Subject(name: filename, sha256: SHA256Hash(hashing: bytes))
    let bundle = try simulator.sign(
      Statement(
        subjects: [subject] + moreSubjects, predicateType: predicateType, predicate: predicate),
      lie: lie)
    return try #require(PyPIAttestation(bundle)).json
  }

  private static func upload(
    subject: String = TestIndex.subject,
    _ attestations: @escaping @Sendable (TrustSimulator) throws -> [JSONValue],
    _ check: @escaping @Sendable (TestIndex, Answer) async throws -> Void
  ) async throws {
    let simulator = try TrustSimulator()
    try await TestIndex.run(
      requireAttestations: true, trustedRoot: try simulator.trustedRoot(),
      start: TrustSimulator.now
    ) { index in
      try await index.service.registerPublisher(
        project: ProjectName("greeting"), issuer: TestIndex.baseURL, subject: subject)
      let token = try await index.mint(PlainTokens.token(subject: subject, jti: "1"))
      let list = JSONValue.array(try attestations(simulator)).compactText
      let answer = try await index.upload(
        TestForm(wheel, attestations: list), token: try token.json.required("token").string())
      try await check(index, answer)
    }
  }

  @Test func servesTheProvenanceOfAnAttestedFile() async throws {
    try await Self.upload { simulator in
      [
        try Self.attestation(simulator),
        try Self.attestation(
          simulator, predicateType: PredicateType.slsaProvenance, predicate: Self.slsa),
      ]
    } _: { index, answer in
      #expect(answer.code == 200, "\(answer.text)")
      let path = "/integrity/greeting/1.0/\(Self.wheel.filename)/provenance"
      let json = try await index.get(
        path, [.accept: "application/vnd.pypi.integrity.v1+json, application/json;q=0.5"])
      #expect(json.headers[.contentType] == "application/vnd.pypi.integrity.v1+json")
      let provenance = try Provenance(parsing: json.bytes)
      let bundle = try #require(provenance.attestationBundles.first)
      #expect(
        bundle.publisher == .hallmark(issuer: TestIndex.baseURL, subject: TestIndex.subject))
      #expect(bundle.attestations.count == 2)

      let listing = try await index.get(
        "/simple/greeting/", [.accept: SimpleIndex.jsonContentType])
      let page = try SimpleIndex.ProjectPage(parsingJSON: listing.bytes)
      #expect(page.files.first?.provenance == TestIndex.baseURL + path)

      let project = try await index.get("/project/greeting/").text
      #expect(project.contains("attested"))
      #expect(project.contains("logIndex=1000003\">1000003</a>"))
      #expect(project.contains("signed 2026-01-01 00:00:05 UTC"))
      #expect(project.contains("SLSA provenance"))
      #expect(project.contains("--identity \(TestIndex.subject)"))
    }
  }

  @Test(arguments: [Lie.signatureByOtherKey, .untrustedAuthority, .unknownLog, .inclusionHash])
  func refusesLies(lie: Lie) async throws {
    try await Self.upload {
      [try Self.attestation($0, lie: lie)]
    } _: { index, answer in
      #expect(answer.code == 400)
      #expect(
        answer.message.hasPrefix(
          "Invalid attestations supplied during upload: Could not verify the uploaded artifact "
            + "using the included attestation: Verification failed: "))
      #expect(index.storedFiles.isEmpty)
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let make: @Sendable (TrustSimulator) throws -> [JSONValue]
    var testDescription: String { text }
  }

  static let refusals: [Case] = [
    Case(text: "Multiple attestations for the same file with the same predicate type") {
      [try attestation($0), try attestation($0)]
    },
    Case(text: "Attestation with unsupported predicate type: https://example.com/p") {
      [try attestation($0, predicateType: "https://example.com/p")]
    },
    Case(text: "the predicate of a publish attestation must be empty") {
      [try attestation($0, predicate: ["a": 1])]
    },
    Case(text: "Verification failed: the statement is not about this file") {
      [try attestation($0, bytes: [1])]
    },
    Case(text: "Verification failed: the statement is not about this file and nothing else") {
      [try attestation($0, filename: "greeting-2.0-py3-none-any.whl")]
    },
    Case(text: "Verification failed: the statement is not about this file and nothing else") {
      let other = Subject(name: "other", sha256: SHA256Hash(hashing: [1]))
      return [try attestation($0, moreSubjects: [other])]
    },
  ]

  @Test(arguments: refusals)
  func refuses(refusal: Case) async throws {
    try await Self.upload(refusal.make) { index, answer in
      #expect(answer.code == 400)
      #expect(answer.message.contains(refusal.text), "\(answer.message)")
      #expect(index.storedFiles.isEmpty)
    }
  }

  @Test func refusesTheAttestationOfAnotherPublisher() async throws {
    try await Self.upload(subject: TestIndex.baseURL + "/workspace/other") {
      [try Self.attestation($0)]
    } _: { index, answer in
      #expect(answer.code == 400)
      #expect(answer.message.contains("it was signed by a different identity"), "\(answer.message)")
      #expect(index.storedFiles.isEmpty)
    }
  }
}
