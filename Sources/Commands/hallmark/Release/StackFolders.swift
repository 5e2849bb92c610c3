// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import SystemPackage
import Verification

/// The folders of one run: what is temporary goes away at the end, whatever happens.
struct StackFolders: Sendable {
  /// For downloads and messages; always temporary.
  let work: FilePath
  /// The stack's data folder.
  let data: FilePath
  /// Where the stack's messages go while it starts.
  let log: FilePath
  private let isDataTemporary: Bool

  private static let logName = "server.log"
  private static let marker = "hallmark.lock"

  /// Makes the temporary folders.
  ///
  /// - Parameters:
  ///   - data: the data folder that the user named, if any.
  ///   - keep: whether the stack stays, with its messages.
  /// - Throws: `CommandFailure`.
  init(data: FilePath?, keep: Bool) throws(CommandFailure) {
    work = try Self.makeTemporaryFolder("hallmark-release-")
    if let data {
      self.data = FilePath(FileManager.default.currentDirectoryPath).pushing(data)
        .lexicallyNormalized()
      isDataTemporary = false
    } else {
      do throws(CommandFailure) {
        self.data = try Self.makeTemporaryFolder("hallmark-stack-")
      } catch {
        Self.remove(work)
        throw error
      }
      isDataTemporary = true
    }
    log =
      keep
      ? Self.lastingLog(of: self.data) ?? work.appending(Self.logName)
      : work.appending(Self.logName)
  }

  // A new data folder must be empty when the server first sees it, so the file of its messages
  // begins beside it and moves in when the server is ready.
  private static func lastingLog(of data: FilePath) -> FilePath? {
    if FileReading.isPresent(data.appending(marker).string) { return data.appending(logName) }
    let name = data.lastComponent?.string ?? "stack"
    var folder = data.removingLastComponent()
    while !FileReading.isPresent(folder.string), folder.removeLastComponent() {}
    let path = folder.appending(".\(name).\(logName)")
    guard
      let descriptor = try? FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: [.ownerReadWrite])
    else { return nil }
    try? descriptor.close()
    return path
  }

  /// Moves the messages of a stack that stays into its data folder, where that is possible.
  ///
  /// - Returns: where they are now.
  func settleLog() -> FilePath {
    let target = data.appending(Self.logName)
    guard log != target, (try? Platform.move(log, to: target)) != nil else { return log }
    return target
  }

  /// Removes what is temporary.
  ///
  /// - Parameter keepingStack: whether a stack stays that needs its data.
  func remove(keepingStack: Bool) {
    Self.remove(work)
    guard !keepingStack else { return }
    if log.removingLastComponent() != data { Platform.removeFile(log) }
    if isDataTemporary { Self.remove(data) }
  }

  private static func remove(_ folder: FilePath) {
    try? FileManager.default.removeItem(atPath: folder.string)
  }

  private static func makeTemporaryFolder(_ prefix: String) throws(CommandFailure) -> FilePath {
    do throws(Errno) {
      return try Platform.makeTemporaryFolder(prefix: prefix)
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "cannot make a temporary folder: \(error.description.lowercased())",
          help: ["set TMPDIR to a folder that can be written to"]))
    }
  }
}
