// SPDX-License-Identifier: Apache-2.0

// The one file of this module that talks to the operating system.

import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why a file of the store could not be written.
package struct StoreFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The path.
  package let path: String
  /// What is wrong.
  package let problem: String

  init(_ path: String, _ error: Errno) {
    self.path = path
    problem = error.description.lowercased()
  }

  /// One sentence for a person.
  package var description: String { "cannot write `\(path)`: \(problem)" }
}

/// Files of the store: written whole or not at all.
enum Platform {
  /// Makes a folder and those above it, for the user alone.
  static func makeFolder(_ path: String) throws(StoreFileError) {
    var current = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      current += "/\(part)"
      guard mkdir(current, 0o700) != 0, errno != EEXIST else { continue }
      // Folders above may be unreadable or on a file system that nobody writes to, and yet exist.
      var status = stat()
      let code = errno
      guard stat(current, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw StoreFileError(current, Errno(rawValue: code))
      }
    }
  }

  /// Writes a file: under another name, then durably, then by its name.
  static func write(_ bytes: [UInt8], to path: String) throws(StoreFileError) {
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    let folder = FilePath(path).removingLastComponent()
    let name = FilePath(path).lastComponent?.string ?? "file"
    let temporary = folder.appending(".\(String(name.prefix(100))).\(suffix).partial")
    do {
      let file = try FileDescriptor.open(
        temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      try file.closeAfter {
        try file.writeAll(bytes)
        guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
      }
      guard rename(temporary.string, path) == 0 else { throw Errno(rawValue: errno) }
    } catch {
      unlink(temporary.string)
      throw StoreFileError(path, error as? Errno ?? .ioError)
    }
    // The name is durable only when the folder is.
    if let file = try? FileDescriptor.open(folder.isEmpty ? "." : folder, .readOnly) {
      fsync(file.rawValue)
      try? file.close()
    }
  }

  /// Removes a file, if it is there.
  static func remove(_ path: String) throws(StoreFileError) {
    guard unlink(path) != 0, errno != ENOENT else { return }
    throw StoreFileError(path, Errno(rawValue: errno))
  }

  /// The names in a folder; none when it cannot be read.
  static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
      }
      if let name { names.append(name) }
    }
    return names
  }
}
