// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// A step that gives files to users.
struct Upload: Sendable {
  /// Where the files go.
  enum Target: String, Sendable {
    case pypi = "PyPI"
    case npm = "npm"
    case crates = "crates.io"
    case gems = "RubyGems"
    /// A release of the forge.
    case forge = "the forge's release"

    /// Whether it is a package index.
    var isIndex: Bool { self != .forge }
  }

  /// Where the files go.
  let target: Target
  /// Whether the place is only for trying out.
  let isTest: Bool
  /// The step.
  let step: Step
  /// The bytes that say so: of the action's name, or of the script.
  let span: Range<Int>

  private static let actions: [(name: String, target: Target)] = [
    ("pypa/gh-action-pypi-publish", .pypi), ("js-devtools/npm-publish", .npm),
    ("rubygems/release-gem", .gems), ("softprops/action-gh-release", .forge),
    ("ncipollo/release-action", .forge), ("svenstaro/upload-release-action", .forge),
  ]

  private static let commands: [(words: String, target: Target)] = [
    ("twine upload", .pypi), ("uv publish", .pypi), ("flit publish", .pypi),
    ("poetry publish", .pypi), ("hatch publish", .pypi), ("pdm publish", .pypi),
    ("maturin publish", .pypi), ("maturin upload", .pypi), ("npm publish", .npm),
    ("cargo publish", .crates), ("gem push", .gems), ("gh release create", .forge),
    ("gh release upload", .forge),
  ]

  /// What a step uploads; nil where it does not.
  init?(_ step: Step) {
    self.step = step
    if let uses = step.uses {
      span = uses.text.span
      if let known = Self.actions.first(where: { uses.isAction($0.name) }) {
        target = known.target
        let address = step.with?["repository-url"] ?? step.with?["repository_url"]
        isTest = address.map { !$0.value.mentions("upload.pypi.org") } ?? false
        return
      }
      if uses.isAction("pyo3/maturin-action"),
        let command = step.with?["command"]?.value, ["upload", "publish"].contains(command)
      {
        target = .pypi
        isTest = false
        return
      }
      if uses.isAction("actions/github-script"), let script = step.with?["script"]?.value,
        script.mentions("createRelease(") || script.mentions("uploadReleaseAsset")
      {
        target = .forge
        isTest = false
        return
      }
      return nil
    }
    guard let run = step.run else { return nil }
    span = run.span
    for line in run.value.scriptLines {
      guard let known = Self.commands.first(where: { line.mentions($0.words) }),
        !line.mentions("--dry-run"), !line.hasPrefix("echo ")
      else { continue }
      target = known.target
      let environment = step.env?.entries.map(\.value.value).joined(separator: " ") ?? ""
      isTest = [line, environment].contains { $0.mentions("test.pypi") || $0.mentions("testpypi") }
      return
    }
    return nil
  }
}

extension String {
  /// Whether a text stands in it, compared byte by byte.
  func mentions(_ text: String) -> Bool { firstPlace(of: text) != nil }

  /// The offset of a text's first byte, counted in bytes.
  func firstPlace(of text: String, from start: Int = 0) -> Int? {
    var haystack = self
    var needle = text
    return haystack.withUTF8 { bytes in
      needle.withUTF8 { wanted in
        guard let first = wanted.first, wanted.count + start <= bytes.count else { return nil }
        for offset in start...(bytes.count - wanted.count) where bytes[offset] == first {
          if bytes[offset..<(offset + wanted.count)].elementsEqual(wanted) { return offset }
        }
        return nil
      }
    }
  }

  /// The lines of a script without comments and blanks around; continued lines are one.
  var scriptLines: [String] {
    var lines: [String] = []
    var pending = ""
    for part in utf8.split(separator: UInt8(ascii: "\n")) {
      let blanks: [UInt8] = [0x20, 0x09, 0x0D]
      var line = part.drop { blanks.contains($0) }
      while let last = line.last, blanks.contains(last) { line = line.dropLast() }
      guard line.first != UInt8(ascii: "#") else { continue }
      let goesOn = line.last == UInt8(ascii: "\\")
      pending += String(Substring(goesOn ? line.dropLast() : line))
      if !goesOn {
        if !pending.isEmpty { lines.append(pending) }
        pending = ""
      }
    }
    if !pending.isEmpty { lines.append(pending) }
    return lines
  }
}
