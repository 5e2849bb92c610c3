// SPDX-License-Identifier: Apache-2.0

/// Percent-encoding of text in URLs (RFC 3986 §2).
package enum PercentEncoding {
  private static let hexadecimal = Array("0123456789ABCDEF".utf8)

  /// Encodes a value of a query, every byte but the unreserved characters of RFC 3986 §2.3.
  package static func encodeQueryValue(_ text: String) -> String {
    encode(text) { _ in false }
  }

  /// Encodes one segment of a path; `/` is encoded too.
  package static func encodePathSegment(_ text: String) -> String {
    encode(text) { "!$&'()*+,;=:@".utf8.contains($0) }
  }

  /// Encodes the fields of a form (`application/x-www-form-urlencoded`); a space becomes `%20`,
  /// which every reader takes.
  package static func encodeForm(_ fields: [(name: String, value: String)]) -> String {
    fields.map { "\(encodeQueryValue($0.name))=\(encodeQueryValue($0.value))" }
      .joined(separator: "&")
  }

  /// Decodes percent-encoded text into bytes; `nil` when a `%` is not followed by two hexadecimal
  /// digits.
  ///
  /// - Parameters:
  ///   - text: the encoded text.
  ///   - plusIsSpace: whether `+` is a space, as in forms.
  /// - Returns: the bytes.
  package static func decode(
    _ text: some Collection<UInt8>, plusIsSpace: Bool = false
  ) -> [UInt8]? {
    var output: [UInt8] = []
    var rest = text[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        output.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
        continue
      }
      // Both cases are common; Hexadecimal takes lower case.
      let digits = rest.prefix(2).map { $0 >= 0x41 && $0 <= 0x46 ? $0 | 0x20 : $0 }
      guard let value = try? Hexadecimal.decode(String(decoding: digits, as: UTF8.self)),
        value.count == 1
      else { return nil }
      output += value
      rest = rest.dropFirst(2)
    }
    return output
  }

  private static func encode(_ text: String, keeping isKept: (UInt8) -> Bool) -> String {
    var output: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        output.append(byte)
      case _ where isKept(byte): output.append(byte)
      default:
        output.append(UInt8(ascii: "%"))
        output.append(hexadecimal[Int(byte >> 4)])
        output.append(hexadecimal[Int(byte & 15)])
      }
    }
    return String(decoding: output, as: UTF8.self)
  }
}
