// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings

/// One of the records has a valid signature by one of Cloud Build's keys.
///
/// slsa-verifier `verifiers/internal/gcb/provenance.go` (`VerifySignature`) and `keys/keys.go`: the
/// global keys sign the DSSE encoding, the regional keys the bare payload.
struct CloudBuildSignatureRule {
  /// What is signed, and the record that it is from.
  struct Outcome {
    let statement: CloudBuildStatement
    let record: CloudBuildProvenance.Record
  }

  private static let globalKeys = [
    "google-hosted-worker": ("global-pae-google-hosted-worker_1", CloudBuildStatement.Version.v1),
    "provenanceSigner": ("global-pae-provenanceSigner_1", .v01),
  ]
  private static let globalPrefix =
    "projects/verified-builder/locations/global/keyRings/attestor/cryptoKeys/"
  private static let globalSuffix = "/cryptoKeyVersions/1"
  private static let regionalPrefix = "projects/verified-builder/locations/"
  private static let regionalSuffix =
    "/keyRings/attestor/cryptoKeys/builtByGCB/cryptoKeyVersions/1"

  /// Where the keys are.
  let keys: TrustFolder

  /// Takes the first signature that is valid.
  ///
  /// - Throws: ``ProvenanceReason/noValidSignature``, ``ProvenanceReason/invalidDssePayload`` when
  ///   there is no record at all.
  func check(_ provenance: CloudBuildProvenance) throws(ProvenanceFailure) -> Outcome {
    guard !provenance.records.isEmpty else {
      throw ProvenanceReason.invalidDssePayload.failure("it has no provenance of any build")
    }
    var problem = "no key of Cloud Build signed it"
    for record in provenance.records {
      guard record.payloadType.utf8.elementsEqual(DSSEEnvelope.inTotoPayloadType.utf8),
        let payload = try? Base64.decode(record.payload), !payload.isEmpty
      else {
        problem = "the envelope does not hold an in-toto statement"
        continue
      }
      for signature in record.signatures {
        do throws(ProvenanceFailure) {
          guard let version = try version(signature, payload: payload) else { continue }
          let statement = try Self.statement(payload, version)
          return Outcome(statement: statement, record: record)
        } catch {
          problem = error.sentence
        }
      }
    }
    throw ProvenanceReason.noValidSignature.failure(problem)
  }

  /// The version of provenance that the key signs, if the signature is valid; `nil` for keys that
  /// are not Cloud Build's.
  private func version(
    _ signature: CloudBuildProvenance.Signature, payload: [UInt8]
  ) throws(ProvenanceFailure) -> CloudBuildStatement.Version? {
    let name: String
    let version: CloudBuildStatement.Version
    let message: [UInt8]
    if let key = Self.middle(of: signature.keyID, Self.globalPrefix, Self.globalSuffix),
      let global = Self.globalKeys[key]
    {
      (name, version) = global
      message = DSSEEnvelope.preAuthenticationEncoding(
        payloadType: DSSEEnvelope.inTotoPayloadType, payload: payload)
    } else if let region = Self.middle(
      of: signature.keyID, Self.regionalPrefix, Self.regionalSuffix)
    {
      (name, version) = (region, .v01)
      message = payload
    } else {
      return nil
    }
    let key = try keys.cloudBuildKey(name)
    guard let bytes = Self.decoded(signature.text) else {
      throw ProvenanceReason.invalidEncoding.failure("the signature is not in base64")
    }
    guard key.isValidSignature(bytes, for: message) else {
      throw ProvenanceReason.invalidSignature.failure("the signature is not by the key `\(name)`")
    }
    return version
  }

  private static func statement(
    _ payload: [UInt8], _ version: CloudBuildStatement.Version
  ) throws(ProvenanceFailure) -> CloudBuildStatement {
    do {
      return try CloudBuildStatement(parsing: payload, version: version)
    } catch {
      throw ProvenanceReason.invalidDssePayload.failure("\(error)")
    }
  }

  private static func middle(of text: String, _ prefix: String, _ suffix: String) -> String? {
    let bytes = Array(text.utf8)
    let ends = prefix.utf8.count + suffix.utf8.count
    guard bytes.count > ends, bytes.starts(with: prefix.utf8),
      bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    else { return nil }
    return bytes[prefix.utf8.count..<(bytes.count - suffix.utf8.count)].text
  }

  /// Cloud Build writes base64url with padding.
  static func decoded(_ text: String) -> [UInt8]? {
    let standard = text.utf8.map { byte -> UInt8 in
      switch byte {
      case UInt8(ascii: "-"): UInt8(ascii: "+")
      case UInt8(ascii: "_"): UInt8(ascii: "/")
      default: byte
      }
    }
    return try? Base64.decode(standard.text)
  }
}
