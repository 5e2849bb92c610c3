// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import PyPIAttestations
import Sigstore
import Testing
import TrustSimulator

/// Documents around signatures: each refused for one member.
@Suite struct DocumentRefusalTests {
  private static let simulator = Result { try TrustSimulator() }

  private func signed() throws -> Bundle {
    try Self.simulator.get().sign(
      OneDefectTests.statement, artifact: OneDefectTests.artifact, form: .dsse)
  }

  @Test(arguments: ["", "sha256", "md5:00", "sha256:00", "sha256:zz", ":", "sha512:aa"])
  func digestsHaveTheirForm(text: String) {
    #expect(ArtifactDigest(text) == nil)
  }

  @Test(
    arguments: [
      ("https://slsa.dev/provenance/v0.1", .object([])),
      ("https://slsa.dev/provenance/v0.2", ["builder": ["id": 1], "buildType": "b"]),
      (
        "https://slsa.dev/provenance/v0.2",
        [
          "builder": ["id": "a"], "buildType": "b",
          "metadata": ["buildInvocationID": "1", "buildInvocationId": "1"],
        ]
      ),
      (
        "https://slsa.dev/provenance/v1",
        [
          "buildDefinition": ["buildType": "b"],
          "runDetails": [
            "builder": ["id": "a"], "metadata": ["invocationID": "1", "invocationId": "1"],
          ],
        ]
      ),
      (
        "https://slsa.dev/provenance/v1",
        [
          "buildDefinition": ["buildType": "b"],
          "runDetails": ["builder": ["id": "a", "version": ["x": 1]]],
        ]
      ),
      (
        "https://slsa.dev/provenance/v1",
        [
          "buildDefinition": ["buildType": "b"],
          "runDetails": [
            "builder": [
              "id": "a", "version": .object((0...64).map { ("\($0)", .string("x")) }),
            ]
          ],
        ]
      ),
    ] as [(String, JSONValue)])
  func provenanceIsStrict(type: String, predicate: JSONValue) throws {
    let payload = try Statement(
      subjects: [Subject(name: "a", sha256: OneDefectTests.artifact)], predicateType: type,
      predicate: predicate
    ).payload()
    #expect(throws: DocumentError.self) { try BuildProvenance(parsing: payload) }
  }

  @Test(
    arguments: [
      (["version"], 2), (["version"], nil), (["verification_material", "certificate"], nil),
      (["verification_material", "transparency_entries"], []),
      (["envelope", "signature"], "!"), (["envelope", "statement"], nil),
    ] as [([JSONStep], JSONValue?)])
  func attestationsAreStrict(path: [JSONStep], value: JSONValue?) throws {
    let bundle = try signed()
    let truth = try #require(PyPIAttestation(bundle)).json
    #expect(throws: Never.self) { try PyPIAttestation(parsing: Array(truth.compactText.utf8)) }
    let lie = Array(truth.editing(path) { _ in value }.compactText.utf8)
    #expect(throws: DocumentError.self) { try PyPIAttestation(parsing: lie) }
  }

  @Test func provenanceObjectsHaveAVersion() throws {
    let text: (String) -> [UInt8] = { Array(#"{\#($0)"attestation_bundles":[]}"#.utf8) }
    #expect(throws: Never.self) { try Provenance(parsing: text("")) }
    #expect(throws: Never.self) { try Provenance(parsing: text(#""version":1,"#)) }
    #expect(throws: DocumentError.self) { try Provenance(parsing: text(#""version":2,"#)) }
  }

  /// One subject, of this name and digest.
  @Test(
    arguments: [
      (["greeting-1.0.0.tar.gz"], 0, true), (["greeting-1.0.0.tar.gz"], 1, false),
      (["greeting-1.0.1.tar.gz"], 0, false), (["other"], 0, false), ([], 0, false),
      (["greeting-1.0.0.tar.gz", "greeting-1.0.0.tar.gz"], 0, false),
    ] as [([String], UInt8, Bool)])
  func attestationsAreAboutOneFile(names: [String], byte: UInt8, isAbout: Bool) {
    let digest = SHA256Hash(hashing: [0])
    let statement = Statement(
      subjects: names.map { Subject(name: $0, sha256: digest) },
      predicateType: PredicateType.publish, predicate: .null)
    #expect(
      PyPIAttestation.isAbout(
        statement, filename: "greeting-1.0.0.tar.gz", digest: SHA256Hash(hashing: [byte]))
        == isAbout)
    #expect(!PyPIAttestation.isAbout(statement, filename: "no name", digest: digest))
  }

  /// The annotations of a layer, each wrong alone.
  @Test(
    arguments: [
      (["dev.sigstore.cosign/certificate"], nil), (["dev.sigstore.cosign/certificate"], "x"),
      (["dev.sigstore.cosign/certificate"], 7), (["dev.sigstore.cosign/bundle"], nil),
      (["dev.sigstore.cosign/bundle"], "x"),
      (["dev.sigstore.cosign/bundle"], #"{"Payload":{"logID":"XX"}}"#),
      (["dev.sigstore.cosign/bundle"], #"{"Payload":{"logID":7}}"#),
    ] as [([JSONStep], JSONValue?)])
  func layersAreStrict(path: [JSONStep], value: JSONValue?) throws {
    let bundle = try signed()
    guard case .envelope(let envelope) = bundle.content, let der = bundle.certificate,
      let entry = bundle.logEntries.first, let promise = entry.signedEntryTimestamp
    else { throw EncodingError.truncated(offset: 0) }
    let layer = Array(
      JSONValue.object([
        ("payloadType", .string(envelope.payloadType)),
        ("payload", .string(Base64.encode(envelope.payload))),
        ("signatures", [["sig": .string(Base64.encode(envelope.signature))]]),
      ]).compactText.utf8)
    let entryText = JSONValue.object([
      ("SignedEntryTimestamp", .string(Base64.encode(promise))),
      (
        "Payload",
        [
          "body": .string(Base64.encode(entry.canonicalizedBody)),
          "integratedTime": .integer(entry.integratedTime ?? 0),
          "logIndex": .integer(Int64(entry.logIndex)),
          "logID": .string(Hexadecimal.encode(entry.logID)),
        ]
      ),
    ]).compactText
    let truth: JSONValue = [
      "dev.sigstore.cosign/certificate": .string(PEM.encode(der, label: "CERTIFICATE")),
      "dev.sigstore.cosign/bundle": .string(entryText),
    ]
    #expect(throws: Never.self) {
      try CosignAttestation.bundle(layer: layer, annotations: JSONNode(truth))
    }
    let lie = truth.editing(path) { _ in value }
    #expect(throws: DocumentError.self) {
      try CosignAttestation.bundle(layer: layer, annotations: JSONNode(lie))
    }
  }

  @Test(arguments: [
    "[]", #"[{"sig":"AAAA","cert":"x"}]"#, #"[{"sig":"AAAA"}]"#, #"[{"sig":"AAAA","cert":7}]"#,
  ])
  func bareEnvelopesCarryACertificate(signatures: String) {
    let text = #"{"payloadType":"a","payload":"AAAA","signatures":\#(signatures)}"#
    #expect(throws: DocumentError.self) { try LegacyEnvelope(parsing: Array(text.utf8)) }
  }

  @Test(arguments: ["AAAA", "!", ""])
  func registryKeysAreKeys(raw: String) {
    let text = #"""
      {"keys":[{"keyId":"a","keyUsage":"npm:attestations","publicKey":{"rawBytes":"\#(raw)",
      "keyDetails":"PKIX_ECDSA_P256_SHA_256","validFor":{"start":"2026-01-01T00:00:00Z"}}}]}
      """#
    #expect(throws: DocumentError.self) { try NpmRegistryKeys(parsing: Array(text.utf8)) }
  }

  /// One root per line, as long as the lines are documents of their own.
  @Test func rootsInLines() throws {
    let line = try Self.simulator.get().trustedRoot().json.compactText
    func count(_ text: String) throws -> Int {
      try TrustedRoot.list(parsing: Array(text.utf8)).count
    }
    #expect(try count(line) == 1)
    #expect(try count(line.replacing(",", with: ",\n")) == 1)
    #expect(try count("\(line)\n\n \(line)\r\n") == 2)
    #expect(try count(String(repeating: "\(line)\n", count: 16)) == 16)
    for text in [String(repeating: "\(line)\n", count: 17), "\(line)\n{}", "", "{\n}"] {
      #expect(throws: DocumentError.self) { try count(text) }
    }
  }

  @Test(
    arguments: [
      (["certificateAuthorities", 0, "validFor"], nil),
      (["certificateAuthorities", 0, "certChain", "certificates"], []),
      (["certificateAuthorities", 0, "certChain", "certificates", 0, "rawBytes"], "AAAA"),
      (["timestampAuthorities", 0, "certChain", "certificates"], []),
      (["timestampAuthorities", 0, "validFor", "start"], "x"),
    ] as [([JSONStep], JSONValue?)])
  func rootsAreStrict(path: [JSONStep], value: JSONValue?) throws {
    let truth = try Self.simulator.get().trustedRoot().json
    let lie = Array(truth.editing(path) { _ in value }.compactText.utf8)
    #expect(throws: DocumentError.self) { try TrustedRoot(parsing: lie) }
  }

  /// Who signs a file's digest signs no statement; keys and certificates are not confused.
  @Test func statementsAreInEnvelopes() async throws {
    let simulator = try Self.simulator.get()
    let verifier = Verifier(trusting: try simulator.trustedRoot())
    func sign(_ form: SigningForm, byKey: Bool = false) throws -> Bundle {
      try simulator.sign(
        OneDefectTests.statement, artifact: OneDefectTests.artifact, form: form, byKey: byKey)
    }
    func rule(_ result: VerifiedStatement.Result) -> VerificationRule? {
      #expect((result.verified == nil) == (result.report.primaryFailure != nil))
      return result.report.primaryFailure?.rule
    }
    let now = TrustSimulator.now
    #expect(rule(await verifier.verifyStatement(in: try sign(.dsse), now: now)) == nil)
    #expect(
      rule(await verifier.verifyStatement(in: try sign(.blob), now: now)) == .artifactBinding)
    #expect(
      rule(await verifier.verifyStatement(in: try sign(.dsse, byKey: true), now: now))
        == .wellFormed)
    let key = try simulator.publicKey()
    let always = ValidityPeriod(start: TrustSimulator.time, end: nil)
    for (bundle, validity, expected) in [
      (try sign(.dsse, byKey: true), always, nil),
      (
        try sign(.dsse, byKey: true),
        ValidityPeriod(start: TrustSimulator.time, end: TrustSimulator.time), .identity
      ), (try sign(.dsse), always, .wellFormed),
    ] as [(Bundle, ValidityPeriod, VerificationRule?)] {
      let result = await verifier.verifyStatement(
        in: bundle, signedBy: key, validity: validity, now: now)
      #expect(rule(result) == expected)
    }
  }

  /// Without a time nothing about the certificate can be said, good or bad.
  @Test func withoutATimeTheCertificateIsNotJudged() async throws {
    let simulator = try Self.simulator.get()
    let bundle = try simulator.sign(
      OneDefectTests.statement, artifact: OneDefectTests.artifact, form: .dsse,
      lie: .noEntryTimestamp)
    let report = await Verifier(trusting: try simulator.trustedRoot()).verify(
      bundle, artifact: OneDefectTests.artifact, now: TrustSimulator.now
    ).report
    for rule in [.certificateValidity, .certificateChain, .certificateTimestamp]
      as [VerificationRule]
    {
      #expect(report.checks.filter { $0.rule == rule }.map(\.outcome) == [.notReached])
    }
  }
}
