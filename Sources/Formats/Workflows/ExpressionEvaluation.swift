// SPDX-License-Identifier: Apache-2.0

extension Expression {
  /// The value, as far as it can be known before a run.
  ///
  /// - Parameter known: the value of a context's member by its path in lowercase, such as
  ///   `matrix.os`; nil where only a run knows it.
  /// - Returns: The value; nil where it depends on something that is not known.
  package func value(
    _ known: (String) -> ExpressionValue? = { _ in nil }
  ) -> ExpressionValue? {
    switch self {
    case .null: return .null
    case .boolean(let value): return .boolean(value)
    case .number(let value): return .number(value)
    case .string(let value): return .string(value)
    case .context, .property, .index, .star:
      if let path, !path.hasSuffix("]"), let value = known(path) { return value }
      return member(known)
    case .not(let base): return base.value(known).map { .boolean(!$0.isTrue) }
    case .binary(let between, let left, let right):
      return Self.binary(between, left.value(known), right, known)
    case .call(let name, let arguments):
      return Self.call(name.lowercased(), arguments, known)
    }
  }

  private func member(_ known: (String) -> ExpressionValue?) -> ExpressionValue? {
    switch self {
    case .property(let base, let name): return base.value(known)?.member(name)
    case .index(let base, let index):
      guard let base = base.value(known), let index = index.value(known) else { return nil }
      guard case .array(let items) = base else { return base.member(index.text) }
      guard let position = Int(exactly: index.number.rounded(.down)),
        items.indices.contains(position)
      else { return .null }
      return items[position]
    default: return nil
    }
  }

  private static func binary(
    _ between: Operator, _ left: ExpressionValue?, _ right: Expression,
    _ known: (String) -> ExpressionValue?
  ) -> ExpressionValue? {
    switch between {
    case .and:
      guard let left else {
        // What is false in any case decides, whatever the other side is.
        guard let right = right.value(known), !right.isTrue else { return nil }
        return .boolean(false)
      }
      return left.isTrue ? right.value(known) : left
    case .or:
      guard let left else { return nil }
      return left.isTrue ? left : right.value(known)
    default: break
    }
    guard let left, let right = right.value(known) else { return nil }
    let equal = ExpressionValue.equal(left, right)
    return switch between {
    case .equal: .boolean(equal)
    case .notEqual: .boolean(!equal)
    case .less: .boolean(ExpressionValue.isLess(left, right))
    case .lessOrEqual: .boolean(equal || ExpressionValue.isLess(left, right))
    case .greater: .boolean(ExpressionValue.isLess(right, left))
    case .greaterOrEqual: .boolean(equal || ExpressionValue.isLess(right, left))
    case .and, .or: nil
    }
  }

  private static func call(
    _ name: String, _ arguments: [Expression], _ known: (String) -> ExpressionValue?
  ) -> ExpressionValue? {
    if name == "always" { return .boolean(true) }
    if name == "case" { return choice(arguments, known) }
    let values = arguments.compactMap { $0.value(known) }
    guard values.count == arguments.count, let first = values.first else { return nil }
    let second = values.count > 1 ? values[1] : .null
    switch name {
    case "contains":
      if case .array(let items) = first {
        return .boolean(items.contains { ExpressionValue.equal($0, second) })
      }
      return .boolean(find(second.text.lowercased(), in: first.text.lowercased()))
    case "startswith":
      return .boolean(first.text.lowercased().utf8.starts(with: second.text.lowercased().utf8))
    case "endswith":
      let end = Array(second.text.lowercased().utf8)
      return .boolean(first.text.lowercased().utf8.suffix(end.count).elementsEqual(end))
    case "format": return format(first.text, values.dropFirst().map(\.text)).map { .string($0) }
    case "join":
      let separator = values.count > 1 ? second.text : ","
      guard case .array(let items) = first else { return .string(first.text) }
      return .string(items.map(\.text).joined(separator: separator))
    case "fromjson": return ExpressionValue(json: first.text)
    default: return nil
    }
  }

  /// `case(condition, value, …, otherwise)`.
  private static func choice(
    _ arguments: [Expression], _ known: (String) -> ExpressionValue?
  ) -> ExpressionValue? {
    var rest = arguments[...]
    while rest.count >= 2 {
      guard let condition = rest.removeFirst().value(known) else { return nil }
      let value = rest.removeFirst()
      if condition.isTrue { return value.value(known) }
    }
    return rest.first?.value(known)
  }

  private static func find(_ part: String, in text: String) -> Bool {
    let part = Array(part.utf8)
    let text = Array(text.utf8)
    guard part.count <= text.count else { return false }
    return (0...(text.count - part.count)).contains {
      text[$0..<($0 + part.count)].elementsEqual(part)
    }
  }

  /// `format('{0} {{}}', …)`; nil for a number that is not there.
  private static func format(_ pattern: String, _ values: [String]) -> String? {
    var result: [UInt8] = []
    var bytes = Array(pattern.utf8)[...]
    while let byte = bytes.popFirst() {
      guard byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") else {
        result.append(byte)
        continue
      }
      if bytes.first == byte {
        bytes.removeFirst()
        result.append(byte)
        continue
      }
      let digits = bytes.prefix { $0 != UInt8(ascii: "}") }
      guard byte == UInt8(ascii: "{"), digits.endIndex < bytes.endIndex,
        let index = Int(String(decoding: digits, as: UTF8.self)), values.indices.contains(index)
      else { return nil }
      result += Array(values[index].utf8)
      bytes = bytes[(digits.endIndex + 1)...]
    }
    return String(decoding: result, as: UTF8.self)
  }
}

extension WorkflowText {
  /// The text with its expressions put in, as far as they can be known before a run; nil where one
  /// of them cannot.
  package func resolved(_ known: (String) -> ExpressionValue? = { _ in nil }) -> String? {
    replacing { $0.expression?.value(known)?.text }
  }

  /// The text as a pattern in which `*` stands for each expression that cannot be known.
  package func pattern(_ known: (String) -> ExpressionValue? = { _ in nil }) -> String {
    replacing { $0.expression?.value(known)?.text ?? "*" } ?? value
  }

  private func replacing(_ text: (EmbeddedExpression) -> String?) -> String? {
    guard hasExpressions else { return value }
    let bytes = Array(value.utf8)
    var result: [UInt8] = []
    var position = 0
    for expression in expressions {
      guard let text = text(expression) else { return nil }
      result += bytes[position..<expression.range.lowerBound]
      result += Array(text.utf8)
      position = expression.range.upperBound
    }
    result += bytes[position...]
    return String(decoding: result, as: UTF8.self)
  }
}
