// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Policies
import Sigstore
import Testing
import TrustSimulator
import Verification

/// One case per advisory about another verifier: what was accepted there must be refused here.
///
/// `Documentation/advisories.md` is the same table for people.
@Suite struct AdvisoryTests {
  /// An advisory, and the lies of the corpus that are what it is about.
  struct Advisory: Sendable, CustomTestStringConvertible {
    let name: String
    var lies: [Lie] = []
    var texts: [TextLie] = []

    var testDescription: String { name }
  }

  static let advisories = [
    Advisory(
      name: "CVE-2022-23649", lies: [.bodyOfOtherSignature, .secondEntryOfOtherSignature]),
    Advisory(
      name: "CVE-2022-36056",
      lies: [
        .bodyOfOtherSignature, .bodyOfOtherCertificate, .bodyOfOtherPayload, .bodyOfOtherKind,
        .kindMisannounced, .bodyNotJSON, .bodyUnknownKind,
      ]),
    Advisory(name: "CVE-2023-46737", texts: [.tooManyEntries, .tooManyTimestamps]),
    Advisory(name: "CVE-2024-29902", texts: [.oversize, .bodyTooLarge]),
    Advisory(name: "CVE-2024-29903", texts: [.millionValues, .deepNesting]),
    Advisory(name: "CVE-2024-45395", texts: [.tooManyEntries, .tooManyHashes]),
    Advisory(name: "CVE-2023-47122", lies: [.unknownLog]),
    Advisory(name: "CVE-2024-51746", lies: [.unknownLog, .secondEntryUnknownLog]),
    Advisory(
      name: "CVE-2024-55655", lies: [.noEntryTimestamp, .timeBeforeLogKey, .timeAfterLogKey]),
    Advisory(name: "CVE-2024-54140", lies: [.checkpointForged, .checkpointUnsigned]),
    Advisory(
      name: "CVE-2024-53267", lies: [.bodyOfOtherPayload, .entryTimestampForged]),
    Advisory(name: "CVE-2025-52556", lies: [.stampForged, .stampMessageDigest]),
    Advisory(
      name: "CVE-2026-22703",
      lies: [.bodyOfOtherSignature, .bodyOfOtherCertificate, .bodyOfOtherPayload]),
    Advisory(name: "CVE-2026-24122", lies: [.intermediateExpired, .rootExpired]),
    Advisory(
      name: "CVE-2026-39395",
      lies: [.payloadNotStatement, .statementOfOtherType, .payloadTypeOther]),
    Advisory(
      name: "CVE-2026-39984",
      lies: [.stampByBagCertificate, .stampByUnknownAuthority, .stampNamesOtherCertificate]),
    Advisory(
      name: "timestamp-authority#1384",
      lies: [.stamperIsAuthority, .stamperTwoUsages, .stamperUsageNotCritical, .stamperExpired]),
    Advisory(name: "CVE-2026-44310", lies: [.notACertificate], texts: [.chainEmpty]),
    Advisory(name: "CVE-2026-49834", texts: [.duplicateEntry]),
    Advisory(name: "GHSA-fx35-mq7g-6g98", lies: [.keyInPlaceOfCertificate]),
    Advisory(name: "rubygems.org#6315", lies: [.statementOfOtherFile]),
    Advisory(name: "TOB-SIGSTORE-2", lies: [.noLogEntry]),
    Advisory(name: "TOB-SIGSTORE-3", lies: [.noEntryTimestamp]),
    Advisory(
      name: "TOB-SIGSTORE-4", lies: [.secondStampOutside, .secondStampOfSameAuthorityOutside]),
    Advisory(name: "TOB-SIGSTORE-7", lies: [.timeInFuture, .stampInFuture]),
    Advisory(
      name: "TOB-SIGSTORE-8", lies: [.stampTooLarge, .checkpointTooLarge],
      texts: [.oversize, .bodyTooLarge]),
    Advisory(name: "TOB-SIGSTORE-9", lies: [.bodyTwoSignatures], texts: [.twoSignatures]),
    Advisory(
      name: "TOB-SIGSTORE-11", lies: [.stamperOutsideWindow, .stamperOthersWindow]),
    Advisory(name: "sigstore-rust#154", lies: [.certificateTimestampOfDecoy]),
    Advisory(
      name: "sigstore-rust#116", lies: [.inclusionSizeHuge, .inclusionSizeZero],
      texts: [.treeSizeHuge]),
    Advisory(name: "sigstore-rust#119", lies: [.signatureByOtherKey]),
    Advisory(
      name: "sigstore-python#1088", texts: [.downgradeWithoutProof, .downgradeWithoutCheckpoint]),
  ]

  static let name = "greeting-1.0.0-py3-none-any.whl"
  static let digest = SHA256Hash(hashing: Array("wheel".utf8))
  static let simulator = Result { try TrustSimulator() }

  private func sign(
    _ form: SigningForm = .dsse, type: String = PredicateType.publish, byKey: Bool = false,
    lie: Lie? = nil
  ) throws -> Bundle {
    try Self.simulator.get().sign(
      Statement(
        subjects: [Subject(name: Self.name, sha256: Self.digest)], predicateType: type,
        predicate: .object([])), artifact: Self.digest, form: form, byKey: byKey, lie: lie)
  }

  private func policy(
    environment: String? = nil, ref: PublisherPolicy.Ref = .any, require: [String] = []
  ) -> Policy {
    Policy(publishers: [
      PublisherPolicy(
        signer: .hallmark(issuer: TrustSimulator.issuer, subject: TrustSimulator.name),
        environment: environment, ref: ref, requiredPredicates: require)
    ])
  }

  private func verdict(
    _ text: [UInt8], root: TrustedRoot? = nil, policy: Policy? = nil,
    now: Timestamp = TrustSimulator.now
  ) async throws -> ArtifactVerdict {
    let verifier = ArtifactVerifier(
      trusting: try root ?? Self.simulator.get().trustedRoot(),
      policy: policy ?? self.policy())
    return await verifier.verify(
      .init(filename: Self.name, digest: Self.digest),
      evidence: try Evidence.parse(text, place: "evidence"), unreadable: [], now: now)
  }

  private func text(_ bundle: Bundle) -> [UInt8] { Array(bundle.json.compactText.utf8) }

  private func rule(_ verdict: ArtifactVerdict) -> VerificationRule? {
    if case .rejected(let check, _) = verdict.outcome { check.rule } else { nil }
  }

  @Test(arguments: advisories)
  func isRefusedByItsRule(advisory: Advisory) async throws {
    #expect(!advisory.lies.isEmpty || !advisory.texts.isEmpty)
    for lie in advisory.lies {
      for form in lie.forms {
        let bundle = try sign(form, lie: lie)
        let root = try Self.simulator.get().trustedRoot(lie: lie, signed: bundle)
        let verdict = try await verdict(text(bundle), root: root)
        #expect(rule(verdict) == lie.rule, "\(lie) in \(form)")
      }
    }
    for lie in advisory.texts {
      let text = lie.text(of: try sign(lie.form))
      if lie.rule == .wellFormed {
        #expect(throws: DocumentError.self) { try Evidence.parse(text, place: "evidence") }
      } else {
        #expect(rule(try await verdict(text)) == lie.rule)
      }
    }
  }

  @Test("CVE-2022-35929, CVE-2026-39395: another predicate type")
  func otherPredicate() async throws {
    let bundle = try sign(type: "https://example.org/scan/v1")
    #expect(rule(try await verdict(text(bundle))) == .predicate)
    let wanted = policy(require: [PredicateType.slsaProvenance])
    #expect(rule(try await verdict(text(try sign()), policy: wanted)) == .predicate)
  }

  @Test("CVE-2024-45395: subjects and digests within limits")
  func statementLimits() throws {
    func statement(subjects: Int, digests: Int) -> [UInt8] {
      let digest = (0..<digests).map { #""a\#($0)":"00""# }.joined(separator: ",")
      let list = Array(repeating: #"{"digest":{\#(digest)}}"#, count: subjects)
      return Array(
        #"{"_type":"\#(Statement.typeV1)","predicateType":"a","subject":[\#(list.joined(separator: ","))]}"#
          .utf8)
    }
    #expect(try Statement(parsing: statement(subjects: 1_024, digests: 1)).subjects.count == 1_024)
    #expect(try Statement(parsing: statement(subjects: 1, digests: 32)).subjects.count == 1)
    #expect(throws: DocumentError.self) {
      try Statement(parsing: statement(subjects: 1_025, digests: 1))
    }
    #expect(throws: DocumentError.self) {
      try Statement(parsing: statement(subjects: 1, digests: 33))
    }
    #expect(throws: DocumentError.self) {
      try Statement(parsing: statement(subjects: 0, digests: 1))
    }
    #expect(throws: DocumentError.self) {
      try Statement(parsing: statement(subjects: 1, digests: 0))
    }
  }

  @Test("timestamp-authority#1384: certificates count as of the timestamp, not as of now")
  func timestampsOutliveCertificates() async throws {
    let later = TrustSimulator.now.adding(seconds: 20 * 365 * 86_400)
    let verdict = try await verdict(text(try sign(.dsseV2)), now: later)
    #expect(verdict.exitStatus == .done)
  }

  @Test("CVE-2026-48815: a criterion of the policy that the certificate does not meet")
  func certificateClaims() async throws {
    for (policy, broken) in [
      (policy(environment: "publish"), .identity), (policy(ref: .tag), .sourceRef),
      (policy(ref: .exactly("refs/heads/main")), .sourceRef),
    ] as [(Policy, VerificationRule)] {
      #expect(rule(try await verdict(text(try sign()), policy: policy)) == broken)
    }
  }

  @Test("GHSA-fx35-mq7g-6g98: a bundle by a bare key where an identity is expected")
  func bareKeyIsNoIdentity() async throws {
    for form in SigningForm.allCases {
      #expect(rule(try await verdict(text(try sign(form, byKey: true)))) == .wellFormed)
    }
  }

  @Test("sigstore-rust#114: no timestamp authority in the trusted root")
  func noTimestampAuthority() async throws {
    let root = try Self.simulator.get().trustedRoot().json
      .editing(["timestampAuthorities"]) { _ in nil }
    let trusted = try TrustedRoot(parsing: Array(root.compactText.utf8))
    #expect(rule(try await verdict(text(try sign(.dsseV2)), root: trusted)) == .timestamp)
  }

  @Test("sigstore-rust#122: a period that cannot be read is not an unlimited one")
  func malformedPeriods() throws {
    let root = try Self.simulator.get().trustedRoot().json
    let places: [[JSONStep]] = [
      ["tlogs", 0, "publicKey", "validFor"], ["ctlogs", 0, "publicKey", "validFor"],
      ["certificateAuthorities", 0, "validFor"], ["timestampAuthorities", 0, "validFor"],
    ]
    let periods: [JSONValue?] = [
      nil, [:], ["start": ""], ["start": "yesterday"],
      ["start": "2026-01-01T00:00:00Z", "end": "never"], ["end": "2026-01-01T00:00:00Z"],
    ]
    for place in places {
      for period in periods {
        let text = root.editing(place) { _ in period }.compactText
        #expect(throws: DocumentError.self) { try TrustedRoot(parsing: Array(text.utf8)) }
      }
    }
  }

  @Test("sigstore-rust#82: absent fields have protobuf's default")
  func absentFields() async throws {
    let material: [JSONStep] = ["verificationMaterial", "tlogEntries", 0]
    let json = try sign(.dsseV2).json.editing(material + ["integratedTime"]) { _ in nil }
      .editing(["dsseEnvelope", "signatures", 0, "keyid"]) { _ in nil }
    #expect(try await verdict(Array(json.compactText.utf8)).exitStatus == .done)
  }
}
