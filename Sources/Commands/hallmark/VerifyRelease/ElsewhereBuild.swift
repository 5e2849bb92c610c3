// SPDX-License-Identifier: Apache-2.0

import Approvals
import Attestations
import PythonPackaging
import Rebuild
import SystemPackage

/// A folder with the files of a build that was made elsewhere, and what its record says of them.
struct ElsewhereBuild: Sendable {
  /// The folder.
  let folder: String
  /// The record, if there is one, or why it cannot be used.
  private let record: Result<BuildRecordProvenance, CommandFailure>?

  /// Looks for the record.
  init(folder: String, release: (project: ProjectName, version: Version)) {
    self.folder = folder
    do {
      record = try BuildRecordProvenance.of(
        release.project, release.version, in: FilePath(folder)
      ).map { .success($0) }
    } catch {
      record = .failure(error)
    }
  }

  /// From where the files are, in words.
  var origin: String {
    switch record {
    case nil: "without a build record that says of which commit it is"
    case .success?: "and the build record beside it"
    case .failure?: "and the file beside it that should be its build record"
    }
  }

  /// Why the files are not those of a tag's commit, or nobody can tell; `nil` if nothing says so.
  func problem(
    tag: ReleaseTag
  ) -> (answer: ReleaseFinding.Answer, found: String, help: String)? {
    switch record {
    case nil: return nil
    case .failure(let failure)?:
      return (
        .unknown, failure.diagnostic.message,
        failure.diagnostic.help.first ?? "name the folder of another build by --rebuilt"
      )
    case .success(let record)?:
      let help = "build the tag's commit: git checkout \(tag.name), then hallmark build"
      if let commit = record.commit, !commit.utf8.elementsEqual(tag.commit.utf8) {
        return (.no, "it was built of \(commit), and the tag is at \(tag.commit)", help)
      }
      return record.isDirty
        ? (.no, "it was built of files that are not those of a commit", help) : nil
    }
  }

  /// Whether there is a record that does not have a file.
  func isForeign(_ file: Subject) -> Bool {
    guard case .success(let record)? = record else { return false }
    return !record.has(file)
  }
}
