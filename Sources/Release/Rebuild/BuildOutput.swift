// SPDX-License-Identifier: Apache-2.0

import Archives
import FoundationEssentials
import PythonPackaging
import SystemPackage

/// The files that a build left, checked: one sdist and one wheel, whose names and metadata agree
/// with each other and with `pyproject.toml`.
struct BuildOutput {
  /// The sdist's name, then the wheel's.
  let files: [DistributionFilename]
  /// The project's name, in the spelling of its metadata.
  let project: ProjectName
  /// The version that was built.
  let version: Version
  /// The build back end as it names itself in the wheel.
  let generator: String?

  private static let sizeLimit = 1 << 30

  /// Checks all that a build left in a folder.
  ///
  /// - Throws: ``RebuildError`` of reason `output` or `files`.
  init(folder: FilePath, configuration: ProjectConfiguration) throws(RebuildError) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []
    var parsed: [DistributionFilename] = []
    for name in names.sorted() {
      do {
        parsed.append(try DistributionFilename(name))
      } catch {
        throw RebuildError(.output, "the build made an unexpected file: \(error)")
      }
    }
    let sdists = parsed.filter { $0.filetype == "sdist" }
    let wheels = parsed.filter { $0.filetype == "bdist_wheel" }
    guard let sdist = sdists.first, let wheel = wheels.first, parsed.count == 2 else {
      let found = names.isEmpty ? "nothing" : names.sorted().joined(separator: ", ")
      throw RebuildError(
        .output, "the build should have made one sdist and one wheel, but made \(found)")
    }
    guard sdist.isNormalized, wheel.isNormalized else {
      throw RebuildError(
        .output,
        "`\(sdist)` and `\(wheel)` do not carry the normalised name and version (PEP 625)",
        help: "use a newer version of the build back end")
    }
    var contents: [[UInt8]] = []
    for file in [sdist, wheel] {
      contents.append(try FileTree.read(folder.appending(file.text), limit: Self.sizeLimit))
    }
    let source = try Self.metadata(sdist, contents[0], DistributionMetadata.sdistMetadata)
    // With RECORD, WHEEL and every checksum: what an index would refuse is no result.
    let built = try Self.metadata(wheel, contents[1]) { bytes, limits throws(ArchiveError) in
      try WheelArchive(parsing: bytes, limits: limits).metadata
    }
    for (file, metadata) in [(sdist, source), (wheel, built)] {
      try Self.check(file, metadata, configuration)
    }
    guard source.version == built.version, source.name == built.name else {
      throw RebuildError(
        .output, "`\(sdist)` is version \(source.version), but `\(wheel)` is \(built.version)")
    }
    files = [sdist, wheel]
    project = built.name
    version = built.version
    generator = try? DistributionMetadata.wheelGenerator(in: contents[1])
  }

  private static func metadata(
    _ file: DistributionFilename, _ bytes: [UInt8],
    _ extract: ([UInt8], ArchiveLimits) throws(ArchiveError) -> [UInt8]
  ) throws(RebuildError) -> CoreMetadata {
    do {
      return try CoreMetadata(parsing: try extract(bytes, ArchiveLimits()))
    } catch {
      throw RebuildError(.output, "the built file `\(file)` is not acceptable: \(error)")
    }
  }

  private static func check(
    _ file: DistributionFilename, _ metadata: CoreMetadata, _ configuration: ProjectConfiguration
  ) throws(RebuildError) {
    guard metadata.name == file.project, metadata.version == file.version else {
      throw RebuildError(
        .output,
        "the metadata in `\(file)` are those of \(metadata.name) \(metadata.version)")
    }
    if let name = configuration.name, name != file.project {
      throw RebuildError(.output, "the build made `\(file)`, but pyproject.toml names `\(name)`")
    }
    if let version = configuration.version, version != file.version {
      throw RebuildError(
        .output, "the build made `\(file)`, but pyproject.toml has version \(version)")
    }
  }
}
