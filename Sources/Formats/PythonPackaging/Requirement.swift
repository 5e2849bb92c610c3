// SPDX-License-Identifier: Apache-2.0

/// A requirement by name (dependency specifiers, PEP 508): `name[extra]>=1.4,<2 ; marker`.
///
/// A requirement by address (`name @ https://…`) is refused: it says where a file is, and not what
/// an index should serve. Markers are kept as they were written and not evaluated.
package struct Requirement: Hashable, Sendable {
  /// Most bytes of a requirement.
  package static let maximumLength = 4096

  /// The project.
  package let project: ProjectName
  /// The extras, normalised, in the order of the text.
  package let extras: [String]
  /// The versions.
  package let specifiers: VersionSpecifiers
  /// The environment marker, if any.
  package let marker: String?

  /// Wants exactly one version of a project.
  package init(project: ProjectName, version: Version) {
    self.project = project
    extras = []
    specifiers = VersionSpecifiers(exactly: version)
    marker = nil
  }

  /// Wants exactly one version of a project where a marker holds.
  ///
  /// - Throws: ``PackagingError/requirement(_:reason:)`` for a marker that could not stand in a
  ///   line of a requirements file.
  package init(
    project: ProjectName, version: Version, marker: String?
  ) throws(PackagingError) {
    self.project = project
    extras = []
    specifiers = VersionSpecifiers(exactly: version)
    self.marker = try marker.map { text throws(PackagingError) in try Self.checked(text, of: text) }
  }

  /// Reads a requirement.
  ///
  /// - Throws: ``PackagingError``.
  package init(_ text: String) throws(PackagingError) {
    guard text.utf8.count <= Self.maximumLength else {
      throw .requirement(text, reason: "it is longer than \(Self.maximumLength) bytes")
    }
    var rest = Substring(text).utf8.drop { $0.isASCIIWhitespace }
    let name = rest.prefix { $0.isASCIIAlphanumeric || "._-".utf8.contains($0) }
    guard !name.isEmpty else {
      throw .requirement(text, reason: "it must start with the name of a project")
    }
    project = try ProjectName(String(Substring(name)))
    rest = rest[name.endIndex...].drop { $0.isASCIIWhitespace }
    var extras: [String] = []
    if rest.first == UInt8(ascii: "[") {
      guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else {
        throw .requirement(text, reason: "the bracket of its extras is not closed")
      }
      let list = rest[..<end].dropFirst()
      for part in list.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
        let word = Self.trimmed(part)
        // An extra's name has the form of a project's.
        if word.isEmpty, list.allSatisfy({ $0.isASCIIWhitespace }) { break }
        extras.append(try ProjectName(word).normalized)
      }
      rest = rest[end...].dropFirst().drop { $0.isASCIIWhitespace }
    }
    self.extras = extras
    guard rest.first != UInt8(ascii: "@") else {
      throw .requirement(text, reason: "a requirement by address cannot be taken from an index")
    }
    let end = rest.firstIndex(of: UInt8(ascii: ";")) ?? rest.endIndex
    var versions = Self.trimmed(rest[..<end])
    if versions.utf8.first == UInt8(ascii: "("), versions.utf8.last == UInt8(ascii: ")") {
      versions = String(versions.dropFirst().dropLast())
    }
    specifiers = try VersionSpecifiers(versions)
    marker =
      end == rest.endIndex
      ? nil : try Self.checked(Self.trimmed(rest[end...].dropFirst()), of: text)
  }

  /// Name, extras, versions and marker, as a line of a requirements file.
  package var text: String { text(versions: specifiers.text) }

  /// The same with one version.
  package func text(version: Version) -> String { text(versions: "==\(version.normalized)") }

  private func text(versions: String) -> String {
    project.normalized + (extras.isEmpty ? "" : "[\(extras.joined(separator: ","))]") + versions
      + (marker.map { " ; \($0)" } ?? "")
  }

  private static func trimmed(_ bytes: some BidirectionalCollection<UInt8>) -> String {
    var rest = bytes.drop { $0.isASCIIWhitespace }
    while let last = rest.last, last.isASCIIWhitespace { rest.removeLast() }
    return String(decoding: rest, as: UTF8.self)
  }

  /// A marker goes into a line of a file that pip reads, so it must not be able to leave the line,
  /// nor to begin an option or a comment.
  private static func checked(_ marker: String, of text: String) throws(PackagingError) -> String {
    let isPlain = marker.utf8.allSatisfy { byte in
      byte.isASCIIAlphanumeric || " ._<>=!~'\"(),*+-".utf8.contains(byte)
    }
    let words = marker.utf8.split(separator: 0x20)
    guard isPlain, !marker.isEmpty, marker.utf8.count <= 2048,
      !words.contains(where: { $0.first == UInt8(ascii: "-") })
    else {
      throw .requirement(text, reason: "its marker has characters that no marker needs")
    }
    return marker
  }
}
