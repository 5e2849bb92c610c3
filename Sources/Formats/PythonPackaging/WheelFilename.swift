// SPDX-License-Identifier: Apache-2.0

/// The name of a wheel (binary distribution format, "File name convention").
///
/// `{name}-{version}[-{build}]-{python}-{abi}-{platform}.whl`, such as
/// `greeting-1.0.0-py3-none-any.whl`. The last three parts are sets of tags separated by `.`.
package struct WheelFilename: Hashable, Sendable {
  /// The file name as it was written.
  package let text: String
  /// The project.
  package let project: ProjectName
  /// The version.
  package let version: Version
  /// The build tag, which starts with a digit.
  package let buildTag: String?
  /// The Python tags, such as `py3`.
  package let pythonTags: [String]
  /// The ABI tags, such as `none`.
  package let abiTags: [String]
  /// The platform tags, such as `any`.
  package let platformTags: [String]
  /// Whether name and version are written in their normalised forms.
  package let isNormalized: Bool

  /// Reads a file name without folders.
  ///
  /// - Throws: ``PackagingError/filename(_:reason:)``.
  package init(_ text: String) throws(PackagingError) {
    try DistributionFilename.checkCharacters(text)
    guard text.utf8.suffix(4).elementsEqual(".whl".utf8) else {
      throw .filename(text, reason: "it must end with `.whl`")
    }
    let parts = text.utf8.dropLast(4)
      .split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 5 || parts.count == 6 else {
      throw .filename(text, reason: "a wheel's name has five or six parts separated by `-`")
    }
    // `__` in the name would have been one `_` if it had been escaped as the specification says.
    guard !parts[0].contains("__"), let project = try? ProjectName(parts[0]) else {
      throw .filename(text, reason: "its project name is not valid")
    }
    guard let version = try? Version(parts[1]) else {
      throw .filename(text, reason: "its version is not valid")
    }
    if parts.count == 6 {
      guard let first = parts[2].utf8.first, first.isASCIIDigit else {
        throw .filename(text, reason: "its build tag does not start with a digit")
      }
    }
    let tags = parts.suffix(3).map { part in
      part.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
    }
    let valid = tags.joined().allSatisfy { tag in
      !tag.isEmpty && tag.utf8.allSatisfy { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "_") }
    }
    guard valid else { throw .filename(text, reason: "its compatibility tags are not valid") }
    self.text = text
    self.project = project
    self.version = version
    buildTag = parts.count == 6 ? parts[2] : nil
    pythonTags = tags[0]
    abiTags = tags[1]
    platformTags = tags[2]
    isNormalized = parts[0] == project.filenameComponent && parts[1] == version.normalized
  }
}
