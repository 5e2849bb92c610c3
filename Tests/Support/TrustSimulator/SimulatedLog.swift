// SPDX-License-Identifier: Apache-2.0

import Certificates
import Crypto
import Encodings
import FoundationEssentials
import Sigstore
import TransparencyLog

/// A transparency log in memory: Rekor v1 with an ECDSA key and signed entry timestamps, or
/// Rekor v2 with an Ed25519 key and checkpoints alone.
struct SimulatedLog: Sendable {
  /// The log's key.
  enum Key: Sendable {
    case ecdsa(P256.Signing.PrivateKey)
    case ed25519(Curve25519.Signing.PrivateKey)

    func signature(for bytes: [UInt8]) throws -> [UInt8] {
      switch self {
      case .ecdsa(let key): Array(try key.signature(for: bytes).derRepresentation)
      case .ed25519(let key): Array(try key.signature(for: bytes))
      }
    }
  }

  let host: String
  let key: Key
  private let otherEntries = (0..<6).map { MerkleHash.leaf([UInt8($0)]) }

  /// Where the trusted root says it is.
  let baseURL: String

  static func version1(host: String, baseURL: String? = nil) -> SimulatedLog {
    SimulatedLog(
      host: host, key: .ecdsa(P256.Signing.PrivateKey()),
      baseURL: baseURL ?? "https://\(host):8443/")
  }

  static func version2(host: String, baseURL: String? = nil) -> SimulatedLog {
    SimulatedLog(
      host: host, key: .ed25519(Curve25519.Signing.PrivateKey()),
      baseURL: baseURL ?? "https://\(host):8443/")
  }

  private init(host: String, key: Key, baseURL: String) {
    self.host = host
    self.key = key
    self.baseURL = baseURL
  }

  var isTiled: Bool { if case .ed25519 = key { true } else { false } }

  /// SubjectPublicKeyInfo in DER.
  var publicKey: [UInt8] {
    switch key {
    case .ecdsa(let key): Array(key.publicKey.derRepresentation)
    case .ed25519(let key):
      // RFC 8410 §4.
      [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]
        + Array(key.publicKey.rawRepresentation)
    }
  }

  /// SHA-256 of the SubjectPublicKeyInfo in version 1; the note key's id (C2SP signed-note,
  /// Ed25519) in version 2.
  var logID: [UInt8] {
    switch key {
    case .ecdsa: SHA256Hash(hashing: publicKey).bytes
    case .ed25519(let key):
      SHA256Hash(hashing: Array("\(host)\n\u{01}".utf8) + Array(key.publicKey.rawRepresentation))
        .bytes
    }
  }

  /// The log's place in a trusted root.
  func json(_ validity: JSONValue) -> JSONValue {
    [
      "baseUrl": .string(baseURL), "hashAlgorithm": "SHA2_256",
      "publicKey": [
        "rawBytes": .string(Base64.encode(publicKey)),
        "keyDetails": .string(isTiled ? "PKIX_ED25519" : "PKIX_ECDSA_P256_SHA_256"),
        "validFor": validity,
      ],
      "logId": ["keyId": .string(Base64.encode(logID))],
    ]
  }

  /// Takes an entry and gives what a bundle carries of it.
  ///
  /// - Parameters:
  ///   - kindVersion: how the entry is announced.
  ///   - time: the integrated time; only version 1 has one.
  ///   - index: the index over all shards in version 1.
  func entry(
    _ body: [UInt8], kindVersion: (kind: String, version: String), time: Timestamp,
    index: UInt64 = 1_000_003, lie: Lie?
  ) throws -> TransparencyLogEntry {
    var signedTime: Int64? = isTiled ? nil : time.seconds
    var promise: [UInt8]?
    let index: UInt64 =
      isTiled
      ? (lie == .entryIndexOther ? 2 : proofIndex(lie))
      : lie == .entryTimestampIndexHuge ? 1 << 53 + 1 : index
    if !isTiled, lie != .noEntryTimestamp {
      var payload = try SignedEntryTimestamp.payload(
        body: body, integratedTime: time.seconds, logID: logID, logIndex: min(index, 1 << 53))
      if lie == .entryTimestampForged { payload.append(0x20) }
      promise = try key.signature(for: payload)
      if lie == .entryTimestampWithoutTime { signedTime = nil }
    }
    return TransparencyLogEntry(
      logIndex: index, logID: logID, kind: kindVersion.kind, version: kindVersion.version,
      integratedTime: signedTime, signedEntryTimestamp: promise,
      inclusion: lie == .noInclusionProof ? nil : try inclusion(MerkleHash.leaf(body), lie: lie),
      canonicalizedBody: body)
  }

  private func proofIndex(_ lie: Lie?) -> UInt64 {
    switch lie {
    case .inclusionIndex: 2
    case .inclusionIndexBeyond: 7
    case .inclusionSizeHuge: UInt64(Int64.max)
    default: 3
    }
  }

  private func inclusion(
    _ leaf: SHA256Hash, lie: Lie?
  ) throws -> TransparencyLogEntry.Inclusion {
    let tree = NaiveTree(leaves: otherEntries[..<3] + [leaf] + otherEntries[3...])
    let count = UInt64(tree.leaves.count)
    var hashes = try MerkleTree.inclusionProof(index: 3, size: count, reading: tree)
    switch lie {
    case .inclusionHash: hashes[0] = MerkleHash.emptyRoot
    case .inclusionExtraHash: hashes.append(MerkleHash.emptyRoot)
    case .inclusionMissingHash: hashes.removeLast()
    default: break
    }
    let root = try MerkleTree.root(size: count, reading: tree)
    let size: UInt64 =
      switch lie {
      case .inclusionSizeZero: 0
      case .inclusionSizeHuge: UInt64(Int64.max)
      default: count
      }
    let note = try checkpoint(
      size: lie == .checkpointOfOtherTree ? 3 : size,
      root: lie == .checkpointOfOtherRoot ? MerkleHash.emptyRoot : root, lie: lie)
    return TransparencyLogEntry.Inclusion(
      logIndex: proofIndex(lie), rootHash: root, treeSize: size, hashes: hashes,
      checkpoint: lie == .noCheckpoint ? nil : note)
  }

  /// A signed note over a tree.
  private func checkpoint(size: UInt64, root: SHA256Hash, lie: Lie?) throws -> String {
    let origin: String =
      switch lie {
      case .checkpointOfOtherOrigin: "evil.example"
      case .checkpointOriginNumber: "\(host) - 12x"
      case .checkpointNoOrigin: ""
      default: isTiled ? host : "\(host) - 12345"
      }
    let sizeText: String =
      switch lie {
      case .checkpointSizePlus: "+\(size)"
      case .checkpointSizeZeros: "00\(size)"
      default: String(size)
      }
    var lines = [origin, sizeText, lie == .checkpointRootText ? "AAAA" : root.base64]
    switch lie {
    case .checkpointTwoLines: lines.removeLast()
    case .checkpointTwoBlankLines: lines.append("")
    case .checkpointControl: lines.append("a\u{1}b")
    default: break
    }
    let text = lines.joined(separator: "\n") + "\n"
    var signed = Array(text.utf8)
    if lie == .checkpointForged { signed[0] ^= 1 }
    let name: String =
      switch lie {
      case .checkpointName: "other.example"
      case .checkpointNameBlank: "\(host) x"
      default: host
      }
    let hint = lie == .checkpointKeyHint ? [1, 2, 3, 4] : Array(logID.prefix(4))
    let signature = try key.signature(for: signed)
    var note = SignedNote.format(text: text, name: name, keyHint: hint, signature: signature)
    let broken = [signature[0] ^ 1] + signature.dropFirst()
    let forged = "\u{2014} \(host) \(Base64.encode(hint + broken))\n"
    let witness = "\u{2014} witness.example \(Base64.encode([9, 9, 9, 9, 9]))\n"
    switch lie {
    case .checkpointTrailingData: note += "trailing"
    case .checkpointNoNewline: note.removeLast()
    case .checkpointNoBlankLine: note = String(text.dropLast()) + "\n\u{2014} \(host) AAAA\n"
    case .checkpointUnsigned: note = text + "\n"
    case .checkpointSecondForged: note += forged
    case .checkpointSignatureShort: note += "\u{2014} \(host) \(Base64.encode(hint))\n"
    case .checkpointSignatureText: note += "\u{2014} \(host) !!\n"
    case .checkpointNoDash: note += "- \(host) \(Base64.encode(hint + signature))\n"
    case .checkpointNoSpace: note += "\u{2014} \(host)\n"
    case .checkpointTooManySignatures: note += String(repeating: witness, count: 100)
    case .checkpointTooLarge: note = String(repeating: "x", count: 1 << 20) + "\n" + note
    default: break
    }
    return note
  }
}
