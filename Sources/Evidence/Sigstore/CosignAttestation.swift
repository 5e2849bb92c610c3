// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
package import Encodings

/// An attestation as cosign keeps it beside an image: the envelope is a layer, certificate and log
/// entry are the layer's annotations (cosign's `SIGNATURE_SPEC.md` and `ATTESTATION_SPEC`).
///
/// The log entry has a signed entry timestamp and no inclusion proof.
package enum CosignAttestation {
  /// The media type of such layers.
  package static let layerType = "application/vnd.dsse.envelope.v1+json"

  /// Reads a layer and its annotations as a bundle.
  ///
  /// - Parameters:
  ///   - layer: the layer's bytes, an envelope's JSON.
  ///   - annotations: the layer's descriptor's `annotations`.
  /// - Returns: a bundle that keeps the envelope's text.
  /// - Throws: `DocumentError`.
  package static func bundle(
    layer: [UInt8], annotations: JSONNode
  ) throws(DocumentError) -> Bundle {
    let certificate = try annotations.required("dev.sigstore.cosign/certificate")
    let der: [UInt8]
    do {
      der = try PEM.decodeOne(
        String(decoding: trimmed(try certificate.string().utf8), as: UTF8.self),
        label: "CERTIFICATE")
    } catch let error as EncodingError {
      throw certificate.error("\(error)")
    } catch {
      throw certificate.error("not a certificate in PEM")
    }
    let entry = try logEntry(try annotations.required("dev.sigstore.cosign/bundle"))
    return try Bundle(certificate: der, envelopeText: layer, logEntries: [entry])
  }

  /// `{SignedEntryTimestamp, Payload: {body, integratedTime, logIndex, logID}}`, as text.
  private static func logEntry(
    _ annotation: JSONNode
  ) throws(DocumentError) -> TransparencyLogEntry {
    let node = try JSONNode(parsing: Array(try annotation.string().utf8))
    let payload = try node.required("Payload")
    let logID = try payload.required("logID")
    guard let logIDBytes = try? Hexadecimal.decode(try logID.string()) else {
      throw logID.error("expected lower-case hexadecimal digits")
    }
    let body = try payload.required("body").bytes()
    let kind = try JSONNode(parsing: body)
    let time = try payload.required("integratedTime").unsigned64()
    return TransparencyLogEntry(
      logIndex: try payload.required("logIndex").unsigned64(), logID: logIDBytes,
      kind: try kind.required("kind").string(), version: try kind.required("apiVersion").string(),
      integratedTime: Int64(clamping: time),
      signedEntryTimestamp: try node.required("SignedEntryTimestamp").bytes(), inclusion: nil,
      canonicalizedBody: body)
  }

  private static func trimmed(_ text: String.UTF8View) -> [UInt8] {
    var bytes = Array(text)
    while let last = bytes.last, last == 0x0a || last == 0x0d || last == 0x20 { bytes.removeLast() }
    return bytes
  }
}
