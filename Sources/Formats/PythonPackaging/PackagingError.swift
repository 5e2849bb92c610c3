// SPDX-License-Identifier: Apache-2.0

/// Why a text is not the piece of Python packaging data that it should be.
package enum PackagingError: Error, Hashable, Sendable {
  /// Not a valid project name (core metadata specification, "Name").
  case projectName(String)
  /// Not a valid version (PEP 440).
  case version(String)
  /// Not a valid wheel or sdist file name (binary distribution format; PEP 625).
  case filename(String, reason: String)
  /// Not valid core metadata; `line` counts from 1.
  case metadata(line: Int?, reason: String)
  /// Not a requirement by name that can be used (PEP 508, PEP 440).
  case requirement(String, reason: String)
  /// Not a requirements file that can be used; `line` counts from 1, 0 is the whole file.
  case requirementsFile(line: Int, reason: String)
  /// Not a lock file that can be used (PEP 751).
  case lockFile(String)
}

extension PackagingError: CustomStringConvertible {
  /// One sentence for a person.
  package var description: String {
    switch self {
    case .projectName(let text):
      """
      `\(Self.shown(text))` is not a project name: it must consist of ASCII letters, digits, `.`, \
      `_` and `-`, and start and end with a letter or digit
      """
    case .version(let text): "`\(Self.shown(text))` is not a version as PEP 440 defines it"
    case .filename(let text, let reason):
      "`\(Self.shown(text))` is not a distribution file name: \(reason)"
    case .metadata(let line?, let reason): "core metadata, line \(line): \(reason)"
    case .metadata(nil, let reason): "core metadata: \(reason)"
    case .requirement(let text, let reason):
      "`\(Self.shown(text))` is not a requirement that can be used: \(reason)"
    case .requirementsFile(0, let reason): "requirements: \(reason)"
    case .requirementsFile(let line, let reason): "line \(line): \(reason)"
    case .lockFile(let reason): "lock file: \(reason)"
    }
  }

  // Error texts quote hostile input; control characters and length must not spoil the terminal.
  private static func shown(_ text: String) -> String {
    let scalars = text.unicodeScalars.prefix(120).map { scalar in
      scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
        ? "?" : scalar
    }
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars)
    return String(result)
  }
}
