// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import PythonPackaging
import SourceText

/// The requirements of a build, each with its version and the digests of its wheels: a
/// `pylock.toml` (PEP 751).
///
/// What was asked for stands in `[tool.hallmark]`, so that the same question can be asked again:
/// ```toml
/// [tool.hallmark]
/// requirements = ["hatchling>=1.27"]
/// uploaded-before = 2026-11-28T00:00:00Z
/// python = "3.11"
/// ```
package struct BuildLock: Hashable, Sendable {
  /// The name of the file in a project.
  package static let filename = "pylock.build.toml"

  /// The text of the file.
  package let bytes: [UInt8]
  /// What is locked.
  package let pylock: Pylock
  /// The requirements that it was made for; `nil` where another tool made it.
  package let requirements: [String]?
  /// The moment after which uploads did not count.
  package let uploadedBefore: Timestamp?

  /// The oldest Python that it was made for, if it is for all platforms.
  package let oldestPython: String?

  /// Whether it was resolved by an earlier run, and kept.
  package internal(set) var isKept = false

  /// The SHA-256 of the text.
  package var sha256: SHA256Hash { SHA256Hash(hashing: bytes) }

  /// Reads a lock; every package must have a wheel.
  ///
  /// - Throws: ``RebuildError`` of reason `requirements`.
  package init(parsing bytes: [UInt8]) throws(RebuildError) {
    do {
      pylock = try Pylock(parsing: bytes)
      let root = try TOMLDocument(
        parsing: bytes, limits: TOMLLimits(size: Pylock.sizeLimit)
      ).root
      let table = try root.optional("tool")?.optional("hallmark")
      requirements = try table?.optional("requirements")?.strings()
      oldestPython = try table?.optional("python")?.string()
      let moment = try table?.optional("uploaded-before")
      if case .dateTime(let text)? = moment?.value {
        uploadedBefore = try Timestamp(rfc3339: text)
      } else {
        uploadedBefore = nil
      }
    } catch {
      throw RebuildError(
        .requirements, "the lock of the build's requirements cannot be used: \(error)",
        help: "write it anew with hallmark lock")
    }
    self.bytes = bytes
    for package in pylock.packages where !package.files.contains(where: { Self.isWheel($0) }) {
      throw RebuildError(
        .requirements,
        "the lock has no wheel of `\(package.requirement.project)`, and nothing else is installed",
        help: "write it anew with hallmark lock")
    }
  }

  /// Puts uv's lock into the form of this project's files: without the command line that made it,
  /// and with the question.
  ///
  /// - Throws: ``RebuildError`` of reason `requirements`.
  init(
    resolved text: [UInt8], question: EnvironmentStore.Question
  ) throws(RebuildError) {
    var lines = String(decoding: text, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    ).drop { $0.hasPrefix("#") }.map(String.init)
    while lines.last?.isEmpty == true { lines.removeLast() }
    let list = question.requirements.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      .map { "\n    \(Self.quoted($0))," }.joined()
    lines.insert(
      "# The requirements of this project's build; `hallmark lock` writes this file.", at: 0)
    lines += ["", "[tool.hallmark]", "requirements = [\(list)\(list.isEmpty ? "" : "\n")]"]
    if let moment = question.uploadedBefore { lines.append("uploaded-before = \(moment.rfc3339)") }
    if let oldest = question.oldestPython { lines.append("python = \(Self.quoted(oldest))") }
    try self.init(parsing: Array((lines.joined(separator: "\n") + "\n").utf8))
  }

  /// The lines of a requirements file that asks for exactly these wheels.
  var requirementLines: String {
    pylock.packages.map { package in
      let hashes = package.files.filter(Self.isWheel)
        .map { " --hash=sha256:\($0.sha256.hexadecimal)" }.joined()
      return "\(package.requirement.text)\(hashes)\n"
    }.joined()
  }

  static func isWheel(_ file: Pylock.File) -> Bool { file.filename.hasSuffix(".whl") }

  /// A basic string of TOML.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\u{0}"..<" ", "\u{7F}":
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
