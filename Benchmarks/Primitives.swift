// SPDX-License-Identifier: Apache-2.0

import Certificates
import Crypto
import Encodings

/// The cryptography alone, without any format around it: keys, signatures and digests are made
/// before the clock runs, so what is timed is the least that a verifier with this library pays.
struct Primitives {
  private let p256: (P256.Signing.PublicKey, P256.Signing.ECDSASignature)
  private let p384: (P384.Signing.PublicKey, P384.Signing.ECDSASignature)
  private let p521: (P521.Signing.PublicKey, P521.Signing.ECDSASignature)
  private let ed25519: (Curve25519.Signing.PublicKey, [UInt8])
  private let message = [UInt8](repeating: 0x61, count: 256)
  private let node = [UInt8](repeating: 0x61, count: 65)
  private let bulk = [UInt8](repeating: 0x61, count: 1 << 20)
  private let short: SHA256.Digest
  private let long: SHA384.Digest

  /// Makes keys and signatures.
  init() throws {
    short = SHA256.hash(data: message)
    long = SHA384.hash(data: message)
    let key256 = P256.Signing.PrivateKey()
    p256 = (key256.publicKey, try key256.signature(for: short))
    let key384 = P384.Signing.PrivateKey()
    p384 = (key384.publicKey, try key384.signature(for: long))
    let key521 = P521.Signing.PrivateKey()
    p521 = (key521.publicKey, try key521.signature(for: long))
    let key25519 = Curve25519.Signing.PrivateKey()
    ed25519 = (key25519.publicKey, Array(try key25519.signature(for: message)))
  }

  /// Checks one signature.
  func check(_ algorithm: SignatureKey.Algorithm) throws {
    let isValid =
      switch algorithm {
      case .p256: p256.0.isValidSignature(p256.1, for: short)
      case .p384: p384.0.isValidSignature(p384.1, for: long)
      case .p521: p521.0.isValidSignature(p521.1, for: long)
      case .ed25519: ed25519.0.isValidSignature(ed25519.1, for: message)
      case .rsa: throw BenchmarkError("RSA is not among the sets that are measured")
      }
    guard isValid else { throw BenchmarkError("a signature of the benchmark is not valid") }
  }

  /// Hashes two nodes of a Merkle tree.
  func hashNode() throws {
    guard SHA256.hash(data: node) != short else { throw BenchmarkError("equal hashes") }
  }

  /// Hashes as many bytes with SHA-256.
  func hash(_ count: Int) throws {
    var hash = SHA256()
    for chunk in Self.chunks(count) {
      bulk[..<chunk].withUnsafeBytes { hash.update(bufferPointer: $0) }
    }
    guard hash.finalize() != short else { throw BenchmarkError("equal hashes") }
  }

  /// Hashes as many bytes with SHA-384.
  func hashLong(_ count: Int) throws {
    var hash = SHA384()
    for chunk in Self.chunks(count) {
      bulk[..<chunk].withUnsafeBytes { hash.update(bufferPointer: $0) }
    }
    guard hash.finalize() != long else { throw BenchmarkError("equal hashes") }
  }

  private static func chunks(_ count: Int) -> [Int] {
    let size = 1 << 18
    return Array(repeating: size, count: count / size) + (count % size > 0 ? [count % size] : [])
  }

  /// Seconds for one operation of each kind, hashes per byte of a long message.
  func costs() async throws -> JSONValue {
    func time(_ count: Int, _ operation: () throws -> Void) async throws -> JSONValue {
      let measurement = try await Measurement { for _ in 0..<count { try operation() } }
      return .number("\(measurement.processor / Double(count))")
    }
    let megabytes = 20
    let bulkCost = try await Measurement { try hash(megabytes << 20) }.processor
    return [
      "P-256": try await time(400) { try check(.p256) },
      "P-384": try await time(60) { try check(.p384) },
      "Ed25519": try await time(200) { try check(.ed25519) },
      "Merkle node": try await time(20_000) { try hashNode() },
      "SHA-256 of 1 MiB": .number("\(bulkCost / Double(megabytes))"),
    ]
  }
}
