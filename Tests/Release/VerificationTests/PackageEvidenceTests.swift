// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Foundation
import Sigstore
import Testing
import TrustSimulator

@testable import Verification

/// npm's two attestations through the whole verifier: everything true but one thing.
@Suite struct PackageEvidenceTests {
  private static let simulator = Result { try TrustSimulator() }
  private static let publishType =
    "https://github.com/npm/attestation/tree/main/specs/publish/v0.1"
  private static let sha512 = ProvenanceCases.sha512

  /// How the registry's answer and its keys are bent.
  enum Change: CaseIterable, Sendable {
    case none, publishByWorkflow, publishTwice, provenanceTwice, noPublish, noProvenance
    case otherKeyName, otherUsage, keyOverBefore, keysUnreadable, noBuilder, otherBuilder
    case otherSource, otherName, otherVersion, noSHA512, noRoots, publishOfOther, untypedPublish
    case claimsMore, otherInputs, provenanceByKey, otherInstance

    var name: String {
      switch self {
      case .none: "pass"
      case .publishByWorkflow, .otherKeyName, .otherUsage, .keysUnreadable:
        "ErrorInvalidPublicKey"
      case .publishTwice, .provenanceTwice, .noPublish, .noProvenance, .provenanceByKey:
        "ErrorInvalidFormat"
      case .keyOverBefore: "ErrorInvalidCertificate"
      case .noBuilder: "ErrorInvalidBuilderID"
      case .otherBuilder: "ErrorNotSupported"
      case .otherSource: "ErrorMismatchSource"
      case .otherName: "ErrorMismatchPackageName"
      case .otherVersion: "ErrorMismatchPackageVersion"
      case .noSHA512: "ErrorInvalidHash"
      case .noRoots: "ErrorInternal"
      case .publishOfOther: "ErrorMismatchHash"
      case .untypedPublish: "ErrorInvalidDssePayload"
      case .claimsMore: "ErrorMismatchCertificate"
      case .otherInputs: "ErrorMismatchWorkflowInputs"
      case .otherInstance: "ErrorInvalidRekorEntry"
      }
    }

    /// The rule that must be in the report as failed.
    var rule: VerificationRule? {
      switch self {
      case .otherName, .otherVersion: .package
      case .otherSource: .source
      case .otherBuilder, .noBuilder: .builder
      case .claimsMore: .certificateAgreement
      case .keyOverBefore, .otherKeyName, .otherUsage, .publishByWorkflow: .identity
      case .otherInputs: .workflowInputs
      case .publishOfOther: .artifactBinding
      default: nil
      }
    }
  }

  private func attestation(_ type: String, _ bundle: Sigstore.Bundle) -> JSONValue {
    ["predicateType": .string(type), "bundle": bundle.json]
  }

  private func answer(_ change: Change) throws -> (attestations: [UInt8], keyID: String) {
    let simulator = try Self.simulator.get()
    let digest = try #require(ArtifactDigest(.sha512, hexadecimal: Self.sha512))
    let other = try #require(
      ArtifactDigest(.sha512, hexadecimal: String(repeating: "00", count: 64)))
    let path: [JSONStep] = ["predicate", "invocation", "environment", "GITHUB_ACTOR"]
    let document =
      change == .claimsMore ? ProvenanceCases.npm(editing: path, to: "x") : ProvenanceCases.npm()
    let statement = Statement(
      subjects: [Subject(name: "pkg:npm/%40acme/greeting@1.0.0", [digest])],
      predicateType: "https://slsa.dev/provenance/v0.2",
      predicate: document.at(["predicate"]) ?? .null)
    let publish = Statement(
      subjects: [Subject(name: "x", [change == .publishOfOther ? other : digest])],
      predicateType: change == .untypedPublish ? PredicateType.publish : Self.publishType,
      predicate: ["name": "@acme/greeting", "version": "1.0.0"])
    func byKey(_ statement: Statement) throws -> Sigstore.Bundle {
      try simulator.sign(
        statement, artifact: SHA256Hash(hashing: []), form: .dsse, byKey: true)
    }
    let first = attestation(
      statement.predicateType,
      change == .provenanceByKey
        ? try byKey(statement) : try simulator.sign(statement, as: .gitHub))
    let signed = try byKey(publish)
    guard case .publicKey(let keyID) = signed.material else {
      throw EncodingError.truncated(offset: 0)
    }
    let second = attestation(
      Self.publishType,
      change == .publishByWorkflow ? try simulator.sign(publish, as: .gitHub) : signed)
    let list: [JSONValue] =
      switch change {
      case .publishTwice: [first, second, second]
      case .provenanceTwice: [first, first, second]
      case .noPublish: [first]
      case .noProvenance: [second]
      default: [first, second]
      }
    return (Array(JSONValue.object([("attestations", .array(list))]).compactText.utf8), keyID)
  }

  private func keys(_ change: Change, _ keyID: String) throws -> String {
    var period = JSONObject([("start", .string(TrustSimulator.time.rfc3339))])
    if change == .keyOverBefore { period["end"] = .string(TrustSimulator.time.rfc3339) }
    let document: JSONValue = [
      "keys": [
        [
          "keyId": .string(change == .otherKeyName ? "SHA256:x" : keyID),
          "keyUsage": .string(change == .otherUsage ? "npm:signatures" : "npm:attestations"),
          "publicKey": [
            "rawBytes": .string(
              Base64.encode(try Self.simulator.get().publicKey().subjectPublicKeyInfo)),
            "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": .object(period),
          ],
        ]
      ]
    ]
    return change == .keysUnreadable ? "{" : document.compactText
  }

  @Test(arguments: Change.allCases)
  func oneDefectIsOneReason(change: Change) async throws {
    let (answer, keyID) = try answer(change)
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("hallmark-keys-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try keys(change, keyID).write(
      to: folder.appendingPathComponent("keys.json"), atomically: true, encoding: .utf8)
    let root =
      change == .otherInstance
      ? try TrustSimulator().trustedRoot() : try Self.simulator.get().trustedRoot()
    let builder: String? =
      switch change {
      case .noBuilder: nil
      case .otherBuilder: "https://github.com/acme/builder"
      default: TrustedBuilders.npmHosted
      }
    let digest = try #require(ArtifactDigest(.sha512, hexadecimal: Self.sha512))
    let sha256 = ArtifactDigest(SHA256Hash(hashing: []))
    let found = await ProvenanceVerifier(
      trusting: change == .noRoots ? [] : [root], keys: TrustFolder(path: folder.path),
      now: TrustSimulator.now
    ).verify(
      Artifact(filename: nil, digest: change == .noSHA512 ? sha256 : digest),
      evidence: try Evidence.parse(answer, place: "x"),
      ProvenanceExpectations(
        sourceURI: "github.com/acme/" + (change == .otherSource ? "greeter" : "greeting"),
        builderID: builder, workflowInputs: change == .otherInputs ? ["a": "b"] : [:]),
      package: NpmPackageExpectations(
        name: change == .otherName ? "@acme/greeter" : "@acme/greeting",
        version: change == .otherVersion ? "2.0.0" : "1.0.0"))
    #expect(found.decision.name == change.name)
    if let rule = change.rule {
      let failed = found.reports.flatMap(\.checks).filter { check in
        if case .failed = check.outcome { true } else { false }
      }
      #expect(failed.map(\.rule).contains(rule))
    }
  }

  /// Under a policy the registry's own attestation is looked at by the registry's key, if there is
  /// one; what it says is then about this file or fails.
  @Test(
    arguments: [
      (.none, nil), (.publishOfOther, .artifactBinding), (.otherKeyName, .identity),
      (.keyOverBefore, .identity),
    ] as [(Change, VerificationRule?)])
  func registriesAreNoPublishers(change: Change, failing: VerificationRule?) async throws {
    let (answer, keyID) = try answer(change)
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("hallmark-keys-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try keys(change, keyID).write(
      to: folder.appendingPathComponent("keys.json"), atomically: true, encoding: .utf8)
    let digest = try #require(ArtifactDigest(.sha512, hexadecimal: Self.sha512))
    let publish = try Evidence.parse(answer, place: "x").suffix(1)
    let found = await ArtifactVerifier(
      trusting: [try Self.simulator.get().trustedRoot()], expecting: nil,
      keys: TrustFolder(path: folder.path)
    ).verify(
      Artifact(filename: nil, digest: digest), evidence: Array(publish),
      now: TrustSimulator.now)
    let report = try #require(found.examined.first).report
    #expect(report.passed == (failing == nil))
    #expect(report.primaryFailure?.rule == failing)
    #expect((found.examined.first?.missing != nil) == (change == .otherKeyName))
  }
}
