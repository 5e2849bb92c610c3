// SPDX-License-Identifier: Apache-2.0

import Attestations
package import Encodings
import PyPIAttestations
import Sigstore

extension Evidence {
  /// Bytes of an evidence file.
  package static let sizeLimit = 16 << 20
  /// Lines of a JSON Lines file.
  package static let lineLimit = 4_096

  /// Reads evidence of any known form; the form is found out from the content.
  ///
  /// A document without attestations gives an empty list, which is never a pass.
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
    return try parse(JSONNode(value), text: bytes, place: place)
  }

  private static func parse(
    _ node: JSONNode, text: [UInt8], place: String, isLine: Bool = false
  ) throws(DocumentError) -> [Evidence] {
    let object = try node.object()
    func one(_ form: Form, _ content: Content) -> [Evidence] {
      [Evidence(form: form, place: place, content: content, isLine: isLine)]
    }
    if object["mediaType"] != nil {
      return one(isLine ? .bundleLine : .bundle, .bundle(try Bundle(node)))
    }
    if object["attestation_bundles"] != nil { return try provenance(node, place: place) }
    if object["verification_material"] != nil {
      return one(.attestation, .bundle(try PyPIAttestation(node).bundle))
    }
    if let list = try node.optional("attestations") {
      return try answers(node, list.array(limit: 256), place: place)
    }
    if object["payloadType"] != nil { return try envelope(node, text: text, place, isLine) }
    if object["image_summary"] != nil || object["provenance_summary"] != nil {
      return one(.cloudBuild, .cloudBuild(try CloudBuildProvenance(parsing: text)))
    }
    throw node.error(
      "no form of evidence that is known: Sigstore bundle, PEP 740, npm, GitHub, DSSE envelope, "
        + "Cloud Build")
  }

  /// A PEP 740 provenance object.
  private static func provenance(
    _ node: JSONNode, place: String
  ) throws(DocumentError) -> [Evidence] {
    var items: [Evidence] = []
    for (group, bundle) in try Provenance(node).attestationBundles.enumerated() {
      for (index, attestation) in bundle.attestations.enumerated() {
        items.append(
          Evidence(
            form: .provenance,
            place: "\(place) (attestation_bundles[\(group)].attestations[\(index)])",
            content: .bundle(attestation.bundle), claimedPublisher: bundle.publisher))
      }
    }
    return items
  }

  /// `{attestations: [{bundle, …}]}`: npm's registry says the predicate type beside each bundle,
  /// GitHub's API a repository.
  private static func answers(
    _ node: JSONNode, _ list: [JSONNode], place: String
  ) throws(DocumentError) -> [Evidence] {
    func position(_ index: Int) -> String { "\(place) (attestations[\(index)])" }
    guard try list.first?.optional("predicateType") == nil else {
      return try NpmAttestations(node).attestations.enumerated().map { index, item in
        Evidence(
          form: .npm, place: position(index), content: .bundle(item.bundle),
          claimedPredicateType: item.predicateType)
      }
    }
    var items: [Evidence] = []
    for (index, item) in list.enumerated() {
      items.append(
        Evidence(
          form: .gitHub, place: position(index),
          content: .bundle(try Bundle(try item.required("bundle")))))
    }
    return items
  }

  /// A bare envelope: with a certificate beside the signature, or signed by a key.
  private static func envelope(
    _ node: JSONNode, text: [UInt8], _ place: String, _ isLine: Bool
  ) throws(DocumentError) -> [Evidence] {
    let envelope = try DSSEEnvelope(node)
    let first = try node.required("signatures").array(limit: 32).first
    let certificate = try first?.optional("cert")?.string() ?? ""
    let content: Content =
      certificate.isEmpty
      ? .envelope(envelope) : .legacy(try LegacyEnvelope(parsing: text))
    return [
      Evidence(
        form: certificate.isEmpty ? .keyEnvelope : .legacyEnvelope, place: place,
        content: content, isLine: isLine)
    ]
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
        let text = Array(line)
        items += try parse(JSONNode(parsing: text), text: text, place: where_, isLine: true)
      } catch {
        throw DocumentError(path: "line \(number + 1)", problem: "\(error)")
      }
    }
    return items
  }
}
