// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import PyPIAttestations
import Sigstore
import Verification

/// One piece of evidence as sections of labelled lines; nothing in it is verified.
struct EvidenceView {
  /// A heading with its lines.
  struct Section {
    let title: String
    let lines: [(label: String, text: String)]
  }

  private let evidence: Evidence
  /// The sections, in reading order.
  let sections: [Section]

  /// Lays a piece of evidence open.
  init(_ evidence: Evidence) {
    self.evidence = evidence
    switch evidence.content {
    case .bundle(let bundle):
      sections =
        [Self.signer(bundle.material), Self.content(bundle.content)]
        + bundle.logEntries.map(Self.logEntry) + Self.timestamps(bundle)
        + [Self.unsigned(evidence)]
    case .legacy(let legacy):
      sections = [
        Self.signer(.certificate(legacy.certificate)), Self.content(.envelope(legacy.envelope)),
        Section(
          title: "not logged in here; a log may have the entry as",
          lines: legacy.entryUUIDs.map { ("UUID", $0) }), Self.unsigned(evidence),
      ]
    case .envelope(let envelope):
      sections = [
        Self.signer(.publicKey(hint: envelope.keyID)), Self.content(.envelope(envelope)),
        Self.unsigned(evidence),
      ]
    case .cloudBuild(let provenance): sections = CloudBuildView.sections(provenance)
    }
  }

  /// Shows the sections on standard output.
  func show(on console: Console) {
    console.output(
      console.styled(UntrustedText.printable(evidence.place), .strong, on: .output)
        + "  \(evidence.form.rawValue), "
        + console.styled("not verified", .warning, on: .output))
    for section in sections where !section.lines.isEmpty {
      console.output("  " + console.styled(section.title, .accent, on: .output))
      let width = section.lines.map(\.label.count).max() ?? 0
      for line in section.lines {
        let padding = String(repeating: " ", count: width - line.label.count + 2)
        console.output(
          "    " + console.styled(line.label, .faint, on: .output) + padding
            + UntrustedText.printable(line.text))
      }
    }
  }

  /// The same for machines: one element of `evidence` in `hallmark.inspect/v1`.
  var json: JSONValue {
    [
      "place": .string(evidence.place), "form": .string(evidence.form.rawValue),
      "sections": .array(
        sections.map { section in
          [
            "title": .string(section.title),
            "lines": .array(
              section.lines.map { ["label": .string($0.label), "text": .string($0.text)] }),
          ]
        }),
    ]
  }

  private static func signer(_ material: Bundle.VerificationMaterial) -> Section {
    switch material {
    case .publicKey(let hint):
      return Section(
        title: "signed by a key", lines: [("hint", hint.isEmpty ? "none" : hint)])
    case .certificate(let der):
      do {
        let certificate = try SigningCertificate(der: der)
        var lines: [(label: String, text: String)] = [
          ("name", certificate.subjectAlternativeName.text),
          ("key", certificate.publicKey.algorithm.rawValue),
          ("valid", "\(certificate.notBefore) to \(certificate.notAfter)"),
        ]
        for item in FulcioExtension.allCases {
          if let text = certificate.claims[item] { lines.append((item.title, text)) }
        }
        return Section(title: "signed by, as its certificate says", lines: lines)
      } catch {
        return Section(title: "signed by", lines: [("certificate", "\(error)")])
      }
    }
  }

  private static func content(_ content: Bundle.Content) -> Section {
    switch content {
    case .messageSignature(let digest, _):
      return Section(
        title: "signed: a file",
        lines: [("digest", digest?.description ?? "not repeated here")])
    case .envelope(let envelope):
      do {
        let statement = try Statement(parsing: envelope.payload)
        var lines: [(label: String, text: String)] = [("claims", statement.predicateType)]
        for subject in statement.subjects.prefix(20) {
          let digests = subject.digests.sorted { $0.key < $1.key }
            .map { "\($0.key):\($0.value)" }.joined(separator: " ")
          lines.append(("about", "\(subject.name) \(digests)"))
        }
        if statement.subjects.count > 20 {
          lines.append(("about", "… and \(statement.subjects.count - 20) more"))
        }
        if statement.predicate != .null {
          let predicate = statement.predicate.indentedText.split(separator: "\n")
          for (index, line) in predicate.prefix(60).enumerated() {
            lines.append((index == 0 ? "predicate" : "", String(line)))
          }
          if predicate.count > 60 {
            lines.append(("", "… and \(predicate.count - 60) more lines"))
          }
        }
        return Section(title: "signed: a statement", lines: lines)
      } catch {
        return Section(
          title: "signed: an envelope",
          lines: [("type", envelope.payloadType), ("statement", "\(error)")])
      }
    }
  }

  private static func logEntry(_ entry: TransparencyLogEntry) -> Section {
    var lines: [(label: String, text: String)] = [
      ("kind", "\(entry.kind) \(entry.version)"), ("index", String(entry.logIndex)),
      ("log", Hexadecimal.encode(entry.logID)),
    ]
    if let seconds = entry.integratedTime {
      let source =
        entry.signedEntryTimestamp == nil
        ? "not signed by anybody" : "with a signed entry timestamp"
      lines.append(("time", "\(Timestamp(unixSeconds: seconds)), \(source)"))
    }
    if let inclusion = entry.inclusion {
      lines.append(("proof", "entry \(inclusion.logIndex) of a tree of \(inclusion.treeSize)"))
      // Only the first line is looked at: a note of millions of lines is not worth its memory.
      let origin = inclusion.checkpoint.map { note in
        String(decoding: note.utf8.prefix { $0 != 0x0a }.prefix(256), as: UTF8.self)
      }
      lines.append(("checkpoint", origin ?? "none"))
    } else {
      lines.append(("proof", "none"))
    }
    return Section(title: "logged", lines: lines)
  }

  private static func timestamps(_ bundle: Bundle) -> [Section] {
    guard !bundle.timestamps.isEmpty else { return [] }
    let lines = bundle.timestamps.map { der -> (label: String, text: String) in
      do {
        return ("RFC 3161", "\(try RFC3161Timestamp(parsing: der).time)")
      } catch {
        return ("RFC 3161", "\(error)")
      }
    }
    return [Section(title: "timestamps", lines: lines)]
  }

  /// What whoever passed the file on could have changed without breaking any signature.
  private static func unsigned(_ evidence: Evidence) -> Section {
    var lines: [(label: String, text: String)] = []
    if let envelope = evidence.envelope, !envelope.keyID.isEmpty {
      lines.append(("keyid", envelope.keyID))
    }
    if let bundle = evidence.bundle, !evidence.isPEP740 {
      lines.append(("media type", bundle.version.rawValue))
    }
    if let type = evidence.claimedPredicateType {
      lines.append(("type, as the registry says", type))
    }
    if let publisher = evidence.claimedPublisher {
      lines.append(("publisher, as the index says", publisher.json.compactText))
    }
    return Section(title: "not covered by a signature", lines: lines)
  }
}
