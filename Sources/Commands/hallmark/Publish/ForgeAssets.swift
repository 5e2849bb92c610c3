// SPDX-License-Identifier: Apache-2.0

import Encodings
import ServiceClients
import SystemPackage
import TrustedPublishing
import Verification

/// The files of this machine that become assets: the distributions, and the evidence beside them.
enum ForgeAssets {
  /// The files, distributions first.
  ///
  /// - Parameters:
  ///   - release: the release, read and checked.
  ///   - withEvidence: whether the evidence beside the files goes with them.
  /// - Returns: the distributions, then what lies beside them.
  /// - Throws: `CommandFailure` for evidence that cannot be read.
  static func files(
    of release: LocalRelease, withEvidence: Bool
  ) throws(CommandFailure) -> [ForgeFile] {
    var files = release.files.map { ForgeFile($0.planned, path: FilePath($0.path)) }
    guard withEvidence else { return files }
    for file in release.files {
      for path in EvidenceDiscovery.paths(for: file.path) {
        let name = FilePath(path).lastComponent?.string ?? ""
        let planned: PublicationPlan.LocalFile
        do {
          let bytes = try FileReading.bytes(of: path, limit: Evidence.sizeLimit)
          planned = PublicationPlan.LocalFile(
            name: name, sha256: SHA256Hash(hashing: bytes), size: Int64(bytes.count))
        } catch {
          throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
        }
        if let other = files.first(where: { $0.file.name.utf8.elementsEqual(name.utf8) }) {
          // The evidence of all files together is found beside each of them.
          guard other.file == planned else {
            throw CommandFailure(
              status: ExitStatus.usage.rawValue,
              Diagnostic(
                "`\(other.path)` and `\(path)` have one name and different contents",
                help: ["put the release into one folder"]))
          }
          continue
        }
        files.append(ForgeFile(planned, path: FilePath(path)))
      }
    }
    return files
  }
}
