// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings

/// Cloud Build's provenance as sections of labelled lines; nothing in it is verified.
enum CloudBuildView {
  /// One section for the image, one for each signed record, one for what nobody signed.
  static func sections(_ provenance: CloudBuildProvenance) -> [EvidenceView.Section] {
    let image = EvidenceView.Section(
      title: "about",
      lines: [
        ("image", provenance.qualifiedDigest.isEmpty ? "none" : provenance.qualifiedDigest),
        ("digest", provenance.imageDigest.isEmpty ? "none" : provenance.imageDigest),
      ])
    let copies = provenance.records.filter { $0.readableV01 != nil || $0.readableV1 != nil }.count
    let unsigned = EvidenceView.Section(
      title: "not covered by a signature",
      lines: copies == 0
        ? [] : [("readable copies", "\(copies), which must equal what was signed")])
    return [image] + provenance.records.map(record) + [unsigned]
  }

  private static func record(_ record: CloudBuildProvenance.Record) -> EvidenceView.Section {
    var lines: [(label: String, text: String)] = [
      ("kind", record.kind), ("resource", record.resourceURI),
    ]
    lines += record.signatures.map { ("key", $0.keyID.isEmpty ? "unnamed" : $0.keyID) }
    if let payload = try? Base64.decode(record.payload),
      let statement = try? Statement(parsing: payload)
    {
      lines.append(("claims", statement.predicateType))
      for subject in statement.subjects.prefix(20) {
        lines.append(("about", "\(subject.name) sha256:\(subject.digests["sha256"] ?? "none")"))
      }
      let predicate = statement.predicate.indentedText.split(separator: "\n")
      for (index, line) in predicate.prefix(60).enumerated() {
        lines.append((index == 0 ? "predicate" : "", String(line)))
      }
    } else {
      lines.append(("payload", "not a readable statement"))
    }
    return EvidenceView.Section(title: "signed: a build", lines: lines)
  }
}
