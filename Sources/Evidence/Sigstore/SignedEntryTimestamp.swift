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
  /// - Throws: `CanonicalJSON.UnsupportedNumber` for an index beyond 2^53.
  package static func payload(
    body: [UInt8], integratedTime: Int64, logID: [UInt8], logIndex: UInt64
  ) throws(CanonicalJSON.UnsupportedNumber) -> [UInt8] {
    guard logIndex <= 1 << 53 else {
      throw CanonicalJSON.UnsupportedNumber(text: String(logIndex))
    }
    return try CanonicalJSON.encode([
      "body": .string(Base64.encode(body)),
      "integratedTime": .integer(integratedTime),
      "logID": .string(Hexadecimal.encode(logID)),
      "logIndex": .integer(Int64(logIndex)),
    ])
  }
}
