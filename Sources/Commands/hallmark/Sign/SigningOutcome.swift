// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore
import SystemPackage

/// What became of a target.
struct SigningOutcome: Sendable {
  let target: SigningTarget
  /// The bundles, in the order of what they sign.
  let bundles: [Bundle]
  /// Which of them were signed now; the others were there.
  let signed: Set<Int>
  /// The files that were written now.
  let written: Set<SigningTarget.Output>

  /// The paths of its files.
  var paths: [String] { target.outputs.map { target.path(of: $0).string } }

  /// The line that a person reads.
  func line(on console: Console) -> String {
    let names = target.outputs.map { UntrustedText.printable($0.name) }.joined(separator: ", ")
    let verb = written.isEmpty ? "kept" : signed.isEmpty ? "completed" : "signed"
    let style: Console.Style = written.isEmpty ? .faint : .good
    return console.styled(verb, style, on: .error) + " "
      + UntrustedText.printable(target.label) + console.styled(" → \(names)", .faint, on: .error)
  }

  /// An element of `targets` in Documentation/schemas/signing-v1.json.
  var json: JSONValue {
    let signatures = bundles.enumerated().map { position, bundle -> JSONValue in
      var object = JSONObject([("signed", .boolean(signed.contains(position)))])
      if case .statements(let statements) = target.content {
        object["predicateType"] = .string(statements[position].predicateType)
      }
      object["logIndex"] = bundle.logEntries.first.map { .integer(Int64($0.logIndex)) }
      return .object(object)
    }
    return [
      "name": .string(target.label),
      "subjects": .array(
        target.subjects.map { subject in
          ["name": .string(subject.name), "sha256": .string(subject.sha256?.hexadecimal ?? "")]
        }),
      "files": .array(
        target.outputs.map { output in
          [
            "path": .string(target.path(of: output).string),
            "form": .string(output.form.rawValue), "written": .boolean(written.contains(output)),
          ]
        }),
      "signatures": .array(signatures),
    ]
  }

  /// The document of `--json`.
  static func document(_ outcomes: [SigningOutcome], identity: TokenIdentity) -> JSONValue {
    [
      "schema": "hallmark.signing/v1",
      "signer": [
        "issuer": .string(identity.issuer), "names": .array(identity.names.map { .string($0) }),
      ],
      "targets": .array(outcomes.map(\.json)),
    ]
  }
}
