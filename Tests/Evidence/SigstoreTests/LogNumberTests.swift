// SPDX-License-Identifier: Apache-2.0

import Encodings
import Sigstore
import Testing
import TransparencyLog
import TrustSimulator

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

  @Test(
    arguments: [
      (0, true), (1 << 53, true), (1 << 53 + 1, false), (-(1 << 53) - 1, false), (.max, false),
      (.min, false),
    ] as [(Int64, Bool)])
  func timesAreExact(time: Int64, isWritten: Bool) {
    let payload = try? SignedEntryTimestamp.payload(
      body: [1], integratedTime: time, logID: [1], logIndex: 1)
    #expect((payload != nil) == isWritten)
  }

  /// Bodies whose hash or key is written in another way.
  @Test(
    arguments: [
      (.blob, ["spec", "data", "hash", "algorithm"], "md5"),
      (.blob, ["spec", "signature", "publicKey", "content"], "AAAA"),
      (.blobV2, ["spec", "hashedRekordV002", "data", "algorithm"], "SHA1"),
      (.dsse, ["spec", "signatures", 0, "verifier"], "AAAA"),
    ] as [(SigningForm, [JSONStep], JSONValue)])
  func bodiesAreStrict(form: SigningForm, path: [JSONStep], value: JSONValue) throws {
    let bundle = try TrustSimulator().sign(
      OneDefectTests.statement, artifact: OneDefectTests.artifact, form: form)
    let body = try #require(bundle.logEntries.first).canonicalizedBody
    #expect(throws: Never.self) { try LogEntryBody(parsing: body) }
    let document = try JSONNode(parsing: body).value
    #expect(document.at(path) != nil)
    let changed = Array(document.editing(path) { _ in value }.compactText.utf8)
    #expect(throws: DocumentError.self) { try LogEntryBody(parsing: changed) }
    guard case .string(let text)? = document.at(path), let pem = try? Base64.decode(text),
      pem.starts(with: Array("-----".utf8))
    else { return }
    // Two keys, of which a reader could take either.
    let two = document.editing(path) { _ in .string(Base64.encode(pem + pem)) }
    #expect(throws: DocumentError.self) {
      try LogEntryBody(parsing: Array(two.compactText.utf8))
    }
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
