// SPDX-License-Identifier: Apache-2.0

import Archives
package import Encodings
import FoundationEssentials
package import PythonPackaging
package import SystemPackage

/// A wheel of the release that was made elsewhere, such as a platform's by cibuildwheel: it is
/// taken as it is and recorded.
///
/// Each file is read once, into a copy of this build's own: what is checked, recorded and published is
/// that copy, whatever becomes of the file in the meantime.
package struct GivenWheel: Hashable, Sendable {
  /// Where the copy is.
  package let path: FilePath
  /// Its name.
  package let filename: DistributionFilename
  /// Its SHA-256.
  package let sha256: SHA256Hash
  /// Its size in bytes.
  package let size: Int64

  private static let sizeLimit = 1 << 30

  /// Takes wheels: files, or all wheels of folders.
  ///
  /// - Parameters:
  ///   - paths: files and folders.
  ///   - folder: where the copies go; it is made.
  /// - Returns: the copies, checked: each a wheel whose metadata are those of its name.
  /// - Throws: ``RebuildError`` of reason `output` or `files`.
  static func take(
    _ paths: [FilePath], into folder: FilePath
  ) throws(RebuildError) -> [GivenWheel] {
    var files: [FilePath] = []
    for path in paths {
      guard FileTree.isFolder(path) else {
        files.append(path)
        continue
      }
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path.string)) ?? []
      let wheels = names.filter { $0.hasSuffix(".whl") }.sorted()
      guard !wheels.isEmpty else {
        throw RebuildError(.output, "there is no wheel in `\(path)`")
      }
      files += wheels.map { path.appending($0) }
    }
    try FileTree.makeFolder(folder)
    var taken: [GivenWheel] = []
    for path in files {
      let name = path.lastComponent?.string ?? ""
      guard let filename = try? DistributionFilename(name), filename.filetype == "bdist_wheel"
      else { throw RebuildError(.output, "`\(path)` is not named like a wheel") }
      guard !taken.contains(where: { $0.filename.text == filename.text }) else {
        throw RebuildError(.output, "there are two wheels named `\(filename)`")
      }
      taken.append(try take(path, as: filename, into: folder))
    }
    return taken
  }

  private static func take(
    _ path: FilePath, as filename: DistributionFilename, into folder: FilePath
  ) throws(RebuildError) -> GivenWheel {
    let bytes = try FileTree.read(path, limit: sizeLimit)
    do {
      let metadata = try CoreMetadata(parsing: try WheelArchive(parsing: bytes).metadata)
      guard metadata.name == filename.project, metadata.version == filename.version else {
        throw RebuildError(
          .output,
          "the metadata in `\(filename)` are those of \(metadata.name) \(metadata.version)")
      }
    } catch let error as RebuildError {
      throw error
    } catch {
      throw RebuildError(.output, "`\(path)` is not acceptable: \(error)")
    }
    let copy = folder.appending(filename.text)
    try FileTree.write(bytes, to: copy, isTemporary: true)
    return GivenWheel(
      path: copy, filename: filename, sha256: SHA256Hash(hashing: bytes), size: Int64(bytes.count))
  }
}
