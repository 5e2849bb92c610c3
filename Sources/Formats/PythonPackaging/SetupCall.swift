// SPDX-License-Identifier: Apache-2.0

/// The keyword arguments of the call of `setup` in a `setup.py`.
struct SetupCall {
  private var values: [String: SetuptoolsMetadata.Value] = [:]
  private var isKnown = true

  /// Finds the call.
  ///
  /// No call, several, or a text that is no Python, make each value a computed one.
  init(parsing bytes: [UInt8]) {
    guard bytes.count <= SetuptoolsMetadata.sizeLimit, let tokens = PythonTokens.read(bytes) else {
      isKnown = false
      return
    }
    let calls = tokens.indices.filter { index in
      guard case .name("setup") = tokens[index], index + 1 < tokens.count,
        tokens[index + 1] == .sign(UInt8(ascii: "("))
      else { return false }
      return index == 0 || tokens[index - 1] != .name("def")
    }
    guard calls.count == 1, let call = calls.first else {
      isKnown = false
      return
    }
    readArguments(tokens[(call + 2)...])
  }

  func value(_ keyword: String) -> SetuptoolsMetadata.Value {
    values[keyword] ?? (isKnown ? .absent : .computed)
  }

  private mutating func readArguments(_ tokens: ArraySlice<PythonTokens.Token>) {
    var depth = 1
    var argument: [PythonTokens.Token] = []
    for token in tokens {
      if case .sign(let sign) = token {
        switch sign {
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
        default: break
        }
        if depth == 0 || (depth == 1 && sign == UInt8(ascii: ",")) {
          take(argument)
          argument = []
          if depth == 0 { return }
          continue
        }
      }
      argument.append(token)
    }
    isKnown = false
  }

  private mutating func take(_ argument: [PythonTokens.Token]) {
    guard let first = argument.first else { return }
    guard argument.count >= 2, case .name(let keyword) = first,
      argument[1] == .sign(UInt8(ascii: "="))
    else {
      // `**arguments` can have every keyword in it.
      isKnown = false
      return
    }
    var text = ""
    for token in argument[2...] {
      guard case .string(let part?) = token else {
        values[keyword] = .computed
        return
      }
      text += part
    }
    values[keyword] = argument.count == 2 || values[keyword] != nil ? .computed : .text(text)
  }
}
