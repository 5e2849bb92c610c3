// SPDX-License-Identifier: Apache-2.0

package import PythonPackaging

/// The build back end that a wheel's `WHEEL` file names (binary distribution format, `Generator`).
///
/// ```
/// Generator: hatchling 1.27.0
/// Generator: setuptools (75.6.0)
/// Generator: meson
/// ```
package struct Generator: Hashable, Sendable {
  /// The name as the file has it, such as `flit`.
  package let name: String
  /// The version; `nil` where none is named, or one that no index has (`0.0.0+local`).
  package let version: Version?
  /// The project on the index whose release wrote this line; `nil` for one that is not known.
  package let project: ProjectName?

  /// The projects whose back ends name themselves so.
  private static let projects = [
    "setuptools": "setuptools", "bdist_wheel": "wheel", "flit": "flit-core",
    "hatchling": "hatchling", "poetry-core": "poetry-core", "poetry": "poetry-core",
    "pdm-backend": "pdm-backend", "pdm-pep517": "pdm-pep517", "uv": "uv-build",
    "meson": "meson-python", "maturin": "maturin", "scikit-build-core": "scikit-build-core",
    "skbuild": "scikit-build", "whey": "whey", "sipbuild": "sip", "enscons": "enscons",
  ]

  /// Reads the value of `Generator`; `nil` when it has no form that is known.
  package init?(_ text: String) {
    var words = text.utf8.split(separator: UInt8(ascii: " "))
      .map { String(decoding: $0, as: UTF8.self) }
    guard (1...2).contains(words.count), !words[0].isEmpty else { return nil }
    name = words.removeFirst()
    var version: Version?
    if var number = words.first {
      if number.utf8.first == UInt8(ascii: "("), number.utf8.last == UInt8(ascii: ")") {
        number = String(number.dropFirst().dropLast())
      }
      guard let read = try? Version(number) else { return nil }
      version = read.isLocal ? nil : read
    }
    self.version = version
    project = Self.projects[name].flatMap { try? ProjectName($0) }
  }

  /// The exact requirement that brings this back end into an environment.
  package var pin: Requirement? {
    guard let project, let version else { return nil }
    return Requirement(project: project, version: version)
  }
}
