// SPDX-License-Identifier: Apache-2.0

import Crypto
package import Encodings
import FoundationEssentials
package import SystemPackage

/// Files and folders, with errors that name what was being done.
package enum FileTree {
  /// Whether a folder is there; symbolic links are followed.
  static func isFolder(_ path: FilePath) -> Bool {
    var isDirectory = false
    return FileManager.default.fileExists(atPath: path.string, isDirectory: &isDirectory)
      && isDirectory
  }

  /// Whether something that is not a folder is there; symbolic links are followed.
  static func isFile(_ path: FilePath) -> Bool {
    var isDirectory = false
    return FileManager.default.fileExists(atPath: path.string, isDirectory: &isDirectory)
      && !isDirectory
  }

  /// The bytes of a file of at most `limit` bytes.
  static func read(_ path: FilePath, limit: Int) throws(RebuildError) -> [UInt8] {
    do {
      let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
      return try descriptor.closeAfter {
        var bytes: [UInt8] = []
        try readChunks(descriptor) { chunk in
          bytes.append(contentsOf: chunk)
          if bytes.count > limit { throw Errno.fileTooLarge }
        }
        return bytes
      }
    } catch {
      throw failure("cannot read `\(path)`", error)
    }
  }

  /// The bytes of a file of a source that others wrote, of at most `limit` bytes.
  ///
  /// A link is followed only to a regular file of the same source: what else it names belongs to this
  /// machine, and a device or a pipe may never answer.
  ///
  /// - Parameters:
  ///   - name: the file, relative to `root`.
  ///   - root: the source's folder.
  ///   - limit: most bytes.
  /// - Returns: `nil` where nothing is there.
  /// - Throws: ``RebuildError`` of reason `source`, or `files`.
  static func readSource(
    _ name: String, in root: FilePath, limit: Int
  ) throws(RebuildError) -> [UInt8]? {
    let path = root.appending(name)
    guard let entry = Platform.entry(path) else {
      guard Platform.resolve(path) == nil else { throw unfit(name) }
      return nil
    }
    guard entry != .folder, let base = Platform.resolve(root), let real = Platform.resolve(path),
      real.starts(with: base), case .file = Platform.entry(real)
    else { throw unfit(name) }
    return try read(real, limit: limit)
  }

  private static func unfit(_ name: String) -> RebuildError {
    RebuildError(
      .source, "`\(name)` of the source is no file of the source",
      help: "it must be a regular file, or a link to one in the same source")
  }

  /// The SHA-256 and the size of a file, read in chunks.
  ///
  /// - Throws: ``RebuildError`` of reason `files`.
  package static func digest(
    _ path: FilePath
  ) throws(RebuildError) -> (sha256: SHA256Hash, size: Int64) {
    do {
      let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
      return try descriptor.closeAfter {
        var hash = SHA256()
        var size: Int64 = 0
        try readChunks(descriptor) { chunk in
          hash.update(bufferPointer: UnsafeRawBufferPointer(chunk))
          size += Int64(chunk.count)
        }
        return (SHA256Hash(hash.finalize()), size)
      }
    } catch {
      throw failure("cannot read `\(path)`", error)
    }
  }

  /// Makes a folder and those above it.
  static func makeFolder(_ path: FilePath) throws(RebuildError) {
    // The folder of a bare file name.
    if path.isEmpty { return }
    do {
      try FileManager.default.createDirectory(
        atPath: path.string, withIntermediateDirectories: true)
    } catch {
      throw failure("cannot make the folder `\(path)`", error)
    }
  }

  /// Opens a new file for writing, in place of an old one, and makes its folder.
  static func create(_ path: FilePath) throws(RebuildError) -> FileDescriptor {
    try makeFolder(path.removingLastComponent())
    do {
      return try FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch {
      throw failure("cannot write `\(path)`", error)
    }
  }

  /// Opens a file for reading.
  static func openForReading(_ path: FilePath) throws(RebuildError) -> FileDescriptor {
    do {
      return try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
    } catch {
      throw failure("cannot read `\(path)`", error)
    }
  }

  /// Finds out whether files can be made in a folder, by making one.
  static func checkWritable(_ folder: FilePath) throws(RebuildError) {
    let probe = folder.appending(".probe.\(Platform.processIdentifier).partial")
    try write([0], to: probe)
    try? FileManager.default.removeItem(atPath: probe.string)
  }

  /// Writes a new file and waits until it is on the disk, unless it is for a moment only.
  static func write(
    _ bytes: [UInt8], to path: FilePath, isTemporary: Bool = false
  ) throws(RebuildError) {
    do {
      let descriptor = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      try descriptor.closeAfter {
        try descriptor.writeAll(bytes)
        if !isTemporary { try Platform.synchronize(descriptor) }
      }
    } catch {
      throw failure("cannot write `\(path)`", error)
    }
  }

  /// Moves finished files into a folder so that either all of them appear or none.
  ///
  /// They are first copied under names that start with a dot, for a rename is only atomic within
  /// one file system, and a full disk shows itself in the copy.
  static func publish(_ files: [FilePath], into folder: FilePath) throws(RebuildError) {
    try makeFolder(folder)
    var partial: [(from: FilePath, to: FilePath)] = []
    defer { for file in partial { try? FileManager.default.removeItem(atPath: file.from.string) } }
    for file in files {
      guard let name = file.lastComponent else { continue }
      guard Platform.entry(folder.appending(name)) != .folder else {
        throw RebuildError(
          .files, "cannot write `\(folder.appending(name))`: it is a folder",
          help: "move it away, or name another folder")
      }
      let temporary = folder.appending(".\(name.string).\(Platform.processIdentifier).partial")
      partial.append((from: temporary, to: folder.appending(name)))
      try copyContents(of: file, to: temporary)
    }
    do {
      for file in partial { try Platform.rename(file.from, to: file.to) }
      try Platform.synchronize(folder: folder)
    } catch {
      throw failure("cannot move the files into `\(folder)`", error)
    }
  }

  /// Copies a regular file, with the permission to execute, or a symbolic link as such.
  static func copyItem(_ source: FilePath, to target: FilePath) throws(RebuildError) {
    do {
      try FileManager.default.copyItem(atPath: source.string, toPath: target.string)
    } catch {
      throw failure("cannot copy `\(source)`", error)
    }
  }

  /// Makes a fresh temporary folder that only the user may enter, runs `body` in it, and removes it
  /// whatever happens.
  static func withTemporaryFolder<Result>(
    _ body: (FilePath) async throws -> Result
  ) async throws -> Result {
    let folder = try Platform.makeTemporaryFolder(prefix: "hallmark-")
    defer { remove(folder) }
    return try await body(folder)
  }

  /// Removes a folder with all that is in it; also folders that a build made read-only.
  static func remove(_ folder: FilePath) {
    if (try? FileManager.default.removeItem(atPath: folder.string)) != nil { return }
    Platform.makeWritable(folder)
    try? FileManager.default.removeItem(atPath: folder.string)
  }

  private static func copyContents(of source: FilePath, to target: FilePath) throws(RebuildError) {
    do {
      let input = try FileDescriptor.open(source, .readOnly, options: [.closeOnExec])
      try input.closeAfter {
        let output = try FileDescriptor.open(
          target, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
          permissions: [.ownerReadWrite, .groupRead, .otherRead])
        try output.closeAfter {
          try readChunks(input) { chunk in try output.writeAll(chunk) }
          try Platform.synchronize(output)
        }
      }
    } catch {
      throw failure("cannot write `\(target)`", error)
    }
  }

  private static func readChunks(
    _ descriptor: FileDescriptor, _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
  ) throws {
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 256 << 10)
    defer { buffer.deallocate() }
    while true {
      let count = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
      if count == 0 { return }
      try body(UnsafeBufferPointer(rebasing: buffer[..<count]))
    }
  }

  private static func failure(_ what: String, _ error: any Error) -> RebuildError {
    let reason: String
    switch error {
    case let error as RebuildError: return error
    case let error as Errno: reason = ": \(error.description.lowercased())"
    case let error as CocoaError: reason = ": \(Platform.reason(of: error))"
    default: reason = ""
    }
    return RebuildError(
      .files, what + reason, help: "look at the folder's permissions and its free space")
  }
}
