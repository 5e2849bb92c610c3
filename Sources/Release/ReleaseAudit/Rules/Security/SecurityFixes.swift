// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

extension YAMLDocument {
  /// Larger files are not repaired: after each round all of them are read and compared again.
  private static let largest = 1 << 20

  /// A fix of one file; nil where its document cannot be edited at that place.
  func fix(
    _ title: String, _ safety: ProposedFix.Safety, in path: String,
    _ edits: () throws(YAMLEditRefusal) -> [SourceEdit]
  ) -> ProposedFix? {
    guard bytes.count <= Self.largest else { return nil }
    do throws(YAMLEditRefusal) {
      return ProposedFix(title, safety, edits: [path: try edits()])
    } catch {
      return nil
    }
  }

  /// Writes an entry into a mapping of a step, job or workflow, such as `with`; with the mapping,
  /// where there is none.
  func setting(
    _ key: String, to value: YAMLFragment, in name: String, of node: YAMLNode,
    after other: String? = nil
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    guard let mapping = node[name] else {
      let place = other.map { YAMLInsertion.after($0) } ?? .last
      return try inserting(name, .mapping([(key, value)]), into: node, at: place)
    }
    guard mapping.entry(key) == nil else {
      return try replacing(valueOf: key, in: mapping, with: value)
    }
    return try inserting(key, value, into: mapping)
  }
}

extension Step {
  /// Sets an input of the step's action.
  func fix(
    input: String, to value: String, _ safety: ProposedFix.Safety, in document: YAMLDocument,
    _ path: String
  ) -> ProposedFix? {
    document.fix("set \(input): \(value)", safety, in: path) { () throws(YAMLEditRefusal) in
      try document.setting(input, to: .scalar(value), in: "with", of: node, after: "uses")
    }
  }
}

/// What a script writes in place of an expression: a variable, which a step's `env` may have to
/// give it.
enum ExpressionVariable {
  /// Most bytes of a script that is repaired.
  private static let longest = 1 << 15

  /// Replaces the expression in a `run:` by a variable of the shell; nil where that is not certain
  /// to be the same.
  static func fix(_ embedded: EmbeddedExpression, in site: StepSite) -> ProposedFix? {
    guard let run = site.step.run, let node = site.step.node["run"],
      run.value.utf8.count <= longest,
      let expression = embedded.expression, let dialect = site.shell?.name,
      let shell = ShellScript.Dialect(shell: dialect), site.step.env?.expression == nil
    else { return nil }
    let script = Array(run.value.utf8)
    let raw = String(decoding: script[embedded.range], as: UTF8.self)
    let bytes = site.document.bytes
    var span = embedded.span
    guard !raw.contains("\n"), bytes[span].elementsEqual(raw.utf8),
      let isQuoted = isQuoted(script, embedded.range.lowerBound, shell)
    else { return nil }
    // A program in an argument would still get the text as a part of it.
    let line = line(script, embedded.range.lowerBound)
    if line.holds(" -c ") || line.holds(" -e ") || line.holds("eval ") || line.holds("ssh ") {
      return nil
    }
    // PowerShell takes a variable in a command's place for a value.
    if shell == .powerShell, line.hasPrefix(raw) { return nil }
    let (name, isGiven) = name(expression, raw, site)
    var variable = shell == .posix ? "${\(name)}" : "$env:\(name)"
    if isQuoted {
      // Single quotes keep a shell from looking: the variable needs double ones.
      guard shell == .posix, run.style != .doubleQuoted, run.style != .singleQuoted,
        span.lowerBound > node.resolved.span.lowerBound + 1
      else { return nil }
      let quote = UInt8(ascii: "'")
      if bytes[span.lowerBound - 1] == quote, span.upperBound < bytes.count,
        bytes[span.upperBound] == quote
      {
        span = (span.lowerBound - 1)..<(span.upperBound + 1)
        variable = "\"\(variable)\""
      } else {
        guard ["gh ", "git ", "echo ", "printf "].contains(where: line.hasPrefix) else {
          return nil
        }
        variable = "'\"\(variable)\"'"
      }
    } else if shell == .powerShell, embedded.range.upperBound < script.count,
      isNameByte(script[embedded.range.upperBound])
    {
      // A letter behind it would become part of the name.
      return nil
    }
    return site.document.fix(
      "give the script the value as the variable \(name)", .needsReview, in: site.path
    ) { () throws(YAMLEditRefusal) in
      var edits = [SourceEdit(span, variable)]
      if !isGiven {
        edits += try site.document.setting(
          name, to: .scalar(raw), in: "env", of: site.step.node)
      }
      return edits
    }
  }

  /// Whether an offset stands in single quotes; nil where it may stand in a here-document whose
  /// mark is quoted, so that nothing in it is expanded.
  private static func isQuoted(
    _ script: [UInt8], _ offset: Int, _ dialect: ShellScript.Dialect
  ) -> Bool? {
    var single = false
    var double = false
    var position = 0
    let dollar = UInt8(ascii: "$")
    let open = UInt8(ascii: "{")
    let close = UInt8(ascii: "}")
    while position < offset {
      let byte = script[position]
      if byte == dollar, position + 2 < offset, script[position + 1] == open,
        script[position + 2] == open
      {
        // What GitHub puts in is not known, and neither are quotes in it.
        position += 3
        while position < offset, script[position] != close || script[position - 1] != close {
          position += 1
        }
        position += 1
        continue
      }
      if byte == UInt8(ascii: "#"), !single, !double,
        position == 0 || script[position - 1] <= 0x20
      {
        // An apostrophe in a comment is none of the shell's.
        while position < offset, script[position] != UInt8(ascii: "\n") { position += 1 }
        continue
      }
      if byte == UInt8(ascii: "\\"), !single, dialect == .posix { position += 1 }
      if byte == UInt8(ascii: "'"), !double { single.toggle() }
      if byte == UInt8(ascii: "\""), !single { double.toggle() }
      if byte == UInt8(ascii: "<"), !single, !double, position + 1 < offset,
        script[position + 1] == byte
      {
        let mark = script[(position + 2)..<offset].drop {
          $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: " ")
        }
        if let first = mark.first,
          first == UInt8(ascii: "'") || first == UInt8(ascii: "\"")
            || first == UInt8(ascii: "\\")
        {
          return nil
        }
      }
      position += 1
    }
    return single
  }

  /// The line of an offset, without blanks before it.
  private static func line(_ script: [UInt8], _ offset: Int) -> String {
    let feed = UInt8(ascii: "\n")
    let start = script[..<offset].lastIndex(of: feed).map { $0 + 1 } ?? 0
    let text = script[start...].prefix { $0 != feed }.drop { $0 == 0x20 || $0 == 0x09 }
    return String(decoding: text, as: UTF8.self)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte)
      || (0x41...0x5A).contains(byte & 0xDF)
  }

  /// Contexts that every runner has as a variable.
  private static let given: Set<String> = [
    "actor", "base_ref", "event_name", "head_ref", "ref", "ref_name", "repository", "sha",
  ]

  /// The variable's name, and whether the step has it already.
  private static func name(
    _ expression: Expression, _ raw: String, _ site: StepSite
  ) -> (name: String, isGiven: Bool) {
    let names = expression.path?.split(separator: ".").map(String.init) ?? []
    if names.count == 2, names[0] == "github", given.contains(names[1]),
      site.step.env?.entry(
        "GITHUB_\(names[1].uppercased())") == nil
    {
      return ("GITHUB_\(names[1].uppercased())", true)
    }
    if case .property(_, let name) = expression, names.count == 2, names[0] == "env" {
      return (name, true)
    }
    let known = site.step.env?.entries ?? []
    if let same = known.first(where: { $0.value.value == raw }) { return (same.key.value, true) }
    var words = names.filter { !["github", "event", "outputs", "steps", "needs"].contains($0) }
    if names.first == "inputs" { words[0] = "input" }
    var text = words.joined(separator: "_").uppercased()
    text = String(
      decoding: text.utf8.map { isNameByte($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    if text.isEmpty || (0x30...0x39).contains(text.utf8.first ?? 0x30) || text.contains("__") {
      text = "VALUE"
    }
    var name = text
    var number = 2
    while known.contains(where: { $0.key.value == name }) || name.hasPrefix("GITHUB_") {
      name = name.hasPrefix("GITHUB_") ? "VALUE" : "\(text)_\(number)"
      number += 1
    }
    return (name, false)
  }
}
