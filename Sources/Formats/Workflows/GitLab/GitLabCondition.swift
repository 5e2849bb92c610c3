// SPDX-License-Identifier: Apache-2.0

/// A condition of GitLab CI/CD: what stands in `if` of a rule, or in a list of `variables`
/// (<https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions>).
package indirect enum GitLabCondition: Hashable, Sendable {
  /// `"text"`.
  case text(String)
  /// `null`.
  case null
  /// `$NAME`.
  case variable(String)
  /// `/pattern/flags`, with its slashes.
  case pattern(String)
  /// `==`.
  case equal(GitLabCondition, GitLabCondition)
  /// `=~`.
  case matches(GitLabCondition, GitLabCondition)
  /// `!=`, `!~`, `!`.
  case not(GitLabCondition)
  /// `&&`.
  case all([GitLabCondition])
  /// `||`.
  case any([GitLabCondition])

  /// What is known of a variable in some pipelines.
  package enum Value: Hashable, Sendable {
    /// It is not there.
    case null
    /// This text.
    case text(String)
    /// A text that is not empty.
    case some
    /// The name of a branch to which people push every day: none that is for releases.
    case everydayBranch
    /// Nothing is known.
    case unknown
  }

  /// Whether a condition holds.
  package enum Truth: Hashable, Sendable {
    case no, maybe, yes

    var negated: Truth {
      switch self {
      case .no: .yes
      case .maybe: .maybe
      case .yes: .no
      }
    }
  }

  /// Reads a condition; nil for what is none, and for more than 10 brackets in each other.
  package init?(_ text: String) {
    var parser = Parser(Array(text.utf8))
    guard let condition = parser.alternatives(level: 0), parser.isAtEnd else { return nil }
    self = condition
  }

  /// Whether it holds where variables are these.
  package func holds(_ value: (String) -> Value) -> Truth {
    switch self {
    case .all(let parts):
      let truths = parts.map { $0.holds(value) }
      return truths.contains(.no) ? .no : truths.contains(.maybe) ? .maybe : .yes
    case .any(let parts):
      let truths = parts.map { $0.holds(value) }
      return truths.contains(.yes) ? .yes : truths.contains(.maybe) ? .maybe : .no
    case .not(let other): return other.holds(value).negated
    case .equal(let one, let other):
      return Self.equal(one.value(value), other.value(value))
    case .matches(let one, let pattern):
      guard case .pattern(let text) = pattern else {
        return one.value(value) == .null ? .no : .maybe
      }
      return Self.matches(one.value(value), text)
    case .text, .null, .variable, .pattern:
      switch self.value(value) {
      case .null: return .no
      case .text(let text): return text.isEmpty ? .no : .yes
      case .some, .everydayBranch: return .yes
      case .unknown: return .maybe
      }
    }
  }

  /// Whether a branch's name, or a pattern of names, is of branches for releases.
  package static func isOfReleases(_ name: String) -> Bool {
    let words = name.lowercased().split { !$0.isLetter }
    return words.contains { $0.hasPrefix("releas") || $0 == "publish" || $0 == "deploy" }
  }

  private func value(_ value: (String) -> Value) -> Value {
    switch self {
    case .text(let text): .text(text)
    case .null: .null
    case .variable(let name): value(name)
    case .pattern, .equal, .matches, .not, .all, .any: .unknown
    }
  }

  private static func equal(_ one: Value, _ other: Value) -> Truth {
    switch (one, other) {
    case (.unknown, _), (_, .unknown), (.some, .some), (.everydayBranch, .everydayBranch),
      (.some, .everydayBranch), (.everydayBranch, .some):
      return .maybe
    case (.null, .null): return .yes
    case (.text(let one), .text(let other)): return one == other ? .yes : .no
    case (.some, .text(let text)), (.text(let text), .some): return text.isEmpty ? .no : .maybe
    case (.everydayBranch, .text(let text)), (.text(let text), .everydayBranch):
      return text.isEmpty || isOfReleases(text) ? .no : .maybe
    case (.null, _), (_, .null): return .no
    }
  }

  // Patterns are not run: of one that names a text as a word, and of one without signs, it is known.
  private static func matches(_ value: Value, _ pattern: String) -> Truth {
    switch value {
    case .null: return .no
    case .some, .unknown: return .maybe
    case .everydayBranch: return isOfReleases(pattern) ? .no : .maybe
    case .text(let text):
      let words = pattern.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
      if !text.isEmpty, words.contains(text) { return .yes }
      let isOpen = pattern.contains { ".*+?[\\{".contains($0) }
      return isOpen ? .maybe : .no
    }
  }
}

/// Reads conditions; `&&` binds closer than `||`.
private struct Parser {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    skip()
  }

  var isAtEnd: Bool { offset >= bytes.count }

  mutating func alternatives(level: Int) -> GitLabCondition? {
    var parts: [GitLabCondition] = []
    repeat {
      guard let part = conjunction(level: level) else { return nil }
      parts.append(part)
    } while take("||")
    return parts.count == 1 ? parts[0] : .any(parts)
  }

  private mutating func conjunction(level: Int) -> GitLabCondition? {
    var parts: [GitLabCondition] = []
    repeat {
      guard let part = comparison(level: level) else { return nil }
      parts.append(part)
    } while take("&&")
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  private mutating func comparison(level: Int) -> GitLabCondition? {
    guard let left = operand(level: level) else { return nil }
    for (sign, isNegated) in [("==", false), ("!=", true)] where take(sign) {
      guard let right = operand(level: level) else { return nil }
      return isNegated ? .not(.equal(left, right)) : .equal(left, right)
    }
    for (sign, isNegated) in [("=~", false), ("!~", true)] where take(sign) {
      guard let right = operand(level: level) else { return nil }
      return isNegated ? .not(.matches(left, right)) : .matches(left, right)
    }
    return left
  }

  private mutating func operand(level: Int) -> GitLabCondition? {
    guard offset < bytes.count, level < 10 else { return nil }
    switch bytes[offset] {
    case UInt8(ascii: "("):
      offset += 1
      skip()
      guard let inner = alternatives(level: level + 1), take(")") else { return nil }
      return inner
    case UInt8(ascii: "!"):
      offset += 1
      skip()
      return operand(level: level + 1).map { .not($0) }
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      return delimited(by: bytes[offset]).map { .text($0) }
    case UInt8(ascii: "/"):
      guard let pattern = delimited(by: bytes[offset], escapes: true) else { return nil }
      while offset < bytes.count, isName(bytes[offset]) { offset += 1 }
      skip()
      return .pattern("/\(pattern)/")
    case UInt8(ascii: "$"):
      offset += 1
      let isBraced = offset < bytes.count && bytes[offset] == UInt8(ascii: "{")
      if isBraced { offset += 1 }
      let name = word()
      if isBraced {
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: "}") else { return nil }
        offset += 1
      }
      skip()
      return name.isEmpty ? nil : .variable(name)
    default:
      guard word() == "null" else { return nil }
      skip()
      return .null
    }
  }

  private mutating func word() -> String {
    let start = offset
    while offset < bytes.count, isName(bytes[offset]) { offset += 1 }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  private mutating func delimited(by mark: UInt8, escapes: Bool = false) -> String? {
    let start = offset + 1
    var end = start
    while end < bytes.count, bytes[end] != mark {
      end += escapes && bytes[end] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard end < bytes.count else { return nil }
    offset = end + 1
    if !escapes { skip() }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  private mutating func take(_ sign: String) -> Bool {
    guard bytes[min(offset, bytes.count)...].starts(with: sign.utf8) else { return false }
    offset += sign.utf8.count
    skip()
    return true
  }

  private mutating func skip() {
    while offset < bytes.count, bytes[offset] <= 0x20 { offset += 1 }
  }

  private func isName(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte)
      || (0x41...0x5A).contains(byte & 0xDF)
  }
}
