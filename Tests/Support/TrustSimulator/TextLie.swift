// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import Sigstore

/// One thing that is wrong with the text of a bundle whose signature, log and times are genuine.
package enum TextLie: String, CaseIterable, Sendable {
  // The bytes.
  case truncated, trailingData, byteOrderMark, nul, invalidUTF8, unpairedSurrogate, deepNesting
  case duplicateKey, oversize, millionValues
  // The structure.
  case mediaTypeUnknown, mediaTypeMissing, chainInVersion3, chainEmpty, chainTooLong
  case bothMaterials, noMaterial, bothContents, noContent
  case duplicateEntry, tooManyEntries, tooManyTimestamps, tooManyHashes, downgradeWithoutProof
  case downgradeWithoutCheckpoint
  // Values.
  case negativeIndex, indexFraction, indexHuge, treeSizeHuge, timeHuge, base64LineBreak, base64URL
  case base64Unpadded, rootHashShort, kindMissing, logMissing, bodyTooLarge
  case messageDigestAlgorithm, messageDigestShort, twoSignatures, noSignature, keyIDNumber

  /// The rule that must refuse it.
  package var rule: VerificationRule {
    switch self {
    case .downgradeWithoutProof: .inclusion
    case .downgradeWithoutCheckpoint: .checkpoint
    default: .wellFormed
    }
  }

  /// The form of the bundle that it is told about.
  package var form: SigningForm {
    switch self {
    case .messageDigestAlgorithm, .messageDigestShort: .blob
    default: .dsse
    }
  }

  /// Whether it still fits on a line of a file of several documents: the rest of such a file
  /// must be readable.
  package var fitsOnLine: Bool { self != .oversize && self != .millionValues }

  /// The text with the lie.
  package func text(of bundle: Bundle) -> [UInt8] {
    let text = Array(bundle.json.compactText.utf8)
    switch self {
    case .truncated: return Array(text.dropLast())
    case .trailingData: return text + [UInt8(ascii: "{"), UInt8(ascii: "}")]
    case .byteOrderMark: return [0xef, 0xbb, 0xbf] + text
    case .nul: return text + [0]
    case .invalidUTF8: return inserting([0xff], text)
    case .unpairedSurrogate: return inserting(Array(#"\ud800"#.utf8), text)
    case .deepNesting:
      let deep = String(repeating: "[", count: 1_000) + String(repeating: "]", count: 1_000)
      return Array(#"{"x":\#(deep),"#.utf8) + text.dropFirst()
    case .duplicateKey:
      return Array(#"{"mediaType":"\#(Bundle.Version.v03.rawValue)","#.utf8) + text.dropFirst()
    case .oversize:
      return text + [UInt8](repeating: UInt8(ascii: " "), count: 16 << 20)
    case .millionValues:
      let zeros = String(repeating: "0,", count: 999_999) + "0"
      return Array(#"{"x":[\#(zeros)],"#.utf8) + text.dropFirst()
    default:
      return Array(edited(bundle.json).compactText.utf8)
    }
  }

  /// Puts bytes in the first string.
  private func inserting(_ bytes: [UInt8], _ text: [UInt8]) -> [UInt8] {
    Array(text[..<2]) + bytes + text[2...]
  }

  private func edited(_ json: JSONValue) -> JSONValue {
    let material: [JSONStep] = ["verificationMaterial"]
    let entry = material + ["tlogEntries", 0]
    let proof = entry + ["inclusionProof"]
    func put(_ path: [JSONStep], _ value: JSONValue?) -> JSONValue {
      json.editing(path) { _ in value }
    }
    let leaf = json.at(material + ["certificate"]) ?? .null
    switch self {
    case .mediaTypeUnknown:
      return put(["mediaType"], "application/vnd.dev.sigstore.bundle.v0.4+json")
    case .mediaTypeMissing: return put(["mediaType"], nil)
    case .chainInVersion3: return withChain([leaf], .v03, json)
    case .chainEmpty: return withChain([], .v01, json)
    case .chainTooLong: return withChain(Array(repeating: leaf, count: 9), .v01, json)
    case .bothMaterials: return put(material + ["publicKey"], ["hint": "a"])
    case .noMaterial: return put(material + ["certificate"], nil)
    case .bothContents: return put(["messageSignature"], ["signature": "AAAA"])
    case .noContent: return put(["dsseEnvelope"], nil)
    case .duplicateEntry:
      return json.editing(material + ["tlogEntries"]) { list in
        .array([list?.at([0]) ?? .null, list?.at([0]) ?? .null])
      }
    case .tooManyEntries:
      return json.editing(material + ["tlogEntries"]) { list in
        .array(
          (0..<33).map { number in
            (list?.at([0]) ?? .null).editing(["logIndex"]) { _ in .string(String(number)) }
          })
      }
    case .tooManyTimestamps:
      return put(
        material + ["timestampVerificationData"],
        [
          "rfc3161Timestamps": .array(
            Array(repeating: ["signedTimestamp": "AAAA"], count: 33))
        ])
    case .tooManyHashes:
      return json.editing(proof + ["hashes"]) { hashes in
        .array(Array(repeating: hashes?.at([0]) ?? .null, count: 65))
      }
    case .downgradeWithoutProof:
      return put(["mediaType"], .string(Bundle.Version.v01.rawValue)).editing(proof) { _ in nil }
    case .downgradeWithoutCheckpoint:
      return put(["mediaType"], .string(Bundle.Version.v01.rawValue))
        .editing(proof + ["checkpoint"]) { _ in nil }
    case .negativeIndex: return put(entry + ["logIndex"], "-1")
    case .indexFraction: return put(entry + ["logIndex"], "1.5")
    case .indexHuge: return put(entry + ["logIndex"], "18446744073709551616")
    case .treeSizeHuge: return put(proof + ["treeSize"], "18446744073709551615")
    case .timeHuge: return put(entry + ["integratedTime"], "18446744073709551615")
    case .base64LineBreak:
      return json.editing(entry + ["canonicalizedBody"]) { body in
        guard case .string(let text) = body else { return body }
        return .string(text.prefix(64) + "\n" + text.dropFirst(64))
      }
    case .base64URL: return put(entry + ["logId", "keyId"], "__-_")
    case .base64Unpadded: return put(entry + ["logId", "keyId"], "AA")
    case .rootHashShort: return put(proof + ["rootHash"], "AAAA")
    case .kindMissing: return put(entry + ["kindVersion"], nil)
    case .logMissing: return put(entry + ["logId"], nil)
    case .bodyTooLarge:
      return put(
        entry + ["canonicalizedBody"],
        .string(Base64.encode([UInt8](repeating: 0x20, count: 4 << 20 + 1))))
    case .messageDigestAlgorithm:
      return put(["messageSignature", "messageDigest", "algorithm"], "SHA2_512")
    case .messageDigestShort:
      return put(["messageSignature", "messageDigest", "digest"], "AAAA")
    case .twoSignatures:
      return json.editing(["dsseEnvelope", "signatures"]) { list in
        .array([list?.at([0]) ?? .null, list?.at([0]) ?? .null])
      }
    case .noSignature: return put(["dsseEnvelope", "signatures"], [])
    case .keyIDNumber: return put(["dsseEnvelope", "signatures", 0, "keyid"], 1)
    default: return json
    }
  }

  private func withChain(
    _ certificates: [JSONValue], _ version: Bundle.Version, _ json: JSONValue
  ) -> JSONValue {
    json.editing(["mediaType"]) { _ in .string(version.rawValue) }
      .editing(["verificationMaterial", "certificate"]) { _ in nil }
      .editing(["verificationMaterial", "x509CertificateChain"]) { _ in
        ["certificates": .array(certificates)]
      }
  }
}

/// One step into a document.
package enum JSONStep: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, Sendable {
  /// A member of an object.
  case key(String)
  /// An item of an array.
  case index(Int)

  package init(stringLiteral value: String) { self = .key(value) }
  package init(integerLiteral value: Int) { self = .index(value) }
}

extension JSONValue {
  /// The value at a path.
  package func at(_ path: [JSONStep]) -> JSONValue? {
    guard let step = path.first else { return self }
    let rest = Array(path.dropFirst())
    switch (step, self) {
    case (.key(let key), .object(let object)): return object[key]?.at(rest)
    case (.index(let index), .array(let items)) where items.indices.contains(index):
      return items[index].at(rest)
    default: return nil
    }
  }

  /// The document with the value at a path changed; `nil` removes a member.
  package func editing(
    _ path: [JSONStep], _ change: (JSONValue?) -> JSONValue?
  ) -> JSONValue {
    guard let step = path.first else { return change(self) ?? .null }
    let rest = Array(path.dropFirst())
    switch (step, self) {
    case (.key(let key), .object(var object)):
      if rest.isEmpty {
        object[key] = change(object[key])
      } else {
        object[key] = (object[key] ?? .object(JSONObject())).editing(rest, change)
      }
      return .object(object)
    case (.index(let index), .array(var items)) where items.indices.contains(index):
      items[index] = items[index].editing(rest, change)
      return .array(items)
    default: return self
    }
  }
}
