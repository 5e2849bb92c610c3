// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// Rekor v1's promise that it took an entry at a time (`signedEntryTimestamp`).
package enum SignedEntryTimestamp {
  /// The bytes that the log signs: RFC 8785 JSON of body, time, log and index.
  ///
  /// - Parameters:
  ///   - body: the canonicalized body; signed in base64.
  ///   - integratedTime: Unix seconds.
  ///   - logID: the log's identifier; signed in hexadecimal.
  ///   - logIndex: the index over all shards.
  /// - Returns: the signed bytes.
  /// - Throws: `CanonicalJSON.UnsupportedNumber` for an index or time beyond 2^53.
  package static func payload(
    body: [UInt8], integratedTime: Int64, logID: [UInt8], logIndex: UInt64
  ) throws(CanonicalJSON.UnsupportedNumber) -> [UInt8] {
    guard logIndex <= 1 << 53, integratedTime.magnitude <= 1 << 53 else {
      throw CanonicalJSON.UnsupportedNumber(text: "\(logIndex), \(integratedTime)")
    }
    // RFC 8785 in one line: the names are sorted, base64 and digits need no escapes.
    var payload = Array("{\"body\":\"".utf8)
    payload.reserveCapacity(body.count / 3 * 4 + 256)
    Base64.append(body, to: &payload)
    payload += "\",\"integratedTime\":\(integratedTime),\"logID\":\"".utf8
    payload += Hexadecimal.encode(logID).utf8
    payload += "\",\"logIndex\":\(logIndex)}".utf8
    return payload
  }
}
