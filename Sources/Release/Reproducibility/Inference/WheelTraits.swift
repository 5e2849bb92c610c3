// SPDX-License-Identifier: Apache-2.0

package import Archives
package import PythonPackaging

/// What a published wheel tells about its build.
///
/// Only facts of the container and of `*.dist-info`; nothing of the package is looked at.
package struct WheelTraits: Sendable {
  /// The back end that `WHEEL` names.
  package let generator: Generator?
  /// The text of `Generator`, also where it is of no known form.
  package let generatorText: String?
  /// The metadata; `nil` where they cannot be read, which the comparison then tells.
  package let metadata: CoreMetadata?
  /// What the members' times have in common.
  package let times: ArchiveTime.Policy
  /// Whether the group may write most files of the package, as under umask 002.
  package let isGroupWritable: Bool
  /// Whether `*.dist-info` has a licence that the metadata do not name, as before setuptools 57.
  package let hasUnnamedLicense: Bool

  /// Reads a wheel.
  ///
  /// - Throws: `ArchiveError` for an archive that is refused, or has no metadata.
  package init(
    parsing bytes: [UInt8], limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) {
    let archive = try ZipArchive(parsing: bytes, profile: .general, limits: limits)
    let located = try DistributionMetadata.wheel(in: archive)
    metadata = try? CoreMetadata(parsing: located.bytes)
    generatorText = try DistributionMetadata.wheelGenerator(in: archive)
    generator = generatorText.flatMap { Generator($0) }
    let files = archive.members.filter { !$0.isFolder }
    times = ArchiveTime.Policy(files.lazy.map { ArchiveTime.seconds(of: $0.header) })
    // What back ends write themselves, as RECORD, has modes of their choice.
    let copied = files.filter { !$0.path.utf8.starts(with: "\(located.folder)/".utf8) }
    let writable = copied.count { $0.header.externalAttributes >> 16 & 0o020 != 0 }
    isGroupWritable = writable * 2 > copied.count
    let licenses = ["LICENSE", "LICENCE", "COPYING"].map { Array("\(located.folder)/\($0)".utf8) }
    hasUnnamedLicense =
      metadata?.values(of: "License-File").isEmpty ?? false
      && files.contains { file in licenses.contains { file.path.utf8.starts(with: $0) } }
  }
}
