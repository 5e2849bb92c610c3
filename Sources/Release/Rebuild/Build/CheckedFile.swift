// SPDX-License-Identifier: Apache-2.0

import Archives
package import Encodings
package import PythonPackaging
package import Reproducibility

/// A file that was made twice, and whether that made a difference.
package struct CheckedFile: Sendable {
  /// What the second build showed.
  package enum Check: Sendable {
    /// There was none.
    case skipped
    /// Both files are the same, byte for byte.
    case identical
    /// They are not.
    case different(ComparisonReport)
  }

  /// How the file relates to what its back end wrote.
  package enum Form: String, Hashable, Sendable {
    /// It is the same.
    case original
    /// Times, owners or permissions were taken out.
    case normalized
    /// It was written anew, because the back end's archives differ in nothing but their form.
    case canonical
  }

  /// What it is.
  package let kind: SandboxedBuild.Kind
  /// The file as it is published.
  package let bytes: [UInt8]
  /// What became of the back end's file.
  package let form: Form
  /// What the second build showed.
  package let check: Check
  /// In what the surroundings of the second build differed; empty without one.
  package let varied: [String]
  /// Whether it is only the same where the source lies at the same place.
  package let dependsOnPath: Bool
  /// The requirements, with those that the back end asked for.
  package let requirements: LockedRequirements
  /// The first build.
  package let built: BuiltFile

  /// Its name.
  package var filename: DistributionFilename { built.filename }
  /// Its SHA-256.
  package var sha256: SHA256Hash { SHA256Hash(hashing: bytes) }

  /// Normalises and compares.
  ///
  /// - Throws: ``RebuildError`` of reason `output`.
  init(
    kind: SandboxedBuild.Kind, first: BuiltFile, second: BuiltFile?, sourceDateEpoch: Int64,
    requirements: LockedRequirements, dependsOnPath: Bool = false
  ) throws(RebuildError) {
    self.kind = kind
    built = first
    self.requirements = requirements
    self.dependsOnPath = dependsOnPath
    varied = second.map { first.surroundings.differences(from: $0.surroundings) } ?? []
    let name = first.filename
    do throws(ArchiveError) {
      let normal = try Normalization(
        first.bytes, filename: name, sourceDateEpoch: sourceDateEpoch)
      let form: Form = normal.isChanged ? .normalized : .original
      guard let second else {
        (bytes, self.form, check) = (normal.bytes, form, .skipped)
        return
      }
      let compared = try [first.bytes, second.bytes].map { bytes throws(ArchiveError) in
        try Normalization(
          bytes, filename: name, sourceDateEpoch: sourceDateEpoch, levelsModes: true
        ).bytes
      }
      if second.filename == name, compared[0] == compared[1] {
        (bytes, self.form, check) = (normal.bytes, form, .identical)
        return
      }
      let canonical = try [first.bytes, second.bytes].map { bytes throws(ArchiveError) in
        try Normalization.canonical(bytes, filename: name, sourceDateEpoch: sourceDateEpoch)
      }
      if second.filename == name, canonical[0] == canonical[1] {
        (bytes, self.form, check) = (canonical[0], .canonical, .identical)
        return
      }
      let report = ArtifactComparison(
        published: compared[0], rebuilt: compared[1], filename: name
      ).report()
      (bytes, self.form, check) = (normal.bytes, form, .different(report))
    } catch {
      throw RebuildError(.output, "the built file `\(name)` is not acceptable: \(error)")
    }
  }
}
