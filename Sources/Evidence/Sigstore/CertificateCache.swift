// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings
import Synchronization

/// The certificates that a ``Verifier`` has seen and found good, so that many files which were
/// signed with one certificate cost its chain and its certificate timestamp once.
///
/// An entry says only what no later question can change: that these bytes are a certificate of the
/// right profile, which authorities of this verifier's trusted root issued it, and under which
/// issuer's key a CT log's promise holds. Every moment is compared with every validity again each
/// time, so a verdict does not depend on what was verified before. Entries are found by all bytes
/// of the certificate, belong to the one trusted root that their verifier has, and are only made of
/// certificates that passed. The cache holds a limited number; the oldest one goes first.
final class CertificateCache: Sendable {
  /// What is known of a certificate.
  struct Entry: Sendable {
    /// The certificate.
    let certificate: SigningCertificate
    /// By authority of the trusted root, in its order: the paths by which it issued the certificate.
    let issuances: [CertificateAuthorityChain.Issuance]
    /// The issuer's key under which a certificate timestamp is valid.
    let timestampedFor: [UInt8]
  }

  private let limit: Int
  // A few dozen at most: comparing is quicker than hashing two kilobytes. Newest last.
  private let entries = Mutex<[Entry]>([])

  /// Makes an empty cache of at most `limit` certificates; 0 remembers nothing.
  init(limit: Int) {
    self.limit = max(0, limit)
  }

  /// What is known of a certificate, by all its bytes.
  subscript(der: [UInt8]) -> Entry? {
    entries.withLock { entries in entries.last { $0.certificate.der == der } }
  }

  /// Remembers a certificate that passed.
  func insert(_ entry: Entry) {
    entries.withLock { entries in
      entries.removeAll { $0.certificate.der == entry.certificate.der }
      entries.append(entry)
      if entries.count > limit { entries.removeFirst(entries.count - limit) }
    }
  }

  /// How many certificates are remembered.
  var count: Int { entries.withLock(\.count) }
}
