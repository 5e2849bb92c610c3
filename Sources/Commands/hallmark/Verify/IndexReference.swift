// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import PythonPackaging
import ServiceClients

/// An argument that names what an index has, instead of a file of this machine.
///
/// `NAME==VERSION` is every file of a release, `pypi:FILENAME` one file, and `pypi:URL` one file at
/// an address of its own. A file that is really called so is named with its folder, `./a==1`.
enum IndexReference: Hashable, Sendable {
  /// Every file of a release.
  case release(ProjectName, Version)
  /// One file by its name.
  case file(DistributionFilename)
  /// One file by its address; its evidence is the index's.
  case address(ServiceURL, DistributionFilename)

  private static let scheme = "pypi:"

  /// The project.
  var project: ProjectName {
    switch self {
    case .release(let project, _): project
    case .file(let name), .address(_, let name): name.project
    }
  }

  /// Reads an argument; `nil` when it is the path of a file.
  ///
  /// - Throws: `ValidationError` when it is meant as a reference, but is none.
  init?(argument: String) throws {
    let bytes = argument.utf8
    if bytes.starts(with: Self.scheme.utf8) {
      self = try Self.afterScheme(String(argument.dropFirst(Self.scheme.count)))
      return
    }
    guard !bytes.contains(UInt8(ascii: "/")), let range = bytes.firstRange(of: "==".utf8) else {
      return nil
    }
    do {
      let version = String(argument[range.upperBound...])
      self = .release(
        try ProjectName(String(argument[..<range.lowerBound])), try Version(version))
    } catch {
      throw ValidationError(
        "\(error). Please put ./ before the name if it is a file.")
    }
  }

  private static func afterScheme(_ text: String) throws -> IndexReference {
    do {
      guard text.utf8.contains(UInt8(ascii: "/")) else {
        return .file(try DistributionFilename(text))
      }
      let url = try NetworkOptions.serviceURL(text, option: "what follows `pypi:`")
      let name = url.path.utf8.split(separator: UInt8(ascii: "/")).last
        .map { String(decoding: $0, as: UTF8.self) }
      return .address(url, try DistributionFilename(name ?? ""))
    } catch let error as ValidationError {
      throw error
    } catch {
      throw ValidationError("`\(scheme)` must be followed by a file name or an https URL: \(error)")
    }
  }
}
