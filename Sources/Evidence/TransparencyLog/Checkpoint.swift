// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// A log's statement about its tree (C2SP tlog-checkpoint), the text of a signed note.
///
/// ```
/// rekor.example - 2605736670972794746      origin
/// 23083062                                 size, canonical decimal
/// dauhleYK4YyAdxwwDtR0l0KnSOWZdG2bwqHftlanvcI=   root hash, base64
/// Timestamp: 1689177396617352539           extension lines, opaque
/// ```
package struct Checkpoint: Hashable, Sendable {
  /// The log's identity line.
  package let origin: String
  /// Number of entries.
  package let size: UInt64
  /// Root of the tree of ``size`` entries.
  package let rootHash: SHA256Hash
  /// Further lines, not interpreted.
  package let extensions: [String]

  /// Makes a checkpoint to be signed.
  package init(origin: String, size: UInt64, rootHash: SHA256Hash, extensions: [String] = []) {
    self.origin = origin
    self.size = size
    self.rootHash = rootHash
    self.extensions = extensions
  }

  /// Reads the text of a note that was verified.
  ///
  /// - Throws: ``NoteError/malformed(_:)``.
  package init(_ note: VerifiedNote) throws(NoteError) {
    let lines = Array(note.text.utf8).dropLast().split(
      separator: 0x0a, omittingEmptySubsequences: false)
    guard lines.count >= 3 else { throw .malformed("a checkpoint has at least three lines") }
    guard let origin = String(validating: lines[0], as: UTF8.self), !origin.isEmpty else {
      throw .malformed("the checkpoint has no origin")
    }
    guard let size = DecimalText.parse(lines[1]) else {
      throw .malformed("the checkpoint's size is not a canonical decimal")
    }
    guard let text = String(validating: lines[2], as: UTF8.self),
      let bytes = try? Base64.decode(text),
      let root = SHA256Hash(bytes: bytes)
    else { throw .malformed("the checkpoint's root hash is not 32 bytes of base64") }
    var extensions: [String] = []
    for line in lines[3...] {
      guard let text = String(validating: line, as: UTF8.self), !text.isEmpty else {
        throw .malformed("the checkpoint has an empty extension line")
      }
      extensions.append(text)
    }
    self.init(origin: origin, size: size, rootHash: root, extensions: extensions)
  }

  /// The text to sign, with its final newline.
  package var text: String {
    ([origin, String(size), rootHash.base64] + extensions).joined(separator: "\n") + "\n"
  }
}
