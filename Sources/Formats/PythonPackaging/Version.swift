// SPDX-License-Identifier: Apache-2.0

/// A version of a Python project (PEP 440).
///
/// `[N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]`, with the alternative spellings that PEP 440
/// normalises: `v1.0-alpha.1` is `1.0a1`, `1.0-1` is `1.0.post1`. Two versions are equal if they
/// sort alike: `1.0` equals `1.0.0`, and equals `v1.0`. The numbers may have any count of digits.
package struct Version: Sendable {
  /// Most bytes of a version's text.
  package static let maximumLength = 256

  /// The phase of a pre-release, in order.
  package enum PreReleasePhase: String, Hashable, Sendable, Comparable {
    /// `a`, also written `alpha`.
    case alpha = "a"
    /// `b`, also written `beta`.
    case beta = "b"
    /// `rc`, also written `c`, `pre` or `preview`.
    case candidate = "rc"

    package static func < (left: PreReleasePhase, right: PreReleasePhase) -> Bool {
      left.rawValue < right.rawValue
    }
  }

  /// One part of a local version: a number, or text in lower case.
  ///
  /// Numbers sort after text.
  enum LocalSegment: Hashable {
    case text(String)
    case number(Numeral)
  }

  let epoch: Numeral
  let release: [Numeral]
  let preRelease: PreRelease?
  let postRelease: Numeral?
  let developmentRelease: Numeral?
  let local: [LocalSegment]

  /// A phase and its number, such as `rc2`.
  struct PreRelease: Hashable {
    let phase: PreReleasePhase
    let number: Numeral
  }

  /// The version as it was written, without surrounding white space.
  package let text: String

  /// Whether the version has a pre-release or a development part.
  package var isPreRelease: Bool { preRelease != nil || developmentRelease != nil }

  /// Whether the version has a local part, which an index must not accept.
  package var isLocal: Bool { !local.isEmpty }

  /// The normalised text; trailing zeros of the release stay.
  package var normalized: String {
    var result = epoch == .zero ? "" : "\(epoch)!"
    result += release.map(\.description).joined(separator: ".")
    if let preRelease { result += "\(preRelease.phase.rawValue)\(preRelease.number)" }
    if let postRelease { result += ".post\(postRelease)" }
    if let developmentRelease { result += ".dev\(developmentRelease)" }
    let segments = local.map { segment in
      switch segment {
      case .text(let text): text
      case .number(let number): number.description
      }
    }
    return segments.isEmpty ? result : result + "+" + segments.joined(separator: ".")
  }

  /// Reads a version.
  ///
  /// - Throws: ``PackagingError/version(_:)``.
  package init(_ text: String) throws(PackagingError) {
    guard text.utf8.count <= Self.maximumLength else { throw .version(text) }
    var parser = VersionParser(text)
    guard let parts = parser.parse() else { throw .version(text) }
    self.text = parser.trimmed
    epoch = parts.epoch
    release = parts.release
    preRelease = parts.preRelease
    postRelease = parts.postRelease
    developmentRelease = parts.developmentRelease
    local = parts.local
  }
}

extension Version: CustomStringConvertible {
  /// The version as it was written.
  package var description: String { text }
}

/// A number of any count of digits, without leading zeros.
struct Numeral: Hashable, Comparable, CustomStringConvertible {
  static let zero = Numeral([])

  private let digits: [UInt8]

  init(_ digits: some Collection<UInt8>) {
    self.digits = Array(digits.drop { $0 == 0x30 })
  }

  static func < (left: Numeral, right: Numeral) -> Bool {
    left.digits.count == right.digits.count
      ? left.digits.lexicographicallyPrecedes(right.digits)
      : left.digits.count < right.digits.count
  }

  var description: String { digits.isEmpty ? "0" : String(decoding: digits, as: UTF8.self) }
}
