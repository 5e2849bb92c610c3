// SPDX-License-Identifier: Apache-2.0

/// The name of a file that an index serves for a project: a wheel or an sdist.
package enum DistributionFilename: Hashable, Sendable {
  /// A built distribution, `*.whl`.
  case wheel(WheelFilename)
  /// A source distribution, `*.tar.gz`.
  case sdist(SdistFilename)

  /// The most bytes of a file name.
  package static let maximumLength = 255

  /// Reads a file name without folders.
  ///
  /// - Throws: ``PackagingError/filename(_:reason:)``.
  package init(_ text: String) throws(PackagingError) {
    if text.utf8.suffix(4).elementsEqual(".whl".utf8) {
      self = .wheel(try WheelFilename(text))
    } else if text.utf8.suffix(7).elementsEqual(".tar.gz".utf8) {
      self = .sdist(try SdistFilename(text))
    } else {
      throw .filename(text, reason: "it must end with `.whl` or `.tar.gz`")
    }
  }

  /// The file name as it was written.
  package var text: String {
    switch self {
    case .wheel(let name): name.text
    case .sdist(let name): name.text
    }
  }

  /// The project.
  package var project: ProjectName {
    switch self {
    case .wheel(let name): name.project
    case .sdist(let name): name.project
    }
  }

  /// The version.
  package var version: Version {
    switch self {
    case .wheel(let name): name.version
    case .sdist(let name): name.version
    }
  }

  /// The value of the upload form's field `filetype`.
  package var filetype: String {
    switch self {
    case .wheel: "bdist_wheel"
    case .sdist: "sdist"
    }
  }

  /// The value of the upload form's field `pyversion`: the wheel's Python tags, or `source`.
  package var pythonVersion: String {
    switch self {
    case .wheel(let name): name.pythonTags.joined(separator: ".")
    case .sdist: "source"
    }
  }

  /// Whether name and version stand in the file name in their normalised forms, as an index demands
  /// of new files.
  package var isNormalized: Bool {
    switch self {
    case .wheel(let name): name.isNormalized
    case .sdist(let name): name.isNormalized
    }
  }

  /// Refuses what no part of a distribution's file name may hold.
  static func checkCharacters(_ text: String) throws(PackagingError) {
    guard text.utf8.count <= maximumLength else {
      throw .filename(text, reason: "it is longer than \(maximumLength) bytes")
    }
    let allowed = text.utf8.allSatisfy { byte in
      byte.isASCIIAlphanumeric || "._+!-".utf8.contains(byte)
    }
    guard allowed else {
      throw .filename(text, reason: "only ASCII letters, digits and `._+!-` are allowed")
    }
  }
}

extension DistributionFilename: CustomStringConvertible {
  /// The file name as it was written.
  package var description: String { text }
}
