// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The system calls of this module: files and folders that survive a crash in a known state.
package enum SystemFile {
  /// What is at a path.
  package enum Kind: Hashable, Sendable {
    /// Nothing.
    case absent
    /// A folder.
    case folder
    /// A regular file.
    case file
    /// A device, socket or other object.
    case other
  }

  /// Tells what is at a path, following links.
  package static func kind(of path: String) -> Kind {
    var status = stat()
    guard stat(path, &status) == 0 else { return .absent }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG: return .file
    default: return .other
    }
  }

  /// Creates a folder and its parents; an existing folder is left as it is.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - mode: the permissions of folders that are created.
  /// - Throws: ``StorageError``.
  package static func makeFolder(_ path: String, mode: UInt32 = 0o700) throws {
    if kind(of: path) == .folder { return }
    let parent = self.parent(of: path)
    if parent != path { try makeFolder(parent, mode: mode) }
    if mkdir(path, mode_t(mode)) != 0 {
      let code = errno
      // Somebody else may have made it meanwhile.
      if code == EEXIST, kind(of: path) == .folder { return }
      throw StorageError.system(code, "create the folder", path)
    }
  }

  /// The absolute path of an existing folder without links and dots.
  ///
  /// - Throws: ``StorageError``.
  package static func canonicalPath(_ path: String) throws -> String {
    guard let resolved = realpath(path, nil) else {
      throw StorageError.system(errno, "open", path)
    }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Names in a folder, sorted, without `.` and `..`.
  ///
  /// - Throws: ``StorageError``.
  package static func names(in folder: String) throws -> [String] {
    guard let stream = opendir(folder) else {
      throw StorageError.system(errno, "read the folder", folder)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Reads a whole file of at most `limit` bytes; `nil` if there is none.
  ///
  /// - Throws: ``StorageError``.
  package static func read(_ path: String, limit: Int = 16 << 20) throws -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw StorageError.system(errno, "read", path)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let capacity = buffer.count
      let count = buffer.withUnsafeMutableBytes { systemRead(descriptor, $0.baseAddress, capacity) }
      if count < 0 {
        if errno == EINTR { continue }
        throw StorageError.system(errno, "read", path)
      }
      if count == 0 { return bytes }
      guard bytes.count + count <= limit else {
        throw StorageError(
          "`\(path)` is larger than \(limit) bytes", help: "restore the file from a backup")
      }
      bytes.append(contentsOf: buffer[..<count])
    }
  }

  /// Replaces or creates a file so that after a crash either the old or the new contents are there.
  ///
  /// The bytes go to a temporary file in the same folder, which is synchronised and then renamed.
  ///
  /// - Throws: ``StorageError``; the temporary file is removed then.
  package static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600) throws {
    let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(mode))
    guard descriptor >= 0 else { throw StorageError.system(errno, "write", path) }
    do {
      defer { close(descriptor) }
      try writeAll(bytes, to: descriptor, path: path)
      guard fsync(descriptor) == 0 else { throw StorageError.system(errno, "write", path) }
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else {
      let code = errno
      unlink(temporary)
      throw StorageError.system(code, "write", path)
    }
    try synchronizeFolder(parent(of: path))
  }

  /// Makes sure that a file exists, empty if it is new.
  ///
  /// - Throws: ``StorageError``.
  package static func touch(_ path: String, mode: UInt32 = 0o600) throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, mode_t(mode))
    guard descriptor >= 0 else { throw StorageError.system(errno, "create", path) }
    close(descriptor)
  }

  /// Removes a file; an absent one is fine.
  ///
  /// - Throws: ``StorageError``.
  package static func remove(_ path: String) throws {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw StorageError.system(errno, "remove", path)
    }
  }

  /// Removes an empty folder.
  ///
  /// - Throws: ``StorageError``.
  package static func removeFolder(_ path: String) throws {
    guard rmdir(path) == 0 else { throw StorageError.system(errno, "remove", path) }
  }

  /// Makes the names in a folder survive a crash.
  ///
  /// - Throws: ``StorageError``.
  package static func synchronizeFolder(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StorageError.system(errno, "write", path) }
    defer { close(descriptor) }
    // Some file systems cannot synchronise folders; they say so with EINVAL.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw StorageError.system(errno, "write", path)
    }
  }

  /// The folder that a path's last component is in.
  package static func parent(of path: String) -> String {
    let trimmed = path.utf8.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    guard let slash = trimmed.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws {
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        systemWrite(
          descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw StorageError.system(errno, "write", path)
      }
      offset += count
    }
  }
}

/// An exclusive lock on a file, held until the value goes away or the process ends.
package final class FileLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock of a file, which is created if needed; `nil` if another process has it.
  ///
  /// - Throws: ``StorageError``.
  package init?(_ path: String) throws {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, mode_t(0o600))
    guard descriptor >= 0 else { throw StorageError.system(errno, "create", path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(descriptor)
      if code == EWOULDBLOCK { return nil }
      throw StorageError.system(code, "lock", path)
    }
  }

  deinit {
    close(descriptor)
  }
}

// The names `read` and `write` mean this module's functions inside the enumeration.
private func systemRead(
  _ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int
) -> Int {
  read(descriptor, buffer, count)
}

private func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, buffer, count)
}
