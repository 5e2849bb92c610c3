// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings
import Foundation
import Storage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Distribution files by content: `files/ab/<sha256>/<filename>`, with uploads in `incoming/`.
///
/// A file appears under `files` only by a rename, complete and flushed to the disk; the database row
/// that lists it commits after that. A crash between the two leaves a file that nothing lists and
/// that the next upload of the same bytes replaces; what is in `incoming` is removed at the start.
/// Whoever can write here can replace what is served, but not its digest in the listings, which
/// every client checks.
struct FileStore: Sendable {
  /// The folder of complete files.
  let files: String
  /// The folder of uploads on their way, on the same file system.
  let incoming: String

  /// Opens the store in a folder and removes what a crash left of uploads.
  ///
  /// - Throws: `StorageError`.
  init(folder: String) throws {
    files = folder + "/files"
    incoming = folder + "/incoming"
    for path in [files, incoming] { try SystemFile.makeFolder(path) }
    for name in try SystemFile.names(in: incoming) { try SystemFile.remove(incoming + "/" + name) }
  }

  /// The path of a file, relative to the store's folder and as part of its URL.
  static func relativePath(sha256: String, filename: String) -> String {
    "\(sha256.prefix(2))/\(sha256)/\(filename)"
  }

  /// The path of a complete file.
  func path(sha256: String, filename: String) -> String {
    files + "/" + Self.relativePath(sha256: sha256, filename: filename)
  }

  /// Starts a new upload.
  ///
  /// - Throws: ``FileStoreError``.
  func receive() throws -> IncomingFile {
    try IncomingFile(path: incoming + "/" + RandomText.make(bytes: 16) + ".part")
  }

  /// Moves a flushed upload from its path to its place and flushes the folders.
  ///
  /// - Throws: ``FileStoreError`` or `StorageError`.
  func keep(_ uploadPath: String, sha256: String, filename: String) throws {
    let prefix = files + "/" + sha256.prefix(2)
    let folder = prefix + "/" + sha256
    try SystemFile.makeFolder(folder)
    guard rename(uploadPath, folder + "/" + filename) == 0 else {
      throw FileStoreError("cannot move an upload to its place", errno)
    }
    for path in [folder, prefix, files] { try SystemFile.synchronizeFolder(path) }
  }

  /// Removes a file again whose listing could not be written.
  func discard(sha256: String, filename: String) {
    let path = path(sha256: sha256, filename: filename)
    unlink(path)
    rmdir(files + "/\(sha256.prefix(2))/\(sha256)")
    rmdir(files + "/\(sha256.prefix(2))")
  }
}

/// A file of the index could not be written.
struct FileStoreError: Error, CustomStringConvertible {
  /// What was being done.
  let action: String
  /// The system's error number.
  let number: Int32

  init(_ action: String, _ number: Int32) {
    self.action = action
    self.number = number
  }

  /// Whether the disk or the quota is full.
  var isFull: Bool { number == ENOSPC || number == EDQUOT }

  /// One sentence for a log.
  var description: String { "\(action): \(String(cString: strerror(number)))" }
}

/// An upload on its way: bytes are appended and hashed; unless kept, the file vanishes.
///
/// One task owns it; it is not shared.
final class IncomingFile {
  /// Where the bytes are.
  let path: String
  /// The bytes so far.
  private(set) var size = 0
  private var hash = SHA256()
  private let descriptor: Int32

  fileprivate init(path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileStoreError("cannot start an upload", errno) }
  }

  deinit {
    close(descriptor)
    // Fails after the rename of a file that was kept, as it should.
    unlink(path)
  }

  /// Appends bytes.
  ///
  /// - Throws: ``FileStoreError``.
  func append(_ bytes: ArraySlice<UInt8>) throws {
    hash.update(data: bytes)
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileStoreError("cannot write an upload", errno) }
      rest = rest.dropFirst(count)
    }
    size += bytes.count
  }

  /// Flushes the bytes to the disk and gives their SHA-256.
  ///
  /// - Throws: ``FileStoreError``.
  func finish() throws -> SHA256Hash {
    guard fsync(descriptor) == 0 else { throw FileStoreError("cannot flush an upload", errno) }
    return SHA256Hash(hash.finalize())
  }
}
