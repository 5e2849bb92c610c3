// SPDX-License-Identifier: Apache-2.0

import Encodings

/// The canonical JSON over which TUF metadata is signed (TUF specification §4.2; OLPC's form).
///
/// Members are sorted by the code points of their names, strings escape only the quote and the
/// backslash, there is no white space, and numbers are integers. It is another form than RFC 8785.
enum SignedForm {
  /// Writes the canonical form.
  ///
  /// - Throws: `DocumentError` for a number that is not an integer of 64 bits.
  static func encode(_ value: JSONValue) throws(DocumentError) -> [UInt8] {
    var output: [UInt8] = []
    try append(value, to: &output)
    return output
  }

  private static func append(
    _ value: JSONValue, to output: inout [UInt8]
  ) throws(DocumentError) {
    switch value {
    case .null: output += "null".utf8
    case .boolean(let flag): output += (flag ? "true" : "false").utf8
    case .integer(let number): output += String(number).utf8
    case .number(let text):
      throw DocumentError(
        path: "signed", problem: "the number `\(text.prefix(40))` is not an integer")
    case .string(let text): append(text, to: &output)
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        try append(element, to: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let object):
      output.append(UInt8(ascii: "{"))
      // The order of UTF-8 bytes is the order of code points.
      let members = object.members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      for (index, member) in members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        append(member.key, to: &output)
        output.append(UInt8(ascii: ":"))
        try append(member.value, to: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }

  private static func append(_ text: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        output.append(UInt8(ascii: "\\"))
      }
      output.append(byte)
    }
    output.append(UInt8(ascii: "\""))
  }
}
