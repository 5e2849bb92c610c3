// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings
import Testing
import TransparencyLog

@Suite struct SignedNoteTests {
  static let root = SHA256Hash(hashing: [1]).base64
  static let sig = Base64.encode([1, 2, 3, 4, 5])

  @Test func signedCheckpointRoundTrip() throws {
    let key = P256.Signing.PrivateKey()
    let checkpoint = Checkpoint(
      origin: "log.example - 7", size: 3, rootHash: SHA256Hash(hashing: [1]),
      extensions: ["Timestamp: 1"])
    let signature = try key.signature(for: Array(checkpoint.text.utf8)).derRepresentation
    let text = SignedNote.format(
      text: checkpoint.text, name: "log.example", keyHint: [9, 8, 7, 6],
      signature: Array(signature))
    // A witness line before and a line of an unknown key of the same name do not matter.
    let body = checkpoint.text + "\n"
    let lines = text.dropFirst(body.count)
    let noisy =
      body + "\u{2014} witness.example \(Self.sig)\n" + lines
      + "\u{2014} log.example \(Self.sig)\n"
    for note in [text, noisy] {
      let verified = try SignedNote(parsing: note).verified(by: noteKey(key))
      #expect(try Checkpoint(verified) == checkpoint)
    }
    let forged = "x" + text.dropFirst()
    #expect(throws: NoteError.invalidSignature(name: "log.example")) {
      try SignedNote(parsing: forged).verified(by: noteKey(key))
    }
    #expect(throws: NoteError.noKnownSignature) {
      try SignedNote(parsing: text).verified(by: noteKey(key, name: "log.examplf"))
    }
  }

  private func noteKey(_ key: P256.Signing.PrivateKey, name: String = "log.example") -> NoteKey {
    let publicKey = key.publicKey
    return NoteKey(name: name, id: [9, 8, 7, 6, 5]) { signature, message in
      guard let parsed = try? P256.Signing.ECDSASignature(derRepresentation: signature) else {
        return false
      }
      return publicKey.isValidSignature(parsed, for: message)
    }
  }

  @Test(arguments: [
    "", "\n", "a\n", "a\n\n", "a\n\nb\n", "a\n\n\u{2014} n\n", "a\n\n\u{2014} n AAAA\n",
    "a\n\n\u{2014} n !!!!\n", "a\n\n\u{2014}  \(sig)\n", "a\n\n\u{2014} n+x \(sig)\n",
    "a\n\n\u{2014} a b \(sig)\n", "a\n\n\u{2014} n \(sig)", "a\u{0}\n\n\u{2014} n \(sig)\n",
    "a\r\n\n\u{2014} n \(sig)\n", "a\n\n- n \(sig)\n",
  ])
  func malformedNotes(note: String) {
    #expect(throws: NoteError.self) { try SignedNote(parsing: note) }
  }

  @Test func limits() {
    let line = "\u{2014} n \(Self.sig)\n"
    let many = "a\n\n" + String(repeating: line, count: 101)
    #expect(throws: NoteError.malformed("more than 100 signatures")) {
      try SignedNote(parsing: many)
    }
    let long = String(repeating: "a", count: 1 << 20) + "\n\n" + line
    #expect(throws: NoteError.malformed("more than 1048576 bytes")) {
      try SignedNote(parsing: long)
    }
  }

  @Test(arguments: [
    "log\n3\n", "log\n+3\n\(root)\n", "log\n007\n\(root)\n", "log\n3\nAAAA\n", "\n3\n\(root)\n",
    "log\n-1\n\(root)\n", "log\n3\n\(root)\n\nx\n", "log\n3 \n\(root)\n",
  ])
  func malformedCheckpoints(text: String) throws {
    let note = try SignedNote(parsing: "\(text)\n\u{2014} n \(Self.sig)\n")
    let key = NoteKey(name: "n", id: [1, 2, 3, 4]) { _, _ in true }
    let verified = try note.verified(by: key)
    #expect(throws: NoteError.self) { try Checkpoint(verified) }
  }
}
