// SPDX-License-Identifier: Apache-2.0

/// The name of a source distribution (PEP 625): `{name}-{version}.tar.gz`.
///
/// New files carry the normalised name with `_` for `-`, and the normalised version
/// (``isNormalized``). Older ones, such as `my-project-1.0.tar.gz`, are read too: the version
/// stands after the last `-`.
package struct SdistFilename: Hashable, Sendable {
  /// The file name as it was written.
  package let text: String
  /// The project.
  package let project: ProjectName
  /// The version.
  package let version: Version
  /// Whether name and version are written as PEP 625 says.
  package let isNormalized: Bool

  /// Reads a file name without folders.
  ///
  /// - Throws: ``PackagingError/filename(_:reason:)``.
  package init(_ text: String) throws(PackagingError) {
    try DistributionFilename.checkCharacters(text)
    guard text.utf8.suffix(7).elementsEqual(".tar.gz".utf8) else {
      throw .filename(text, reason: "it must end with `.tar.gz`")
    }
    let stem = text.utf8.dropLast(7)
    guard let dash = stem.lastIndex(of: UInt8(ascii: "-")) else {
      throw .filename(text, reason: "an sdist's name is `{name}-{version}.tar.gz`")
    }
    let name = String(decoding: stem[..<dash], as: UTF8.self)
    let number = String(decoding: stem[stem.index(after: dash)...], as: UTF8.self)
    guard let project = try? ProjectName(name) else {
      throw .filename(text, reason: "its project name is not valid")
    }
    guard let version = try? Version(number) else {
      throw .filename(text, reason: "its version is not valid")
    }
    self.text = text
    self.project = project
    self.version = version
    isNormalized = name == project.filenameComponent && number == version.normalized
  }

  /// The name that PEP 625 gives the sdist of a project's version.
  package static func normalized(project: ProjectName, version: Version) -> String {
    "\(project.filenameComponent)-\(version.normalized).tar.gz"
  }
}
