// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Why a text is not a signed note or not one of the expected signer.
package enum NoteError: Error, Hashable, Sendable {
  /// The text breaks the format.
  case malformed(String)
  /// No signature line is by the expected name and key.
  case noKnownSignature
  /// The line of the expected name and key does not verify.
  case invalidSignature(name: String)
}

extension NoteError: CustomStringConvertible {
  /// One sentence for a person.
  package var description: String {
    switch self {
    case .malformed(let reason): "not a signed note: \(reason)"
    case .noKnownSignature: "the note has no signature by the log's name and key"
    case .invalidSignature(let name): "the note's signature by `\(name)` does not verify"
    }
  }
}

/// A signed note whose signatures nobody has checked (C2SP signed-note).
///
/// ```
/// <text, ends with a newline>
///
/// — <key name> base64(4 bytes of key id || signature)
/// ```
/// The text is everything up to the last empty line; the dash is U+2014. The text cannot be read
/// here: ``verified(by:)`` gives the ``VerifiedNote`` that has it.
package struct SignedNote: Hashable, Sendable {
  /// Bytes and signature lines that a note may have at most.
  package struct Limits: Hashable, Sendable {
    /// Bytes of the whole note.
    package var size = 1 << 20
    /// Signature lines.
    package var signatures = 100

    /// The defaults, 1 MiB and 100 lines.
    package init() {}
  }

  /// One signature line.
  package struct Signature: Hashable, Sendable {
    /// The key's name, usually a host.
    package let name: String
    /// The first four bytes of the key's id.
    package let keyHint: [UInt8]
    /// The signature's bytes.
    package let bytes: [UInt8]
  }

  let text: String
  /// The signature lines, in order.
  package let signatures: [Signature]

  /// Reads a note.
  ///
  /// - Throws: ``NoteError/malformed(_:)``.
  package init(parsing note: String, limits: Limits = Limits()) throws(NoteError) {
    let bytes = Array(note.utf8)
    guard bytes.count <= limits.size else { throw .malformed("more than \(limits.size) bytes") }
    for byte in bytes where byte < 0x20 && byte != 0x0a {
      throw .malformed("control character in the text")
    }
    guard bytes.last == 0x0a else { throw .malformed("no newline at the end") }
    var split: Int?
    for index in stride(from: bytes.count - 2, through: 0, by: -1)
    where bytes[index] == 0x0a && bytes[index + 1] == 0x0a {
      split = index
      break
    }
    guard let split else { throw .malformed("no blank line before the signatures") }
    text = String(decoding: bytes[...split], as: UTF8.self)

    var signatures: [Signature] = []
    let lines = bytes[(split + 2)...].dropLast().split(
      separator: 0x0a, omittingEmptySubsequences: false)
    for line in lines where !(lines.count == 1 && line.isEmpty) {
      guard signatures.count < limits.signatures else {
        throw .malformed("more than \(limits.signatures) signatures")
      }
      signatures.append(try Self.signature(Array(line)))
    }
    guard !signatures.isEmpty else { throw .malformed("no signature") }
    self.signatures = signatures
  }

  private static let dash: [UInt8] = [0xe2, 0x80, 0x94, 0x20]

  private static func signature(_ line: [UInt8]) throws(NoteError) -> Signature {
    guard line.starts(with: dash) else { throw .malformed("a signature line has no dash") }
    let rest = line.dropFirst(dash.count)
    guard let space = rest.lastIndex(of: 0x20) else {
      throw .malformed("a signature line has no signature")
    }
    let name = rest[..<space]
    guard !name.isEmpty, !name.contains(0x20), !name.contains(UInt8(ascii: "+")) else {
      throw .malformed("a key name is empty or has a blank or plus sign")
    }
    let decoded: [UInt8]
    do {
      decoded = try Base64.decode(String(decoding: rest[(space + 1)...], as: UTF8.self))
    } catch {
      throw .malformed("a signature is \(error)")
    }
    guard decoded.count > 4 else { throw .malformed("a signature is too short") }
    return Signature(
      name: String(decoding: name, as: UTF8.self), keyHint: Array(decoded[..<4]),
      bytes: Array(decoded[4...]))
  }

  /// Checks the signature of one key and gives access to the text.
  ///
  /// Lines are matched by name and key hint together; lines of other keys are ignored, because
  /// witnesses add them. The matching line must verify: there is no second try with other keys.
  ///
  /// - Throws: ``NoteError/noKnownSignature`` or ``NoteError/invalidSignature(name:)``.
  package func verified(by key: NoteKey) throws(NoteError) -> VerifiedNote {
    let matching = signatures.filter {
      $0.name.utf8.elementsEqual(key.name.utf8) && $0.keyHint == key.hint
    }
    guard !matching.isEmpty else { throw .noKnownSignature }
    for signature in matching
    where !key.isValidSignature(signature.bytes, Array(text.utf8)) {
      throw .invalidSignature(name: key.name)
    }
    return VerifiedNote(text: text, signer: key.name)
  }

  /// Writes a note with one signature.
  ///
  /// - Parameters:
  ///   - text: the signed text, which ends with a newline.
  ///   - name: the key's name.
  ///   - keyHint: the first four bytes of the key's id.
  ///   - signature: the signature over the text's UTF-8 bytes.
  /// - Returns: the note.
  package static func format(
    text: String, name: String, keyHint: some Collection<UInt8>, signature: [UInt8]
  ) -> String {
    "\(text)\n\u{2014} \(name) \(Base64.encode(Array(keyHint.prefix(4)) + signature))\n"
  }
}

/// A key that signs notes: its name, the first bytes of its id, and its check.
package struct NoteKey: Sendable {
  /// The key's name.
  package let name: String
  /// The first four bytes of the key's id.
  package let hint: [UInt8]
  let isValidSignature: @Sendable (_ signature: [UInt8], _ message: [UInt8]) -> Bool

  /// Describes a key.
  ///
  /// - Parameters:
  ///   - name: the name on the signature line.
  ///   - id: the key's id, of which the first four bytes count.
  ///   - isValidSignature: checks a signature over a message.
  package init(
    name: String, id: some Collection<UInt8>,
    isValidSignature: @escaping @Sendable (_ signature: [UInt8], _ message: [UInt8]) -> Bool
  ) {
    self.name = name
    hint = Array(id.prefix(4))
    self.isValidSignature = isValidSignature
  }
}

/// The text of a note whose signature by a known key was checked; only ``SignedNote`` makes it.
package struct VerifiedNote: Hashable, Sendable {
  /// The signed text, with its final newline.
  package let text: String
  /// The name of the key that signed it.
  package let signer: String
}
