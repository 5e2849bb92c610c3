// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Policies
import PyPIAttestations
import Sigstore
import Testing
import TrustSimulator
import Verification

/// Every lie through every form in which evidence comes: a rule that holds on one path only has
/// been the commonest hole of verifiers (CVE-2026-22703).
@Suite struct EvidencePathTests {
  /// The forms of evidence that the program reads.
  enum Path: String, CaseIterable, Sendable {
    case bundle, line, attestation, provenance
  }

  static let name = "greeting-1.0.0-py3-none-any.whl"
  static let digest = SHA256Hash(hashing: Array("wheel".utf8))
  static let statement = Statement(
    subjects: [Subject(name: name, sha256: digest)], predicateType: PredicateType.publish,
    predicate: .object([]))
  static let otherStatement = Statement(
    subjects: [Subject(name: "other.whl", sha256: SHA256Hash(hashing: [1]))],
    predicateType: PredicateType.publish, predicate: .object([]))
  static let simulator = Result { try TrustSimulator() }
  static let policy = Policy(publishers: [
    PublisherPolicy(
      signer: .hallmark(issuer: TrustSimulator.issuer, subject: TrustSimulator.name))
  ])

  private func sign(_ form: SigningForm, lie: Lie? = nil) throws -> Bundle {
    try Self.simulator.get().sign(
      Self.statement, artifact: Self.digest, form: form, lie: lie)
  }

  /// The evidence's text on a path; `nil` where the form cannot carry the bundle.
  private func document(_ bundle: Bundle, _ path: Path) throws -> [UInt8]? {
    switch path {
    case .bundle: return Array(bundle.json.compactText.utf8)
    case .line:
      // Between genuine lines about another file.
      let other = try Self.simulator.get().sign(Self.otherStatement).json.compactText
      return Array("\(other)\n\(bundle.json.compactText)\n\(other)\n".utf8)
    case .attestation, .provenance:
      guard bundle.timestamps.isEmpty, let attestation = PyPIAttestation(bundle) else {
        return nil
      }
      guard path == .provenance else { return Array(attestation.json.compactText.utf8) }
      let publisher = Publisher.hallmark(
        issuer: TrustSimulator.issuer, subject: TrustSimulator.name)
      let provenance = Provenance([
        .init(publisher: publisher, attestations: [attestation])
      ])
      return Array(provenance.json.compactText.utf8)
    }
  }

  private func verdict(_ document: [UInt8], root: TrustedRoot) async throws -> ArtifactVerdict {
    let evidence = try Evidence.parse(document, place: "evidence")
    let verifier = ArtifactVerifier(trusting: root, policy: Self.policy)
    return await verifier.verify(
      .init(filename: Self.name, digest: Self.digest), evidence: evidence, unreadable: [],
      now: TrustSimulator.now)
  }

  @Test(arguments: Path.allCases, SigningForm.allCases)
  func truthIsAccepted(path: Path, form: SigningForm) async throws {
    guard let document = try document(try sign(form), path) else { return }
    let verdict = try await verdict(document, root: try Self.simulator.get().trustedRoot())
    #expect(verdict.exitStatus == .done, "\(verdict.outcome)")
  }

  @Test(arguments: Lie.allCases)
  func everyLieIsRefusedOnEveryPath(lie: Lie) async throws {
    for form in lie.forms {
      let bundle = try sign(form, lie: lie)
      let root = try Self.simulator.get().trustedRoot(lie: lie, signed: bundle)
      for path in Path.allCases {
        guard let document = try document(bundle, path) else { continue }
        let verdict = try await verdict(document, root: root)
        #expect(verdict.exitStatus == .rejected, "\(lie) in \(form) as \(path)")
        let told = verdict.examined.filter {
          path != .line || $0.evidence.place.hasSuffix("(line 2)")
        }
        #expect(!told.isEmpty)
        for item in told {
          #expect(item.verified == nil)
          #expect(
            item.report.primaryFailure?.rule == lie.rule,
            "\(lie) in \(form) as \(path): \(item.report.checks)")
        }
      }
    }
  }

  @Test(arguments: TextLie.allCases)
  func everyLieOfTheTextIsRefusedOnEveryPath(lie: TextLie) async throws {
    let bundle = try sign(lie.form)
    let text = lie.text(of: bundle)
    let other = Array(try Self.simulator.get().sign(Self.otherStatement).json.compactText.utf8)
    let newline: [UInt8] = [0x0a]
    let documents = [text] + (lie.fitsOnLine ? [other + newline + text + newline + other] : [])
    for document in documents {
      guard lie.rule != .wellFormed else {
        #expect(throws: DocumentError.self) { try Evidence.parse(document, place: "evidence") }
        continue
      }
      let verdict = try await verdict(document, root: try Self.simulator.get().trustedRoot())
      #expect(verdict.exitStatus == .rejected)
      #expect(verdict.examined.contains { $0.report.primaryFailure?.rule == lie.rule })
    }
  }
}
