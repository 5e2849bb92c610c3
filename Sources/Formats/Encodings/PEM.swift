// SPDX-License-Identifier: Apache-2.0

/// PEM text (RFC 7468): labelled base64 between `-----BEGIN X-----` and `-----END X-----`.
package enum PEM {
  /// One decoded block.
  package struct Block: Hashable, Sendable {
    /// The label, such as `CERTIFICATE` or `PUBLIC KEY`.
    package let label: String
    /// The decoded contents, usually DER.
    package let bytes: [UInt8]
  }

  /// Decodes all blocks of a text; text outside the blocks must be blank.
  ///
  /// - Throws: ``EncodingError/pem(_:)`` also when there are more than `limit` blocks.
  package static func decode(_ text: String, limit: Int = 16) throws(EncodingError) -> [Block] {
    var blocks: [Block] = []
    var label: String?
    var body = ""
    for line in text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false) {
      var line = line
      while let last = line.last, last == 0x0d || last == 0x20 { line = line.dropLast() }
      guard let string = String(line) else { throw .pem("not UTF-8") }
      if let open = label {
        if string.utf8.elementsEqual("-----END \(open)-----".utf8) {
          let bytes: [UInt8]
          do { bytes = try Base64.decode(body) } catch { throw .pem("\(error)") }
          blocks.append(Block(label: open, bytes: bytes))
          guard blocks.count <= limit else { throw .pem("more than \(limit) blocks") }
          label = nil
          body = ""
        } else {
          body += string
        }
      } else if string.hasPrefix("-----BEGIN "), string.hasSuffix("-----") {
        label = String(string.dropFirst(11).dropLast(5))
      } else if !string.isEmpty {
        throw .pem("text outside of a block")
      }
    }
    guard label == nil else { throw .pem("a block has no end") }
    return blocks
  }

  /// Decodes a text that holds exactly one block with the given label.
  ///
  /// - Throws: ``EncodingError/pem(_:)``.
  package static func decodeOne(_ text: String, label: String) throws(EncodingError) -> [UInt8] {
    let blocks = try decode(text)
    guard blocks.count == 1, let block = blocks.first, block.label == label else {
      throw .pem("expected exactly one `\(label)` block")
    }
    return block.bytes
  }

  /// Encodes bytes as one block with lines of 64 characters and a final newline.
  package static func encode(_ bytes: [UInt8], label: String) -> String {
    let body = Array(Base64.encode(bytes).utf8)
    var text = "-----BEGIN \(label)-----\n"
    for start in stride(from: 0, to: body.count, by: 64) {
      text += String(decoding: body[start..<min(start + 64, body.count)], as: UTF8.self) + "\n"
    }
    return text + "-----END \(label)-----\n"
  }
}
