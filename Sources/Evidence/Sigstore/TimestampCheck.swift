// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings

/// Checks RFC 3161 timestamps over a bundle's signature.
struct TimestampCheck {
  let authorities: [TrustedRoot.TimestampAuthority]
  let now: Timestamp

  /// The times that trusted authorities vouch for, at most one per authority, and why the others
  /// do not count.
  func run(_ answers: [[UInt8]], signature: [UInt8]) async -> (times: [Timestamp], problem: String?)
  {
    var times: [Timestamp] = []
    var problem: String?
    var counted: Set<Int> = []
    for answer in answers {
      do {
        let timestamp = try RFC3161Timestamp(parsing: answer)
        let (time, index) = try await time(of: timestamp, signature: signature)
        if counted.insert(index).inserted { times.append(time) }
      } catch {
        problem = "\(error)"
      }
    }
    return (times, problem)
  }

  private func time(
    of timestamp: RFC3161Timestamp, signature: [UInt8]
  ) async throws(CertificateError) -> (Timestamp, Int) {
    var failure = CertificateError.untrusted(
      "no timestamp authority of the trusted root made the timestamp")
    for (index, authority) in authorities.enumerated() {
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
      return (timestamp.time, index)
    }
    throw failure
  }
}
