// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings

/// Checks RFC 3161 timestamps over a bundle's signature.
struct TimestampCheck {
  let authorities: [TrustedRoot.TimestampAuthority]
  let now: Timestamp

  /// The times that trusted authorities vouch for, and why the other answers do not count.
  ///
  /// Every verified time is one that the certificate must have been valid at, also a second one by
  /// the same authority: the verdict must not depend on the order of the answers.
  func run(_ answers: [[UInt8]], signature: [UInt8]) async -> (times: [Timestamp], problem: String?)
  {
    var times: [Timestamp] = []
    var problem: String?
    for answer in answers {
      do {
        let timestamp = try RFC3161Timestamp(parsing: answer)
        times.append(try await time(of: timestamp, signature: signature))
      } catch {
        problem = "\(error)"
      }
    }
    return (times, problem)
  }

  private func time(
    of timestamp: RFC3161Timestamp, signature: [UInt8]
  ) async throws(CertificateError) -> Timestamp {
    var failure = CertificateError.untrusted(
      "no timestamp authority of the trusted root made the timestamp")
    for authority in authorities {
      do {
        try await authority.chain.check(timestamp, message: signature)
      } catch {
        failure = error
        continue
      }
      // The window of the authority that signed, never that of another one.
      guard authority.validity.contains(timestamp.time) else {
        failure = .untrusted("the timestamp authority was not in use at \(timestamp.time)")
        continue
      }
      guard timestamp.time <= now else {
        failure = .untrusted("the timestamp is in the future: \(timestamp.time)")
        continue
      }
      return timestamp.time
    }
    throw failure
  }
}
