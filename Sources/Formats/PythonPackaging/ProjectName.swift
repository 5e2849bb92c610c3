// SPDX-License-Identifier: Apache-2.0

/// The name of a Python project.
///
/// The core metadata specification allows ASCII letters, digits, `.`, `_` and `-`, with a letter or
/// digit at both ends. Names are the same if their normalised forms are (PEP 503): lower case, each
/// run of `.`, `_` and `-` becomes one `-`. `Django.REST_framework` normalises to
/// `django-rest-framework`.
package struct ProjectName: Sendable {
  /// Most bytes of a name.
  package static let maximumLength = 200

  /// The name as it was written.
  package let text: String
  /// The normalised form, which identifies the project.
  package let normalized: String

  /// Reads a name.
  ///
  /// - Throws: ``PackagingError/projectName(_:)``.
  package init(_ text: String) throws(PackagingError) {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, let last = bytes.last, bytes.count <= Self.maximumLength,
      first.isASCIIAlphanumeric, last.isASCIIAlphanumeric,
      bytes.allSatisfy({ $0.isASCIIAlphanumeric || Self.isSeparator($0) })
    else { throw .projectName(text) }
    self.text = text
    var normalized: [UInt8] = []
    for byte in bytes {
      if !Self.isSeparator(byte) {
        normalized.append(byte.asciiLowercased)
      } else if normalized.last != UInt8(ascii: "-") {
        normalized.append(UInt8(ascii: "-"))
      }
    }
    self.normalized = String(decoding: normalized, as: UTF8.self)
  }

  /// The normalised form with `_` for `-`, as it stands in the names of wheels and sdists.
  package var filenameComponent: String {
    String(decoding: normalized.utf8.map { $0 == 0x2D ? 0x5F : $0 }, as: UTF8.self)
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
  }
}

extension ProjectName: Hashable, Comparable, CustomStringConvertible {
  package static func == (left: ProjectName, right: ProjectName) -> Bool {
    left.normalized == right.normalized
  }

  package static func < (left: ProjectName, right: ProjectName) -> Bool {
    left.normalized < right.normalized
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(normalized) }

  /// The name as it was written.
  package var description: String { text }
}
