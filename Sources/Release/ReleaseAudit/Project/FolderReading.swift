// SPDX-License-Identifier: Apache-2.0

// The one file of this module that talks to the operating system.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Folders and files of a project, read so that nothing in them can block or lead elsewhere.
enum FolderReading {
  /// What stands at a path.
  enum Kind: Hashable {
    case file, folder, link, other
  }

  /// A name in a folder.
  struct Entry: Hashable {
    let name: String
    let kind: Kind
  }

  /// What stands at a path; symbolic links are followed where asked; nil for nothing.
  static func kind(of path: String, following: Bool = true) -> Kind? {
    guard !path.utf8.contains(0) else { return nil }
    var status = stat()
    guard (following ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
    return switch status.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .folder
    case S_IFLNK: .link
    default: .other
    }
  }

  /// The path without symbolic links and dots; nil where it leads nowhere.
  static func resolved(_ path: String) -> String? {
    guard !path.utf8.contains(0), let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(validatingCString: resolved)
  }

  /// The names in a folder in the order of their bytes, or why it cannot be read; names that are
  /// not UTF-8 are left out.
  static func entries(of folder: String, limit: Int) -> Result<[Entry], ReadingFailure> {
    guard let stream = opendir(folder) else { return .failure(ReadingFailure(message(errno))) }
    defer { closedir(stream) }
    var entries: [Entry] = []
    while let entry = readdir(stream) {
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      guard let name = String(validating: bytes, as: UTF8.self), name != ".", name != ".."
      else { continue }
      guard entries.count < limit else {
        return .failure(ReadingFailure("more than \(limit) names in one folder"))
      }
      let kind: Kind? =
        switch Int32(entry.pointee.d_type) {
        case Int32(DT_REG): .file
        case Int32(DT_DIR): .folder
        case Int32(DT_LNK): .link
        case Int32(DT_UNKNOWN): self.kind(of: "\(folder)/\(name)", following: false)
        default: .other
        }
      if let kind { entries.append(Entry(name: name, kind: kind)) }
    }
    return .success(entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
  }

  /// The bytes of a regular file, or why it cannot be read.
  static func bytes(of path: String, limit: Int) -> Result<[UInt8], ReadingFailure> {
    // Without waiting: a pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return .failure(ReadingFailure(message(errno))) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return .failure(ReadingFailure("it is not a regular file"))
    }
    let size = Int(status.st_size)
    guard size <= limit else {
      return .failure(ReadingFailure("it is larger than \(limit) bytes"))
    }
    // One byte more than expected shows that the file has grown.
    var failure: ReadingFailure?
    let bytes = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
      count = 0
      while count < buffer.count {
        let rest = UnsafeMutableRawBufferPointer(
          UnsafeMutableBufferPointer(rebasing: buffer[count...]))
        let got = read(descriptor, rest.baseAddress, rest.count)
        if got == 0 { return }
        if got < 0 {
          if errno == EINTR { continue }
          failure = ReadingFailure(message(errno))
          return
        }
        count += got
      }
      failure = ReadingFailure("it changes while it is read")
    }
    if let failure { return .failure(failure) }
    return .success(bytes)
  }

  private static func message(_ code: Int32) -> String {
    switch code {
    case ENOENT: "there is no such file"
    case EACCES: "permission denied"
    case ENOTDIR: "a part of the path is not a folder"
    case ELOOP: "too many symbolic links"
    default: String(cString: strerror(code)).lowercased()
    }
  }
}

/// Why something cannot be read, for a person: lowercase, without a full stop.
struct ReadingFailure: Error {
  let problem: String

  init(_ problem: String) { self.problem = problem }
}

/// What it takes to replace a file: see ``FileReplacement``.
extension FolderReading {
  /// The permissions of a file.
  static func mode(of path: String) -> UInt32? {
    var status = stat()
    return lstat(path, &status) == 0 ? UInt32(status.st_mode) & 0o7777 : nil
  }

  /// Makes a folder in one that is there; whether that was possible.
  static func makeFolder(_ path: String) -> Bool { mkdir(path, 0o777) == 0 }

  /// Sets the permissions of an open file and waits until it is on the disk.
  static func finish(_ descriptor: Int32, mode: UInt32) throws(ReadingFailure) {
    guard fchmod(descriptor, mode_t(mode)) == 0, fsync(descriptor) == 0 else {
      throw ReadingFailure(message(errno))
    }
  }

  /// Renames a file, over another one.
  static func move(_ source: String, to target: String) throws(ReadingFailure) {
    guard rename(source, target) == 0 else { throw ReadingFailure(message(errno)) }
  }

  /// Removes a file.
  static func remove(_ path: String) { unlink(path) }

  /// Waits until a folder's entries are on the disk.
  static func synchronize(_ descriptor: Int32) { fsync(descriptor) }
}
