// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import ReleaseAudit
import SourceText

/// The versions of Python that a project asks for, and where it does.
struct RequiredPython: Hashable, Sendable {
  /// As it is written, with its key: `requires-python = ">=3.10"`.
  let text: String
  // One of these must allow a version.
  private let choices: [VersionSpecifiers]

  /// Whether the newest release of a minor version, such as `3.13`, is allowed.
  ///
  /// A workflow gets the newest one, so a late one must be allowed.
  func allows(_ minor: String) -> Bool {
    guard let late = try? Version(minor + ".99") else { return false }
    return choices.contains { $0.contains(late) }
  }

  /// Reads `requires-python`, else what Poetry's table, else what setuptools' files say.
  ///
  /// - Returns: Nil where nothing is asked for, or only running `setup.py` would tell.
  /// - Throws: ``AdoptionRefusal`` where it cannot be read.
  static func of(_ outline: ReleaseOutline) throws(AdoptionRefusal) -> RequiredPython? {
    if let node = try? outline.pyproject?.optional("project")?.optional("requires-python") {
      return try RequiredPython(
        try? node.string(), key: "requires-python", in: "pyproject.toml", isPoetry: false)
    }
    let poetry = try? outline.pyproject?.optional("tool")?.optional("poetry")
    if let node = try? poetry?.optional("dependencies")?.optional("python") {
      return try RequiredPython(
        try? node.string(), key: "python", in: "pyproject.toml", isPoetry: true)
    }
    guard let text = outline.setuptools.requiresPython.text else { return nil }
    return try RequiredPython(
      text, key: "python_requires", in: "setup.py or setup.cfg", isPoetry: false)
  }

  private init(
    _ written: String?, key: String, in file: String, isPoetry: Bool
  ) throws(AdoptionRefusal) {
    let texts = written.map { isPoetry ? PoetryVersions.choices($0) : [$0] } ?? []
    let read = texts.map { try? VersionSpecifiers($0) }
    choices = read.compactMap { $0 }
    text = "\(key) = \"\(written ?? "")\""
    guard !choices.isEmpty, choices.count == read.count else {
      throw AdoptionRefusal(problems: [
        .init(
          "`\(key)` in `\(file)` cannot be read",
          help: "write it as versions with comparisons, such as `>=3.10`")
      ])
    }
  }
}

/// Poetry's words for versions, as comparisons of PEP 440.
enum PoetryVersions {
  /// Takes `^3.9`, `~3.9`, `3.*`, `*`, `3.9 || 3.11`, and lists with commas apart.
  ///
  /// - Returns: The choices between `||`; what is no word of Poetry's stays as it is.
  static func choices(_ text: String) -> [String] {
    text.split(separator: "|", omittingEmptySubsequences: true).map { choice in
      var words: [String] = []
      var isOpen = false
      for character in choice {
        switch character {
        case " ": isOpen = isOpen && (words.last?.last).map("<>=!~^".contains) == true
        case ",": isOpen = false
        default:
          if isOpen {
            words[words.count - 1].append(character)
          } else {
            words.append("\(character)")
          }
          isOpen = true
        }
      }
      return words.map(comparisons).filter { !$0.isEmpty }.joined(separator: ",")
    }
  }

  private static func comparisons(of word: String) -> String {
    guard let first = word.first else { return "" }
    switch first {
    case "*" where word == "*":
      return ""
    case "^", "~":
      let version = String(word.dropFirst())
      guard first == "^" || !version.hasPrefix("=") else { return word }
      let parts = version.split(separator: ".", omittingEmptySubsequences: false)
      let numbers = parts.prefix { UInt16($0) != nil }.compactMap { UInt16($0).map(Int.init) }
      guard numbers.count == parts.count, let major = numbers.first else { return word }
      let isMinor = first == "~" && numbers.count > 1
      return isMinor
        ? ">=\(version),<\(major).\(numbers[1] + 1)" : ">=\(version),<\(major + 1)"
    case "0"..."9":
      return "==" + word
    default:
      return word
    }
  }
}
