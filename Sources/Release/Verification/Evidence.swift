// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import PyPIAttestations
package import Sigstore

/// One piece of evidence: a bundle, and where it is from.
package struct Evidence: Hashable, Sendable {
  /// The form in which it came.
  package enum Form: String, Hashable, Sendable {
    /// A Sigstore bundle.
    case bundle = "Sigstore bundle"
    /// A line of a JSON Lines file of bundles.
    case bundleLine = "Sigstore bundle line"
    /// A PEP 740 attestation.
    case attestation = "PEP 740 attestation"
    /// An attestation of a PEP 740 provenance object.
    case provenance = "PEP 740 provenance"
  }

  /// The form.
  package let form: Form
  /// Where it is, such as a path, with a line or position when the file holds several.
  package let place: String
  /// The bundle, in whichever form it came.
  package let bundle: Bundle
  /// The publisher that an index claims; never compared with anything.
  package let claimedPublisher: Publisher?

  /// PEP 740 evidence must be about one file, by name.
  package var isPEP740: Bool { form == .attestation || form == .provenance }

  /// Bytes of an evidence file.
  package static let sizeLimit = 16 << 20
  /// Lines of a JSON Lines file.
  package static let lineLimit = 4_096

  /// Reads evidence of any known form; the form is found out from the content.
  ///
  /// A provenance object without attestations gives an empty list, which is never a pass.
  ///
  /// - Parameters:
  ///   - bytes: the file's bytes.
  ///   - place: where they are from, for messages.
  /// - Returns: the pieces of evidence, in the order of the file.
  /// - Throws: `DocumentError`.
  package static func parse(_ bytes: [UInt8], place: String) throws(DocumentError) -> [Evidence] {
    let limits = JSONLimits(size: sizeLimit)
    let value: JSONValue
    do {
      value = try JSONReader.parse(bytes, limits: limits)
    } catch {
      // Several documents, one per line?
      if let lines = try lines(bytes, place: place) { return lines }
      throw DocumentError(path: "", problem: "\(error)")
    }
    return try parse(JSONNode(value), place: place)
  }

  private static func parse(
    _ node: JSONNode, place: String, form: Form = .bundle
  ) throws(DocumentError) -> [Evidence] {
    let object = try node.object()
    if object["mediaType"] != nil {
      return [
        Evidence(form: form, place: place, bundle: try Bundle(node), claimedPublisher: nil)
      ]
    }
    if object["attestation_bundles"] != nil {
      let provenance = try Provenance(node)
      var items: [Evidence] = []
      for (group, bundle) in provenance.attestationBundles.enumerated() {
        for (index, attestation) in bundle.attestations.enumerated() {
          items.append(
            Evidence(
              form: .provenance,
              place: "\(place) (attestation_bundles[\(group)].attestations[\(index)])",
              bundle: attestation.bundle, claimedPublisher: bundle.publisher))
        }
      }
      return items
    }
    if object["verification_material"] != nil {
      return [
        Evidence(
          form: .attestation, place: place, bundle: try PyPIAttestation(node).bundle,
          claimedPublisher: nil)
      ]
    }
    throw node.error(
      "neither a Sigstore bundle, nor a PEP 740 attestation or provenance object")
  }

  /// Reads JSON Lines; `nil` if the first line is not a document of its own.
  private static func lines(
    _ bytes: [UInt8], place: String
  ) throws(DocumentError) -> [Evidence]? {
    let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: true)
    guard lines.count > 1, lines.count <= lineLimit, let first = lines.first,
      (try? JSONReader.parse(Array(first))) != nil
    else { return nil }
    var items: [Evidence] = []
    for (number, line) in lines.enumerated() {
      let where_ = "\(place) (line \(number + 1))"
      do {
        items += try parse(JSONNode(parsing: Array(line)), place: where_, form: .bundleLine)
      } catch {
        throw DocumentError(path: "line \(number + 1)", problem: "\(error)")
      }
    }
    return items
  }
}
