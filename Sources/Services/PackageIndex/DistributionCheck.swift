// SPDX-License-Identifier: Apache-2.0

import Archives
import Encodings
import PythonPackaging

/// What an uploaded file says about itself.
///
/// PyPI believes the form. Here the metadata inside the file must name the same project and version,
/// and what clients see (`requires-python`, `METADATA`) comes from the file.
struct DistributionCheck {
  /// `METADATA` or `PKG-INFO` as it stands in the file.
  let bytes: [UInt8]
  /// The same, read.
  let metadata: CoreMetadata

  /// Opens the archive and compares its metadata with the form.
  ///
  /// - Throws: ``IndexRefusal``.
  init(_ contents: [UInt8], of candidate: UploadCandidate) throws {
    let name: String
    do throws(ArchiveError) {
      switch candidate.filename {
      case .wheel(let file):
        name = "METADATA"
        // The folder is named as the file is, letter by letter.
        let stem = file.text.split(separator: "-", maxSplits: 2).prefix(2).joined(separator: "-")
        bytes = try WheelArchive(parsing: contents, named: stem).metadata
      case .sdist(let file):
        name = "PKG-INFO"
        let stem = String(file.text.dropLast(".tar.gz".count))
        bytes = try SdistArchive(parsing: contents, named: stem).metadata
      }
    } catch {
      throw IndexRefusal.invalid("Invalid distribution file. \(error)")
    }
    do {
      metadata = try CoreMetadata(parsing: bytes)
    } catch {
      throw IndexRefusal.invalid("Invalid distribution file. \(name): \(error)")
    }
    guard metadata.name == candidate.project else {
      throw IndexRefusal.invalid(
        "Invalid distribution file. \(name) says that the project is '\(metadata.name)', the form "
          + "says '\(candidate.project)'.")
    }
    guard metadata.version == candidate.version else {
      throw IndexRefusal.invalid(
        "Invalid distribution file. \(name) says that the version is '\(metadata.version)', the "
          + "form says '\(candidate.version)'.")
    }
  }

  /// `Summary`, cut to what a page shows.
  var summary: String? { metadata.value(of: "Summary").map { String($0.prefix(512)) } }

  /// `Requires-Python`.
  var requiresPython: String? {
    metadata.value(of: "Requires-Python").flatMap { $0.isEmpty ? nil : $0 }
  }
}
