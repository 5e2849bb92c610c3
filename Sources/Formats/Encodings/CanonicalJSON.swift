// SPDX-License-Identifier: Apache-2.0

/// Writers of JSON text: canonical (RFC 8785, JCS), compact, and indented.
///
/// JCS sorts members by the UTF-16 code units of their names, escapes only what it must and writes
/// no white space. Numbers that are not integers of at most 53 bits cannot be written canonically
/// here; no format that Hallmark signs has them.
package enum CanonicalJSON {
  /// The value has a number that RFC 8785 writes by ECMAScript's rules, which is not supported.
  package struct UnsupportedNumber: Error, Hashable, Sendable {
    /// The number as it was written.
    package let text: String

    /// Makes the error for a number's text.
    package init(text: String) {
      self.text = text
    }
  }

  /// Writes the RFC 8785 form.
  ///
  /// - Throws: ``UnsupportedNumber`` for fractions, exponents and integers beyond 2^53.
  package static func encode(_ value: JSONValue) throws(UnsupportedNumber) -> [UInt8] {
    var writer = JSONTextWriter(sorted: true, indentation: nil)
    writer.write(value, level: 0)
    if let text = writer.unsupported { throw UnsupportedNumber(text: text) }
    return writer.output
  }
}

extension JSONValue {
  /// The compact text, members in their own order.
  package var compactText: String {
    var writer = JSONTextWriter(sorted: false, indentation: nil)
    writer.write(self, level: 0)
    return String(decoding: writer.output, as: UTF8.self)
  }

  /// The text for people: two spaces of indentation and a final newline.
  package var indentedText: String {
    var writer = JSONTextWriter(sorted: false, indentation: 2)
    writer.write(self, level: 0)
    return String(decoding: writer.output, as: UTF8.self) + "\n"
  }
}

private struct JSONTextWriter {
  var output: [UInt8] = []
  var unsupported: String?
  let sorted: Bool
  let indentation: Int?

  init(sorted: Bool, indentation: Int?) {
    self.sorted = sorted
    self.indentation = indentation
  }

  mutating func write(_ value: JSONValue, level: Int) {
    switch value {
    case .null: append("null")
    case .boolean(let flag): append(flag ? "true" : "false")
    case .integer(let number):
      if sorted, number.magnitude > 1 << 53 { unsupported = String(number) }
      append(String(number))
    case .number(let text):
      if sorted { unsupported = text }
      append(text)
    case .string(let text): quote(text)
    case .array(let elements):
      append("[")
      for (index, element) in elements.enumerated() {
        if index > 0 { append(",") }
        newline(level + 1)
        write(element, level: level + 1)
      }
      if !elements.isEmpty { newline(level) }
      append("]")
    case .object(let object):
      append("{")
      let members =
        sorted
        ? object.members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
        : object.members
      for (index, member) in members.enumerated() {
        if index > 0 { append(",") }
        newline(level + 1)
        quote(member.key)
        append(indentation == nil ? ":" : ": ")
        write(member.value, level: level + 1)
      }
      if !members.isEmpty { newline(level) }
      append("}")
    }
  }

  private mutating func append(_ text: String) {
    output.append(contentsOf: text.utf8)
  }

  private mutating func newline(_ level: Int) {
    guard let indentation else { return }
    output.append(0x0a)
    output.append(contentsOf: repeatElement(0x20, count: indentation * level))
  }

  private mutating func quote(_ text: String) {
    output.append(UInt8(ascii: "\""))
    // Most texts are as they are; the closure says whether this one was.
    let isPlain = text.utf8.withContiguousStorageIfAvailable { bytes in
      let special = bytes.contains {
        $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\")
      }
      if !special { output.append(contentsOf: bytes) }
      return !special
    }
    if isPlain == true {
      output.append(UInt8(ascii: "\""))
      return
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0x08: append("\\b")
      case 0x09: append("\\t")
      case 0x0a: append("\\n")
      case 0x0c: append("\\f")
      case 0x0d: append("\\r")
      case 0..<0x20: append("\\u00" + Hexadecimal.encode([byte]))
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
