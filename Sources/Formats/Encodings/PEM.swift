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
    try decode(Array(text.utf8), limit: limit)
  }

  /// Decodes all blocks of a text that is at hand as bytes.
  ///
  /// - Throws: ``EncodingError/pem(_:)`` also when there are more than `limit` blocks.
  package static func decode(_ text: [UInt8], limit: Int = 16) throws(EncodingError) -> [Block] {
    // A typed error cannot leave the closure, a result can.
    try text.withUnsafeBufferPointer { text in
      Result { () throws(EncodingError) in try decode(text, limit: limit) }
    }.get()
  }

  private static func decode(
    _ text: UnsafeBufferPointer<UInt8>, limit: Int
  ) throws(EncodingError) -> [Block] {
    var blocks: [Block] = []
    var label: [UInt8]?
    var ending: [UInt8] = []
    var body: [UInt8] = []
    var next = 0
    while next <= text.count {
      let start = next
      var end = start
      while end < text.count, text[end] != 0x0a { end += 1 }
      next = end + 1
      while end > start, text[end - 1] == 0x0d || text[end - 1] == 0x20 { end -= 1 }
      let line = UnsafeBufferPointer(rebasing: text[start..<end])
      if let open = label {
        // No line of base64 begins with a dash.
        if line.first == UInt8(ascii: "-"), line.elementsEqual(ending) {
          blocks.append(try block(open, body))
          guard blocks.count <= limit else { throw .pem("more than \(limit) blocks") }
          label = nil
          body = []
        } else {
          body.append(contentsOf: line)
        }
      } else if line.count >= begin.count + dashes.count, line.starts(with: begin),
        line.suffix(dashes.count).elementsEqual(dashes)
      {
        let open = Array(line.dropFirst(begin.count).dropLast(dashes.count))
        guard open.count <= labelLimit else {
          throw .pem("a label of more than \(labelLimit) bytes")
        }
        label = open
        // Made once, not for every line that begins like an end.
        ending = Self.end + open + dashes
        body.reserveCapacity(text.count)
      } else if !line.isEmpty {
        throw .pem("text outside of a block")
      }
    }
    guard label == nil else { throw .pem("a block has no end") }
    return blocks
  }

  private static let labelLimit = 64
  private static let begin = Array("-----BEGIN ".utf8)
  private static let end = Array("-----END ".utf8)
  private static let dashes = Array("-----".utf8)

  private static func block(_ label: [UInt8], _ body: [UInt8]) throws(EncodingError) -> Block {
    guard let name = String(validating: label, as: UTF8.self) else { throw .pem("not UTF-8") }
    let bytes = body.withUnsafeBufferPointer { body in
      Result { () throws(EncodingError) in try Base64.decode(body) }
    }
    do { return Block(label: name, bytes: try bytes.get()) } catch { throw .pem("\(error)") }
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
