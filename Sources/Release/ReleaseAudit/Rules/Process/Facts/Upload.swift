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

  /// Whether it makes a draft of a release, which somebody publishes later.
  var isDraft: Bool {
    step.with?["draft"]?.value == "true" || (step.run?.value.mentions("--draft") ?? false)
  }

  /// What a step uploads; nil for other roles, and where images or other things go.
  init?(_ site: RoleSite, of job: Job) {
    guard let index = site.step, index < job.steps.count else { return nil }
    step = job.steps[index]
    span = site.span
    isTest = site.target == .testPyPI
    switch site.target {
    case .pypi, .testPyPI: target = .pypi
    case .npm: target = .npm
    case .crates: target = .crates
    case .gems: target = .gems
    case .forgeRelease: target = .forge
    case .containerImage, .other, nil: return nil
    }
  }

  /// A script that makes a release of the forge by its interface.
  init?(script step: Step) {
    guard let uses = step.uses, uses.isAction("actions/github-script"),
      let script = step.with?["script"]?.value,
      script.mentions("createRelease(") || script.mentions("uploadReleaseAsset")
    else { return nil }
    self.step = step
    span = uses.text.span
    target = .forge
    isTest = false
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
