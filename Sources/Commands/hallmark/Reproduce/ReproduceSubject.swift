// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import PythonPackaging

/// What is to be reproduced: a release at an index, or files of one release on this machine.
enum ReproduceSubject: Sendable {
  /// Every file of a release.
  case index(ProjectName, Version)
  /// Files by their paths.
  case files([(path: String, name: DistributionFilename)])

  /// Reads the arguments.
  ///
  /// - Throws: `ValidationError`.
  init(arguments: [String]) throws {
    if arguments.count == 1, let argument = arguments.first,
      let reference = try IndexReference(argument: argument)
    {
      guard case .release(let project, let version) = reference else {
        throw ValidationError("name the whole release, as NAME==VERSION.")
      }
      self = .index(project, version)
      return
    }
    var files: [(path: String, name: DistributionFilename)] = []
    for path in arguments {
      guard try IndexReference(argument: path) == nil else {
        throw ValidationError("name one release, or files of one release.")
      }
      let last = path.utf8.split(separator: UInt8(ascii: "/")).last
      let name: DistributionFilename
      do {
        name = try DistributionFilename(last.map { String(decoding: $0, as: UTF8.self) } ?? "")
      } catch {
        throw ValidationError("\(error).")
      }
      guard !files.contains(where: { $0.name.text == name.text }) else {
        throw ValidationError("`\(name)` is named twice.")
      }
      if let first = files.first,
        first.name.project != name.project || first.name.version != name.version
      {
        throw ValidationError("`\(first.name)` and `\(name)` are of different releases.")
      }
      files.append((path, name))
    }
    self = .files(files)
  }

  /// The project and the version.
  var release: (project: ProjectName, version: Version)? {
    switch self {
    case .index(let project, let version): (project, version)
    case .files(let files): files.first.map { ($0.name.project, $0.name.version) }
    }
  }

  /// The release in words.
  var title: String {
    release.map { "\($0.project.normalized) \($0.version.normalized)" } ?? ""
  }
}
