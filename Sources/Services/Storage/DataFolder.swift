// SPDX-License-Identifier: Apache-2.0

/// A server's data folder: everything it must keep, and nothing else.
///
/// ```
/// DATA/                 0700, so that nobody else reads anything below
///   hallmark.lock       marks the folder as ours; locked while a server runs
///   stack.json          the addresses that were chosen at the first start
///   secrets/            private keys and the request token, each 0600
///   tls/                certificates of the TLS listener
///   trust/              what clients need to trust this stack
///   logs/               one SQLite file per log
///   index/              the package index
/// ```
/// The value holds the lock: two servers cannot share a folder. Files are replaced atomically and
/// synchronised before a call returns. Whoever can write here can forge everything that the stack
/// vouches for.
package final class DataFolder: Sendable {
  /// The absolute path.
  package let path: String
  private let lock: FileLock

  private static let lockName = "hallmark.lock"
  private static let probeName = "hallmark.probe"
  private static let probeSize = 1 << 20

  /// Opens a data folder and takes its lock; a folder that does not exist or is empty becomes one.
  ///
  /// - Throws: ``StorageError`` for a path that is no folder, a folder of something else, one that
  ///   another server uses, and one that cannot be written or has no space left.
  package init(opening path: String) throws {
    let kind = SystemFile.kind(of: path)
    switch kind {
    case .absent: try SystemFile.makeFolder(path)
    case .folder: break
    case .file, .other:
      throw StorageError(
        "`\(path)` is not a folder", help: "give the path of a folder, which may be new")
    }
    let path = try SystemFile.canonicalPath(path)
    let names = try SystemFile.names(in: path)
    guard names.isEmpty || names.contains(Self.lockName) else {
      throw StorageError(
        "`\(path)` is not empty and not a data folder of hallmark-server",
        help: "give an empty or new folder")
    }
    guard let lock = try FileLock("\(path)/\(Self.lockName)") else {
      throw StorageError(
        "the data folder `\(path)` is in use by another hallmark-server",
        help: "stop the other server, or give another folder")
    }
    self.path = path
    self.lock = lock
    do {
      try probe()
    } catch {
      // Nothing was begun, so nothing stays.
      if names.isEmpty { try? SystemFile.remove(absolute(Self.lockName)) }
      if kind == .absent { try? SystemFile.removeFolder(path) }
      throw error
    }
  }

  /// Finds out early that there is no space for the databases.
  private func probe() throws {
    try SystemFile.write(
      [UInt8](repeating: 0x5a, count: Self.probeSize), to: absolute(Self.probeName))
    try SystemFile.remove(absolute(Self.probeName))
  }

  /// The absolute path of something in the folder.
  package func absolute(_ relative: String) -> String { "\(path)/\(relative)" }

  /// Makes a folder inside, only for this user, and returns its absolute path.
  ///
  /// - Throws: ``StorageError``.
  @discardableResult
  package func makeFolder(_ relative: String) throws -> String {
    try SystemFile.makeFolder(absolute(relative))
    return absolute(relative)
  }

  /// Reads a file; `nil` if there is none.
  ///
  /// - Throws: ``StorageError``.
  package func read(_ relative: String) throws -> [UInt8]? {
    try SystemFile.read(absolute(relative))
  }

  /// Replaces or creates a file atomically; its folder is made if needed.
  ///
  /// - Throws: ``StorageError``.
  package func write(_ bytes: [UInt8], to relative: String) throws {
    let path = absolute(relative)
    try SystemFile.makeFolder(SystemFile.parent(of: path))
    try SystemFile.write(bytes, to: path, mode: 0o600)
  }

  /// Reads a text that must stay the same for the folder's life, or makes it at the first start.
  ///
  /// - Returns: the text that is on disk.
  /// - Throws: ``StorageError`` and what `make` throws.
  package func text(_ relative: String, orMake make: () throws -> String) throws -> String {
    if let bytes = try read(relative) {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw StorageError(
          "`\(absolute(relative))` is damaged: it is not a text",
          help: "restore the data folder from a backup, or begin with a new one")
      }
      return text
    }
    let text = try make()
    try write(Array(text.utf8), to: relative)
    return text
  }
}
