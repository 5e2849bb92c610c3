// SPDX-License-Identifier: Apache-2.0

extension Expression {
  /// Most bytes of an expression; GitHub takes 21,000 characters.
  package static let longest = 21_000
  /// Most levels of an expression; GitHub takes 50.
  package static let deepest = 50

  /// Parses the text between `${{` and `}}`, or that of an `if:`.
  package init(parsing source: String) throws(ExpressionError) {
    guard source.utf8.count <= Self.longest else {
      throw ExpressionError(
        offset: 0, problem: "the expression is longer than \(Self.longest) bytes")
    }
    var parser = ExpressionParser(source)
    self = try parser.whole()
  }

  /// Where the contexts of an expression stand in its source, by their bytes, each with its names as
  /// in ``path``; none where the source does not parse.
  package static func places(in source: String) -> [(path: String, range: Range<Int>)] {
    guard source.utf8.count <= longest else { return [] }
    var parser = ExpressionParser(source, notesPlaces: true)
    return (try? parser.whole()) == nil ? [] : parser.places
  }
}

/// Reads expressions by their precedence: `||`, `&&`, `==` `!=`, `<` `>` `<=` `>=`, `!`, members.
struct ExpressionParser {
  private let bytes: [UInt8]
  private var offset = 0
  private var level = 0
  private let notesPlaces: Bool
  private(set) var places: [(path: String, range: Range<Int>)] = []

  init(_ source: String, notesPlaces: Bool = false) {
    bytes = Array(source.utf8)
    self.notesPlaces = notesPlaces
  }

  mutating func whole() throws(ExpressionError) -> Expression {
    let expression = try either()
    skipBlanks()
    guard offset == bytes.count else { throw unexpected() }
    return expression
  }

  private mutating func either() throws(ExpressionError) -> Expression {
    level += 1
    defer { level -= 1 }
    guard level <= Expression.deepest else {
      throw ExpressionError(
        offset: offset, problem: "the expression has more than \(Expression.deepest) levels")
    }
    var left = try both()
    while take("||") { left = .binary(.or, left, try both()) }
    return left
  }

  private mutating func both() throws(ExpressionError) -> Expression {
    var left = try equality()
    while take("&&") { left = .binary(.and, left, try equality()) }
    return left
  }

  private mutating func equality() throws(ExpressionError) -> Expression {
    var left = try comparison()
    while true {
      if take("==") {
        left = .binary(.equal, left, try comparison())
      } else if take("!=") {
        left = .binary(.notEqual, left, try comparison())
      } else {
        return left
      }
    }
  }

  private mutating func comparison() throws(ExpressionError) -> Expression {
    var left = try negation()
    while true {
      if take("<=") {
        left = .binary(.lessOrEqual, left, try negation())
      } else if take(">=") {
        left = .binary(.greaterOrEqual, left, try negation())
      } else if take("<") {
        left = .binary(.less, left, try negation())
      } else if take(">") {
        left = .binary(.greater, left, try negation())
      } else {
        return left
      }
    }
  }

  private mutating func negation() throws(ExpressionError) -> Expression {
    skipBlanks()
    guard peek() == UInt8(ascii: "!"), peek(1) != UInt8(ascii: "=") else { return try member() }
    offset += 1
    level += 1
    defer { level -= 1 }
    guard level <= Expression.deepest else {
      throw ExpressionError(
        offset: offset, problem: "the expression has more than \(Expression.deepest) levels")
    }
    return .not(try negation())
  }

  private mutating func member() throws(ExpressionError) -> Expression {
    skipBlanks()
    let start = offset
    let base = try members()
    if notesPlaces, let path = base.path {
      var end = offset
      while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
      places.append((path, start..<end))
    }
    return base
  }

  private mutating func members() throws(ExpressionError) -> Expression {
    var base = try primary()
    var count = 0
    while true {
      skipBlanks()
      count += 1
      guard count <= Expression.deepest else {
        throw ExpressionError(
          offset: offset, problem: "the expression has more than \(Expression.deepest) levels")
      }
      if take(".") {
        skipBlanks()
        if take("*") {
          base = .star(base)
        } else if let name = name() {
          base = .property(base, name)
        } else {
          throw unexpected()
        }
      } else if take("[") {
        skipBlanks()
        if take("*") {
          base = .star(base)
        } else {
          base = .index(base, try either())
        }
        guard take("]") else { throw unexpected() }
      } else {
        return base
      }
    }
  }

  private mutating func primary() throws(ExpressionError) -> Expression {
    skipBlanks()
    guard let byte = peek() else { throw unexpected() }
    if byte == UInt8(ascii: "(") {
      offset += 1
      let inner = try either()
      guard take(")") else { throw unexpected() }
      return inner
    }
    if byte == UInt8(ascii: "'") { return .string(try string()) }
    if (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E].contains(byte) { return try number() }
    let start = offset
    guard let name = name() else { throw unexpected() }
    skipBlanks()
    if peek() == UInt8(ascii: "(") {
      offset += 1
      var arguments: [Expression] = []
      if take(")") { return .call(name, arguments) }
      repeat { arguments.append(try either()) } while take(",")
      guard take(")") else { throw unexpected() }
      return .call(name, arguments)
    }
    switch name {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case "null": return .null
    case "NaN": return .number(.nan)
    case "Infinity": return .number(.infinity)
    default:
      guard start < offset else { throw unexpected() }
      return .context(name)
    }
  }

  private mutating func string() throws(ExpressionError) -> String {
    let start = offset
    offset += 1
    var text: [UInt8] = []
    while let byte = peek() {
      offset += 1
      if byte == UInt8(ascii: "'") {
        guard peek() == byte else { return String(decoding: text, as: UTF8.self) }
        offset += 1
      }
      text.append(byte)
    }
    throw ExpressionError(offset: start, problem: "a text in quotes does not end")
  }

  private mutating func number() throws(ExpressionError) -> Expression {
    let start = offset
    while let byte = peek(), isName(byte) || [0x2B, 0x2D, 0x2E].contains(byte) { offset += 1 }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    guard let value = Self.number(text) else {
      throw ExpressionError(offset: start, problem: "`\(text)` is not a number")
    }
    return .number(value)
  }

  /// The number of a text, as GitHub reads literals: decimal, `0x…` or `0o…`.
  static func number(_ text: String) -> Double? {
    if text.hasPrefix("0x") { return Int64(text.dropFirst(2), radix: 16).map(Double.init) }
    if text.hasPrefix("0o") { return Int64(text.dropFirst(2), radix: 8).map(Double.init) }
    let isDecimal = text.utf8.allSatisfy {
      (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0)
    }
    return isDecimal ? Double(text) : nil
  }

  private mutating func name() -> String? {
    guard let first = peek(), isName(first), !(0x30...0x39).contains(first), first != 0x2D else {
      return nil
    }
    let start = offset
    while let byte = peek(), isName(byte) { offset += 1 }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  private func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }

  private func peek(_ ahead: Int = 0) -> UInt8? {
    offset + ahead < bytes.count ? bytes[offset + ahead] : nil
  }

  private mutating func skipBlanks() {
    while let byte = peek(), byte <= 0x20 { offset += 1 }
  }

  private mutating func take(_ token: StaticString) -> Bool {
    skipBlanks()
    let matches = token.withUTF8Buffer { bytes[offset...].starts(with: $0) }
    guard matches else { return false }
    offset += token.utf8CodeUnitCount
    return true
  }

  private func unexpected() -> ExpressionError {
    guard offset < bytes.count else {
      return ExpressionError(offset: offset, problem: "the expression ends too early")
    }
    let rest = String(decoding: bytes[offset...], as: UTF8.self)
    return ExpressionError(
      offset: offset, problem: "`\(rest.prefix(1))` is not expected here")
  }
}
