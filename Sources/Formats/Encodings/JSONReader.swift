// SPDX-License-Identifier: Apache-2.0

/// Limits of the JSON reader.
package struct JSONLimits: Hashable, Sendable {
  /// Bytes of the whole text.
  package var size: Int
  /// Nesting of arrays and objects.
  package var depth: Int
  /// Values in the whole text, which bounds memory.
  package var values: Int

  /// Makes limits; the defaults fit evidence files (16 MiB, 64 levels, 500,000 values).
  package init(size: Int = 16 << 20, depth: Int = 64, values: Int = 500_000) {
    self.size = size
    self.depth = depth
    self.values = values
  }
}

/// Why a text is not acceptable JSON; offsets count bytes.
package enum JSONError: Error, Hashable, Sendable {
  /// The text breaks the grammar of RFC 8259 at this place.
  case syntax(String, offset: Int)
  /// An object has two members of the same name.
  case duplicateKey(String, offset: Int)
  /// A limit of ``JSONLimits`` is exceeded.
  case limit(String, offset: Int)
}

extension JSONError: CustomStringConvertible {
  /// One sentence for a person.
  package var description: String {
    switch self {
    case .syntax(let what, let offset): "not valid JSON at byte \(offset): \(what)"
    case .duplicateKey(let key, let offset):
      "the JSON object has two members named `\(key)`, the second at byte \(offset)"
    case .limit(let what, let offset): "the JSON exceeds a limit at byte \(offset): \(what)"
    }
  }
}

/// A strict reader of JSON (RFC 8259) for texts that are signed or hostile.
///
/// Unlike lenient decoders it refuses duplicate keys (parsers differ in which one they take),
/// trailing commas, a byte order mark, invalid UTF-8, lone surrogates, and anything after the
/// value. It does not recurse deeper than ``JSONLimits/depth``.
package struct JSONReader {
  // Points into the array that ``parse(_:limits:)`` was given, and lives no longer than its call.
  // Every place is compared with the count before it is read.
  private let bytes: UnsafeBufferPointer<UInt8>
  private let limits: JSONLimits
  private var position = 0
  private var remaining: Int

  /// Reads one JSON text that fills all the bytes.
  ///
  /// - Throws: ``JSONError``.
  package static func parse(
    _ bytes: [UInt8], limits: JSONLimits = JSONLimits()
  ) throws(JSONError) -> JSONValue {
    guard bytes.count <= limits.size else {
      throw .limit("more than \(limits.size) bytes", offset: limits.size)
    }
    // A typed error cannot leave the closure, a result can.
    return try bytes.withUnsafeBufferPointer { bytes in
      Result { () throws(JSONError) in
        var reader = JSONReader(bytes: bytes, limits: limits, remaining: limits.values)
        return try reader.document()
      }
    }.get()
  }

  private init(bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits, remaining: Int) {
    self.bytes = bytes
    self.limits = limits
    self.remaining = remaining
  }

  private mutating func document() throws(JSONError) -> JSONValue {
    skipSpace()
    let value = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else {
      throw .syntax("text after the value", offset: position)
    }
    return value
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0a, 0x0d: position += 1
      default: return
      }
    }
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    remaining -= 1
    guard remaining >= 0 else {
      throw .limit("more than \(limits.values) values", offset: position)
    }
    guard depth <= limits.depth else {
      throw .limit("nested deeper than \(limits.depth) levels", offset: position)
    }
    guard let first = current else {
      throw .syntax("the text ends too early", offset: position)
    }
    switch first {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw .syntax("expected a value", offset: position)
    }
  }

  private mutating func word(
    _ text: StaticString, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    let end = position + text.utf8CodeUnitCount
    let matches = text.withUTF8Buffer { buffer in
      end <= bytes.count && bytes[position..<end].elementsEqual(buffer)
    }
    guard matches else { throw .syntax("expected a value", offset: position) }
    position = end
    return value
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    position += 1
    var elements: [JSONValue] = []
    skipSpace()
    if current == UInt8(ascii: "]") {
      position += 1
      return .array(elements)
    }
    while true {
      skipSpace()
      elements.append(try value(depth: depth + 1))
      skipSpace()
      switch current {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "]"):
        position += 1
        return .array(elements)
      default: throw .syntax("expected `,` or `]`", offset: position)
      }
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    position += 1
    var members = UniqueMembers()
    skipSpace()
    if current == UInt8(ascii: "}") {
      position += 1
      return .object(JSONObject(uniqueMembers: []))
    }
    // Most objects are this small; it spares them several steps of growth.
    members.all.reserveCapacity(6)
    while true {
      skipSpace()
      let start = position
      guard current == UInt8(ascii: "\"") else { throw .syntax("expected a name", offset: start) }
      let key = try string()
      guard members.isNew(key) else {
        throw .duplicateKey(String(key.prefix(80)), offset: start)
      }
      skipSpace()
      guard current == UInt8(ascii: ":") else { throw .syntax("expected `:`", offset: position) }
      position += 1
      skipSpace()
      members.all.append(JSONObject.Member(key: key, value: try value(depth: depth + 1)))
      skipSpace()
      switch current {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "}"):
        position += 1
        return .object(JSONObject(uniqueMembers: members.all))
      default: throw .syntax("expected `,` or `}`", offset: position)
      }
    }
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    var isInteger = true
    if current == UInt8(ascii: "-") { position += 1 }
    if current == UInt8(ascii: "0") {
      position += 1
    } else {
      try digits()
    }
    if current == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try digits()
    }
    if let byte = current, byte | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, text != "-0", let value = Int64(text) { return .integer(value) }
    return .number(text)
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while let byte = current, byte >= 0x30, byte <= 0x39 { position += 1 }
    guard position > start else { throw .syntax("expected a digit", offset: position) }
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    // The common case has no escape and is validated in one go.
    position = endOfPlainText(from: start)
    if current == UInt8(ascii: "\"") { return try text(from: start) }
    var output = Array(bytes[start..<position])
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: output, as: UTF8.self) else {
          throw .syntax("invalid UTF-8", offset: start)
        }
        position += 1
        return text
      case UInt8(ascii: "\\"): try escape(into: &output)
      case 0..<0x20: throw .syntax("control character in a string", offset: position)
      default:
        let end = endOfPlainText(from: position)
        output.append(contentsOf: bytes[position..<end])
        position = end
      }
    }
    throw .syntax("the string has no end", offset: start - 1)
  }

  /// The string that ends with the quote at the position, which is left behind.
  private mutating func text(from start: Int) throws(JSONError) -> String {
    let plain = UnsafeBufferPointer(rebasing: bytes[start..<position])
    // ASCII, which nearly all is, cannot be invalid UTF-8, and is told in one quick pass.
    if isASCII(plain) {
      position += 1
      return String(decoding: plain, as: UTF8.self)
    }
    guard let text = String(validating: plain, as: UTF8.self) else {
      throw .syntax("invalid UTF-8", offset: start)
    }
    position += 1
    return text
  }

  private func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let raw = UnsafeRawBufferPointer(bytes)
    var upperBits: UInt64 = 0
    var position = 0
    while position + 8 <= raw.count {
      upperBits |= raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      position += 8
    }
    while position < raw.count {
      upperBits |= UInt64(raw[position])
      position += 1
    }
    return upperBits & 0x8080_8080_8080_8080 == 0
  }

  /// The place of the next quote, backslash or control character, or of the end.
  private func endOfPlainText(from start: Int) -> Int {
    var position = start
    // Eight bytes at a time, while none of them is special: a byte is zero, or less than n, if
    // taking 1, or n, from it borrows from a clear upper bit.
    let ones: UInt64 = 0x0101_0101_0101_0101
    let raw = UnsafeRawBufferPointer(bytes)
    while position + 8 <= raw.count {
      let word = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
      let slashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
      let special =
        (quotes &- ones) & ~quotes | (slashes &- ones) & ~slashes
        | (word &- ones &* 0x20) & ~word
      if special & (ones &* 0x80) != 0 { break }
      position += 8
    }
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
      position += 1
    }
    return position
  }

  private mutating func escape(into output: inout [UInt8]) throws(JSONError) {
    let start = position
    position += 1
    guard let byte = current else { throw .syntax("the string has no end", offset: start) }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(byte)
    case UInt8(ascii: "b"): output.append(0x08)
    case UInt8(ascii: "f"): output.append(0x0c)
    case UInt8(ascii: "n"): output.append(0x0a)
    case UInt8(ascii: "r"): output.append(0x0d)
    case UInt8(ascii: "t"): output.append(0x09)
    case UInt8(ascii: "u"):
      var code = try unit(start)
      if (0xd800..<0xdc00).contains(code) {
        guard current == UInt8(ascii: "\\"), position + 1 < bytes.count,
          bytes[position + 1] == UInt8(ascii: "u")
        else { throw .syntax("lone surrogate", offset: start) }
        position += 2
        let low = try unit(start)
        guard (0xdc00..<0xe000).contains(low) else {
          throw .syntax("lone surrogate", offset: start)
        }
        code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(code) else {
        throw .syntax("lone surrogate", offset: start)
      }
      output.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
    default: throw .syntax("unknown escape", offset: start)
    }
  }

  private mutating func unit(_ start: Int) throws(JSONError) -> UInt32 {
    guard position + 4 <= bytes.count else { throw .syntax("short escape", offset: start) }
    var code: UInt32 = 0
    for byte in bytes[position..<position + 4] {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - 0x30
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - 0x57
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - 0x37
      default: throw .syntax("bad escape", offset: start)
      }
      code = code << 4 | UInt32(digit)
    }
    position += 4
    return code
  }
}
