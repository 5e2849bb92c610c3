// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Sigstore
import SwiftASN1
import TransparencyLog
import X509

/// The cryptographic operations that no verifier can leave out for one bundle.
///
/// What is the same for all bundles of a trusted root is not counted: an intermediate certificate
/// under its root, a timestamp authority's certificate under its own.
struct Operations {
  /// Signatures that must be checked, by the kind of key.
  private(set) var signatures: [SignatureKey.Algorithm: Int] = [:]
  /// Hashes of Merkle tree nodes.
  private(set) var nodes = 0
  /// Bytes that must be hashed otherwise.
  private(set) var bytes = 0
  /// Bytes that must be hashed with SHA-384, which P-384 authorities sign with.
  private(set) var longBytes = 0

  /// Counts for one bundle that verifies.
  ///
  /// With `sharedCertificate` the certificate was seen before: its chain and certificate timestamp
  /// are not counted.
  init(_ bundle: Bundle, root: TrustedRoot, sharedCertificate: Bool) throws {
    guard let der = bundle.certificate else { throw BenchmarkError("no certificate") }
    let leaf = try SigningCertificate(der: der)
    if !sharedCertificate { try countCertificate(leaf, root) }
    count(leaf.publicKey.algorithm)
    if case .envelope(let envelope) = bundle.content {
      bytes += envelope.preAuthenticationEncoding.count
    }
    for entry in bundle.logEntries {
      let log = root.transparencyLogs.first { $0.logID == entry.logID }
      guard let key = log?.key else { throw BenchmarkError("the log is not known") }
      bytes += entry.canonicalizedBody.count
      if entry.signedEntryTimestamp != nil {
        count(key.algorithm)
        bytes += entry.canonicalizedBody.count * 4 / 3
      }
      if let inclusion = entry.inclusion {
        nodes += inclusion.hashes.count
        count(key.algorithm)
      }
    }
    for _ in bundle.timestamps {
      guard let first = root.timestampAuthorities.last?.certificates.first else {
        throw BenchmarkError("no timestamp authority")
      }
      count(try SignatureKey(Certificate(derEncoded: first).publicKey).algorithm)
    }
  }

  private mutating func countCertificate(
    _ leaf: SigningCertificate, _ root: TrustedRoot
  ) throws {
    let issuers = root.certificateAuthorities.flatMap { $0.chain.intermediates + [$0.chain.root] }
    let name = try Certificate(derEncoded: leaf.der).issuer
    guard let issuer = issuers.first(where: { $0.subject == name }) else {
      throw BenchmarkError("the issuer is not known")
    }
    let algorithm = try SignatureKey(issuer.publicKey).algorithm
    count(algorithm)
    if algorithm == .p384 {
      longBytes += leaf.tbsCertificate.count
    } else {
      bytes += leaf.tbsCertificate.count
    }
    let timestamps = try SignedCertificateTimestamp.embedded(in: leaf)
    let log = root.certificateLogs.first { log in
      timestamps.contains { log.logID == $0.logID.bytes }
    }
    guard let key = log?.key else { throw BenchmarkError("the CT log is not known") }
    count(key.algorithm)
    bytes += leaf.tbsCertificate.count
  }

  private mutating func count(_ algorithm: SignatureKey.Algorithm) {
    signatures[algorithm, default: 0] += 1
  }

  /// Runs all of it, and nothing else.
  func run(on primitives: Primitives) throws {
    for (algorithm, count) in signatures {
      for _ in 0..<count { try primitives.check(algorithm) }
    }
    for _ in 0..<nodes { try primitives.hashNode() }
    try primitives.hash(bytes)
    try primitives.hashLong(longBytes)
  }
}

/// Why something cannot be measured.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
