// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging
import SystemPackage
import TrustedPublishing
import Verification

/// A build as its record tells of it, `NAME-VERSION.build.json` in the folder of the release: the same
/// whether it was made now or by an earlier run.
struct BuiltRelease: Sendable {
  /// One file of the release.
  struct File: Sendable {
    /// Its name.
    let filename: DistributionFilename
    /// Where it lies.
    let path: FilePath
    /// Its SHA-256.
    let sha256: SHA256Hash
    /// Its size in bytes.
    let size: Int64

    /// The file as plans compare it.
    var planned: PublicationPlan.LocalFile {
      PublicationPlan.LocalFile(name: filename.text, sha256: sha256, size: size)
    }
  }

  /// The project's name, in the spelling of its metadata.
  let project: ProjectName
  /// The version.
  let version: Version
  /// What was built: the sdist, then the wheel.
  let files: [File]
  /// Wheels that were made elsewhere.
  let given: [File]
  /// The commit; `nil` outside of git.
  let commit: String?
  /// The branch or tag at the commit, else the commit's id; `nil` outside of git.
  let ref: String?
  /// The project's folder relative to the top of its repository.
  let subfolder: String
  /// Whether the source was not exactly that of the commit.
  let isDirty: Bool
  /// The value of `SOURCE_DATE_EPOCH`, in seconds.
  let sourceDateEpoch: Int64
  /// The version of Python.
  let python: String
  /// The back end as it names itself in the wheel.
  let generator: String?
  /// Whether a sandbox was there.
  let isSandboxed: Bool
  /// `identical` or `skipped`: what the second build came to.
  let check: String
  /// The record as provenance tells it.
  let provenance: BuildRecordProvenance
  /// The record as a file of the folder.
  let record: PublicationPlan.LocalFile

  private static let fileLimit = 10_000

  /// Reads the record of a build whose files lie beside it.
  ///
  /// - Throws: `CommandFailure` that names the file.
  init(recordAt path: FilePath) throws(CommandFailure) {
    provenance = try BuildRecordProvenance(path: path.string)
    record = PublicationPlan.LocalFile(
      name: path.lastComponent?.string ?? "", sha256: provenance.digest, size: provenance.size)
    do {
      let root = provenance.root
      let (project, source) = (try root.required("project"), try root.required("source"))
      self.project = try ProjectName(try project.required("name").string())
      version = try Version(try project.required("version").string())
      commit = try source.optional("commit")?.string()
      ref = try source.optional("ref")?.string()
      subfolder = try source.required("subfolder").string()
      isDirty = try source.required("isDirty").boolean()
      sourceDateEpoch = try root.required("sourceDateEpoch").integer()
      let builder = try root.required("builder")
      python = try builder.required("interpreter").required("version").string()
      generator = try root.optional("generator")?.string()
      isSandboxed = try builder.optional("sandbox") != nil
      check = try root.required("check").required("result").string()
      var (built, given): ([File], [File]) = ([], [])
      for node in try root.required("files").array(limit: Self.fileLimit) {
        let filename = try DistributionFilename(try node.required("name").string())
        guard let sha256 = SHA256Hash(hexadecimal: try node.required("sha256").string()) else {
          throw node.error("expected 64 lower-case hexadecimal digits")
        }
        let file = File(
          filename: filename, path: path.removingLastComponent().appending(filename.text),
          sha256: sha256, size: try node.required("size").integer())
        if try node.required("origin").string() == "built" {
          built.append(file)
        } else {
          given.append(file)
        }
      }
      (files, self.given) = (built, given)
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the build record cannot be used: \(error)", place: path.string,
          help: ["build again: --from build"]))
    }
  }

  /// How it was built, in words.
  var manner: String {
    let place = isSandboxed ? "in a sandbox" : "without a sandbox"
    return check == "identical" ? "built twice \(place), identical" : "built once \(place)"
  }
}
