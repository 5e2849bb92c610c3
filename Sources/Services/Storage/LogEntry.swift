// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import TransparencyLog

/// One entry of a log as it is stored; it never changes.
package struct LogEntry: Hashable, Sendable {
  /// Position in the log, from 0.
  package let index: UInt64
  /// RFC 6962 leaf hash of ``body``.
  package let leafHash: SHA256Hash
  /// The bytes that were logged.
  package let body: [UInt8]
  /// When the entry was taken, Unix seconds.
  package let integratedTime: Int64
}

/// A log's signed state.
package struct LogHead: Hashable, Sendable {
  /// Number of entries.
  package let size: UInt64
  /// Root of the Merkle tree over them.
  package let rootHash: SHA256Hash
  /// The signed checkpoint for exactly this state, a note.
  package let checkpoint: String
}

/// An entry with the proof that a signed state of the log contains it.
package struct IncludedLogEntry: Hashable, Sendable {
  /// The entry.
  package let entry: LogEntry
  /// Its path in the tree of ``head``.
  package let proof: InclusionProof
  /// The state that the proof is for.
  package let head: LogHead
}

/// What became of a submitted entry.
package enum AppendOutcome: Hashable, Sendable {
  /// The entry is new and durable.
  case appended(IncludedLogEntry)
  /// An identical entry was there before; the log is unchanged.
  case duplicate(IncludedLogEntry)
}
