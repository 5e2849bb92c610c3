// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import SystemPackage
import Verification

/// The folder of `--dest`: files gather in a temporary folder within it, and take their places when
/// all of them may.
struct DownloadFolder: Sendable {
  private let target: FilePath
  private let isNew: Bool
  /// Where files go until then.
  let temporary: FilePath

  /// Makes the temporary folder, and the target where it is missing.
  ///
  /// - Throws: `CommandFailure`.
  init(_ path: String) throws(CommandFailure) {
    target = FilePath(path)
    isNew = !FileReading.isPresent(path)
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    temporary = target.appending(".hallmark-download-\(suffix)")
    do {
      try FileManager.default.createDirectory(
        atPath: temporary.string, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "cannot make a folder in `\(path)`", help: ["name another folder by --dest"]))
    }
  }

  /// Gives files their places; all of them, or none.
  ///
  /// - Throws: `CommandFailure` that names the file.
  func commit(_ names: [String]) throws(CommandFailure) {
    var moved: [FilePath] = []
    for name in names {
      do throws(Errno) {
        try Platform.move(temporary.appending(name), to: target.appending(name))
        moved.append(target.appending(name))
      } catch {
        for path in moved { Platform.removeFile(path) }
        throw CommandFailure(
          status: ExitStatus.couldNotRun.rawValue,
          Diagnostic(
            "cannot write `\(target.appending(name))`: \(error.description.lowercased())",
            help: ["name another folder by --dest"]))
      }
    }
    Platform.synchronize(folder: target)
  }

  /// Removes what is temporary; the target too, if this run made it and it has nothing.
  func close() {
    try? FileManager.default.removeItem(atPath: temporary.string)
    if isNew { Platform.removeEmptyFolder(target) }
  }
}
