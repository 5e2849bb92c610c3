// SPDX-License-Identifier: Apache-2.0

/// What environment markers ask about (dependency specifiers, PEP 508, "Environment Markers").
package struct MarkerEnvironment: Hashable, Sendable {
  /// Deepest parentheses.
  private static let depthLimit = 32

  private let values: [String: String]

  /// Describes an interpreter.
  ///
  /// - Parameters:
  ///   - implementation: `sys.implementation.name`, such as `cpython`.
  ///   - version: the interpreter's version, such as `3.11.7`.
  ///   - platform: `sys.platform`: `linux` or `darwin`.
  ///   - machine: `platform.machine()`, such as `x86_64`.
  package init(implementation: String, version: String, platform: String, machine: String) {
    let names = ["cpython": "CPython", "pypy": "PyPy"]
    values = [
      "os_name": "posix", "sys_platform": platform, "platform_machine": machine,
      "platform_system": platform == "darwin" ? "Darwin" : "Linux",
      "python_version": version.split(separator: ".").prefix(2).joined(separator: "."),
      "python_full_version": version, "implementation_name": implementation,
      "implementation_version": version,
      "platform_python_implementation": names[implementation] ?? implementation,
      // A requirement that nobody asked for as an extra.
      "extra": "",
    ]
  }

  /// Whether a marker holds; `nil` where nobody can tell: it is none, or it depends on what is not
  /// known here, such as the release of the kernel.
  package func holds(_ marker: String) -> Bool? {
    var reader = Reader(text: Array(marker.utf8)[...], values: values)
    guard let answer = reader.alternatives(depth: 0), reader.isAtEnd else { return nil }
    return answer.value
  }

  private struct Answer {
    /// `nil` is unknown.
    var value: Bool?
  }

  private struct Operand {
    let value: String?
    let isVersion: Bool
  }

  // Each method takes what it reads off the front; `nil` is a marker that is none.
  private struct Reader {
    var text: ArraySlice<UInt8>
    let values: [String: String]

    var isAtEnd: Bool { text.allSatisfy { $0.isASCIIWhitespace } }

    mutating func alternatives(depth: Int) -> Answer? {
      guard var answer = conjunction(depth: depth) else { return nil }
      while word("or") {
        guard let next = conjunction(depth: depth) else { return nil }
        if answer.value == true || next.value == true {
          answer.value = true
        } else if answer.value == nil || next.value == nil {
          answer.value = nil
        }
      }
      return answer
    }

    private mutating func conjunction(depth: Int) -> Answer? {
      guard var answer = term(depth: depth) else { return nil }
      while word("and") {
        guard let next = term(depth: depth) else { return nil }
        if answer.value == false || next.value == false {
          answer.value = false
        } else if answer.value == nil || next.value == nil {
          answer.value = nil
        }
      }
      return answer
    }

    private mutating func term(depth: Int) -> Answer? {
      skipSpace()
      if text.first == UInt8(ascii: "(") {
        text.removeFirst()
        guard depth < MarkerEnvironment.depthLimit, let inner = alternatives(depth: depth + 1)
        else { return nil }
        skipSpace()
        guard text.popFirst() == UInt8(ascii: ")") else { return nil }
        return inner
      }
      guard let left = operand(), let comparison = comparison(), let right = operand() else {
        return nil
      }
      return Answer(value: Self.compare(left, comparison, right))
    }

    private mutating func operand() -> Operand? {
      skipSpace()
      if let quote = text.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") {
        let rest = text.dropFirst()
        guard let end = rest.firstIndex(of: quote) else { return nil }
        text = rest[(end + 1)...]
        return Operand(value: String(decoding: rest[..<end], as: UTF8.self), isVersion: false)
      }
      let name = text.prefix { $0.isASCIIAlphanumeric || $0 == 0x5F || $0 == 0x2E }
      guard !name.isEmpty else { return nil }
      text = text.dropFirst(name.count)
      // Names with a point are from before PEP 508.
      var key = String(decoding: name.map { $0 == 0x2E ? 0x5F : $0 }, as: UTF8.self)
      if key == "python_implementation" { key = "platform_python_implementation" }
      return Operand(
        value: values[key],
        isVersion: ["python_version", "python_full_version", "implementation_version"].contains(key)
      )
    }

    private mutating func comparison() -> String? {
      skipSpace()
      if word("in") { return "in" }
      if word("not") { return word("in") ? "not in" : nil }
      let signs = text.prefix { "<>=!~".utf8.contains($0) }
      text = text.dropFirst(signs.count)
      return signs.isEmpty ? nil : String(decoding: signs, as: UTF8.self)
    }

    private mutating func word(_ word: String) -> Bool {
      skipSpace()
      let rest = text.dropFirst(word.utf8.count)
      let goesOn = rest.first.map { $0.isASCIIAlphanumeric || $0 == 0x5F } ?? false
      guard text.starts(with: word.utf8), !goesOn else { return false }
      text = rest
      return true
    }

    private mutating func skipSpace() { text = text.drop { $0.isASCIIWhitespace } }

    private static func compare(_ left: Operand, _ comparison: String, _ right: Operand) -> Bool? {
      guard let one = left.value, let other = right.value else { return nil }
      let isWithin = one.isEmpty || other.utf8.firstRange(of: one.utf8) != nil
      switch comparison {
      case "in": return isWithin
      case "not in": return !isWithin
      default: break
      }
      if left.isVersion || right.isVersion {
        guard !other.utf8.contains(UInt8(ascii: ",")),
          let wanted = try? VersionSpecifiers(comparison + other), let version = try? Version(one)
        else { return nil }
        return wanted.contains(version)
      }
      let isSame = one.utf8.elementsEqual(other.utf8)
      let isBefore = one.utf8.lexicographicallyPrecedes(other.utf8)
      switch comparison {
      case "==", "===": return isSame
      case "!=": return !isSame
      case "<": return isBefore
      case "<=": return isBefore || isSame
      case ">": return !isBefore && !isSame
      case ">=": return !isBefore
      default: return nil
      }
    }
  }
}
