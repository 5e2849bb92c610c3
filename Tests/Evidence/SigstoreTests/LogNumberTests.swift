// SPDX-License-Identifier: Apache-2.0

import Encodings
import Sigstore
import Testing
import TransparencyLog

/// Numbers and ends at which a log's texts stop being texts of a log.
@Suite struct LogNumberTests {
  @Test(
    arguments: [(0, true), (1 << 53, true), (1 << 53 + 1, false), (.max, false)] as [(UInt64, Bool)]
  )
  func indicesAreExact(index: UInt64, isWritten: Bool) {
    let payload = try? SignedEntryTimestamp.payload(
      body: [1], integratedTime: 1, logID: [1], logIndex: index)
    #expect((payload != nil) == isWritten)
  }

  private struct NoNodes: MerkleNodeReader {
    func node(level: Int, index: UInt64) throws -> SHA256Hash { SHA256Hash(hashing: []) }
  }

  @Test(arguments: [(0, 0), (1, 1), (5, 4), (.max, 0)] as [(UInt64, UInt64)])
  func noProofOfWhatIsNotThere(index: UInt64, size: UInt64) {
    #expect(throws: ProofError.indexOutOfRange(index: index, treeSize: size)) {
      try MerkleTree.inclusionProof(index: index, size: size, reading: NoNodes())
    }
  }

  /// The last byte is a newline and nothing else, also where the rest would be a note without it.
  @Test(arguments: ["\n", "x", " ", "=", "A"])
  func notesEndWithANewline(end: String) {
    let note = SignedNote.format(
      text: "log.example\n1\nAAAA\n", name: "log.example", keyHint: [1, 2, 3, 4],
      signature: [UInt8](repeating: 7, count: 64))
    let parsed = try? SignedNote(parsing: String(note.dropLast()) + end)
    #expect((parsed != nil) == (end == "\n"))
  }
}
