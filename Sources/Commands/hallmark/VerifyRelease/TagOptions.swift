// SPDX-License-Identifier: Apache-2.0

import Approvals
import ArgumentParser
import Rebuild
import SSHSignatures
import SystemPackage
import Verification

/// The options that say which tag is meant, where it is, and who may sign it.
struct TagOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The git tag of the release.", valueName: "tag"))
  var tag: String

  @Option(
    name: [.customLong("repository"), .customLong("project")],
    help: ArgumentHelp(
      "The repository: a folder with a clone, or an https URL.", valueName: "place"),
    completion: .directory)
  var repository = "."

  @Option(
    help: ArgumentHelp(
      "The project's folder in the repository; otherwise the top, or the one with its name.",
      valueName: "folder"))
  var subdirectory: String?

  @Option(
    help: ArgumentHelp(
      "SSH keys that may sign tags, as `gpg.ssh.allowedSignersFile` has them.",
      valueName: "file"),
    completion: .file())
  var allowedSigners: String?

  @Option(
    name: .customLong("allowed-gpg-keys"),
    help: ArgumentHelp("OpenPGP public keys that may sign tags.", valueName: "file"),
    completion: .file())
  var allowedGPGKeys: String?

  @Flag(help: "Do not ask who signed the tag.")
  var allowUnsignedTag = false

  func validate() throws {
    guard !tag.isEmpty, !tag.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }) else {
      throw ValidationError("--tag must be the name of a tag.")
    }
    guard !repository.isEmpty, !repository.utf8.contains(0) else {
      throw ValidationError("--repository must be a folder or an https URL.")
    }
    try ReproduceCommand.check(subdirectory: subdirectory)
    if allowUnsignedTag, allowedSigners != nil || allowedGPGKeys != nil {
      throw ValidationError(
        "--allow-unsigned-tag asks nobody, and so has no use for keys that may sign.")
    }
  }

  /// Who may sign.
  ///
  /// - Throws: `CommandFailure` that names the file.
  func signers() throws(CommandFailure) -> TagSigners {
    var signers = TagSigners()
    do {
      if let allowedSigners {
        signers.ssh = AllowedSigners(
          parsing: try FileReading.bytes(of: allowedSigners, limit: AllowedSigners.sizeLimit))
      }
      if let allowedGPGKeys {
        _ = try FileReading.bytes(of: allowedGPGKeys, limit: OpenPGPKeys.sizeLimit)
        signers.openPGP = OpenPGPKeys(file: FilePath(allowedGPGKeys))
      }
    } catch {
      throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    }
    return signers
  }
}
