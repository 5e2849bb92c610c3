// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import SystemPackage
import Verification

/// Files that belong together: all of them appear in a folder, or none.
enum OutputFiles {
  /// One file to write.
  struct File: Sendable {
    /// Its name, without folders.
    let name: String
    /// Its contents.
    let bytes: [UInt8]
  }

  /// Writes files under temporary names, and gives them their own when all are on the disk.
  ///
  /// - Throws: `CommandFailure` that names the file; nothing of this call is left then.
  static func write(_ files: [File], into folder: FilePath) throws(CommandFailure) {
    var pending: [(temporary: FilePath, target: FilePath)] = []
    var moved: [FilePath] = []
    for file in files {
      let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
      let temporary = folder.appending(".\(file.name).\(suffix).partial")
      let target = folder.appending(file.name)
      pending.append((temporary, target))
      do {
        try Platform.writeNew(file.bytes, to: temporary)
      } catch {
        for item in pending { Platform.removeFile(item.temporary) }
        throw failure(target, error)
      }
    }
    for item in pending {
      do throws(Errno) {
        try Platform.move(item.temporary, to: item.target)
        moved.append(item.target)
      } catch {
        for item in pending { Platform.removeFile(item.temporary) }
        for path in moved { Platform.removeFile(path) }
        throw failure(item.target, error)
      }
    }
    Platform.synchronize(folder: folder)
  }

  /// Makes a folder and those above it.
  ///
  /// - Throws: `CommandFailure`.
  static func makeFolder(_ folder: FilePath) throws(CommandFailure) {
    do {
      try FileManager.default.createDirectory(
        atPath: folder.string, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic("cannot make the folder `\(folder)`", help: ["name another folder"]))
    }
  }

  /// Removes what a run that was killed left of files with these names.
  static func removeLeftovers(of names: [String], in folder: FilePath) {
    let found = (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []
    for entry in found where entry.utf8.first == UInt8(ascii: ".") && entry.hasSuffix(".partial") {
      if names.contains(where: { entry.utf8.starts(with: ".\($0).".utf8) }) {
        Platform.removeFile(folder.appending(entry))
      }
    }
  }

  private static func failure(_ path: FilePath, _ error: any Error) -> CommandFailure {
    let reason = (error as? Errno)?.description.lowercased() ?? "\(error)"
    return CommandFailure(
      status: ExitStatus.couldNotRun.rawValue,
      Diagnostic(
        "cannot write `\(path)`: \(reason)",
        help: ["make the folder writable or free some space, or choose another"]))
  }
}
