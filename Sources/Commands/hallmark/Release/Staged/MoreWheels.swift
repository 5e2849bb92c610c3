// SPDX-License-Identifier: Apache-2.0

import Encodings
import FoundationEssentials
import PythonPackaging
import Rebuild
import SystemPackage
import TrustedPublishing
import Verification

/// Wheels of the same version that were made elsewhere, such as those of other platforms: they are
/// read, checked and copied to what was built.
struct MoreWheels: Sendable {
  /// The folder that they are in; `nil` if there are none.
  let folder: String?
  /// Where the release's files are.
  let output: FilePath

  private static let fileLimit = 1 << 30

  /// Copies the wheels.
  ///
  /// - Returns: the files that belong to the release in addition.
  /// - Throws: `CommandFailure` for a wheel of another project or version, or that has the name of a
  ///   built file and other contents.
  func add(to build: BuildResult) throws(CommandFailure) -> [PublicationPlan.LocalFile] {
    guard let folder else { return [] }
    let release = try LocalRelease(arguments: [folder])
    var added: [PublicationPlan.LocalFile] = []
    var copies: [OutputFiles.File] = []
    for file in release.files {
      guard case .wheel = file.name else { continue }
      guard file.name.project == build.project, file.name.version == build.version else {
        throw CommandFailure(
          status: ExitStatus.rejected.rawValue,
          Diagnostic(
            "`\(file.path)` is not of the release that was built",
            expected: "\(build.project) \(build.version)",
            found: "\(file.name.project) \(file.name.version)",
            help: ["take it out of the folder of --wheels"]))
      }
      if let built = build.files.first(where: {
        $0.filename.text.utf8.elementsEqual(file.name.text.utf8)
      }) {
        guard built.sha256 == file.sha256 else {
          throw CommandFailure(
            status: ExitStatus.differs.rawValue,
            Diagnostic(
              "`\(file.path)` has the name of a file that was built, and other contents",
              expected: "SHA-256 \(built.sha256)", found: "SHA-256 \(file.sha256)",
              help: ["take it out of the folder of --wheels"]))
        }
        continue
      }
      added.append(file.planned)
      let target = output.appending(file.name.text).string
      if (try? FileReading.sha256(of: target)) == file.sha256 { continue }
      do {
        let bytes = try FileReading.bytes(of: file.path, limit: Self.fileLimit)
        guard SHA256Hash(hashing: bytes) == file.sha256 else {
          throw CommandFailure(
            status: ExitStatus.differs.rawValue,
            Diagnostic("`\(file.path)` changed while it was read"))
        }
        copies.append(OutputFiles.File(name: file.name.text, bytes: bytes))
      } catch let failure as CommandFailure {
        throw failure
      } catch {
        throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
      }
    }
    try OutputFiles.write(copies, into: output)
    return added
  }
}
