// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What this module asks of the operating system beyond Swift's portable libraries.
///
/// All that is particular to Linux stands in this file.
enum Platform {
  /// This process's number, for names of temporary files.
  static var processIdentifier: Int32 { getpid() }

  /// The environment of this process.
  static var environment: [String: String] { ProcessInfo.processInfo.environment }

  /// Whether this process may do everything.
  static var isRoot: Bool { geteuid() == 0 }

  /// The machine's architecture, as Python's platform tags spell it.
  static var architecture: String {
    var name = utsname()
    guard uname(&name) == 0 else { return "unknown" }
    return withUnsafeBytes(of: name.machine) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// Part of a name that no other process and no other moment has.
  static var uniqueSuffix: String {
    "\(processIdentifier).\(String(UInt64.random(in: .min ... .max), radix: 36))"
  }

  /// Lets everyone read a file.
  static func makeReadable(_ path: FilePath) {
    _ = path.withPlatformString { chmod($0, 0o644) }
  }

  /// Lets everyone execute a file, or enter a folder.
  static func makeExecutable(_ path: FilePath) {
    _ = path.withPlatformString { chmod($0, 0o755) }
  }

  /// Finds a program in `PATH`.
  static func findProgram(_ name: String) -> FilePath? {
    for folder in (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":") {
      let path = FilePath(String(folder)).appending(name)
      let isExecutable = path.withPlatformString { access($0, X_OK) } == 0
      if path.isAbsolute, isExecutable, FileTree.isFile(path) { return path }
    }
    return nil
  }

  /// Takes a file's lock if nobody has it; it goes with the descriptor.
  ///
  /// - Throws: ``RebuildError`` of reason `files` where the file system has no locks.
  static func tryLock(_ descriptor: FileDescriptor) throws(RebuildError) -> Bool {
    if flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 { return true }
    let error = Errno(rawValue: errno)
    guard error == .wouldBlock || error == .interrupted else {
      throw RebuildError(
        .files, "a file of the cache cannot be locked: \(error.description.lowercased())",
        help: "put the cache on a file system with locks, by XDG_CACHE_HOME")
    }
    return false
  }

  /// Whether a process has this number, be it ended and not yet waited for.
  static func isAlive(_ process: Int32) -> Bool {
    signalResult(0, process) == 0 || errno != ESRCH
  }

  /// Ends a process at once.
  static func kill(_ process: Int32) { send(SIGKILL, to: process) }

  private static func send(_ signal: Int32, to process: Int32) {
    _ = signalResult(signal, process)
  }

  private static func signalResult(_ signal: Int32, _ process: Int32) -> Int32 {
    #if canImport(Glibc)
      Glibc.kill(process, signal)
    #elseif canImport(Musl)
      Musl.kill(process, signal)
    #else
      Darwin.kill(process, signal)
    #endif
  }

  /// Ends all processes of a group at once.
  static func killGroup(_ group: Int32) { kill(-group) }

  /// Asks a process to end.
  static func terminate(_ process: Int32) { send(SIGTERM, to: process) }

  /// What is used of the file system that holds a path.
  static func use(ofFileSystem path: String) -> (bytes: Int, files: Int)? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    let blocks = Int(clamping: status.f_blocks) - Int(clamping: status.f_bfree)
    let files = Int(clamping: status.f_files) - Int(clamping: status.f_ffree)
    return (blocks * Int(clamping: status.f_frsize), files)
  }

  /// Sets the time of last change of a file or a link itself, in nanoseconds since the epoch.
  static func setTime(_ path: FilePath, seconds: Int64, nanoseconds: Int64) {
    let moment = timespec(tv_sec: Int(clamping: seconds), tv_nsec: Int(clamping: nanoseconds))
    let times = [moment, moment]
    _ = path.withPlatformString { utimensat(AT_FDCWD, $0, times, AT_SYMLINK_NOFOLLOW) }
  }

  /// Configuration files of pip that belong to the user, relative to the home folder.
  static let pipConfigurationFiles = [".config/pip/pip.conf", ".pip/pip.conf"]

  /// What to install when Python's `venv` does not work.
  static let venvHelp = """
    install Python 3.11 or newer with its venv module, on Debian and Ubuntu: \
    apt-get install python3 python3-venv
    """

  /// What to install when a program is missing.
  static func installHelp(program: String) -> String {
    "install `\(program)`, on Debian and Ubuntu: apt-get install \(program)"
  }

  /// Makes a folder of mode 0700 below `TMPDIR` or `/tmp`.
  static func makeTemporaryFolder(prefix: String) throws(RebuildError) -> FilePath {
    let base = FilePath(environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp")
    var template = Array(base.appending("\(prefix)XXXXXX").string.utf8CString)
    guard mkdtemp(&template) != nil else {
      let reason = Errno(rawValue: errno).description.lowercased()
      throw RebuildError(
        .files, "cannot make a temporary folder in `\(base)`: \(reason)",
        help: "free some space there, or set TMPDIR to a folder that can be written to")
    }
    // Symbolic links on the way (`/tmp` on macOS) would show in paths that builds record.
    let folder = FilePath(platformString: template)
    return resolve(folder) ?? folder
  }

  /// The path without symbolic links, or `nil` if nothing is there.
  static func resolve(_ path: FilePath) -> FilePath? {
    guard let resolved = path.withPlatformString({ realpath($0, nil) }) else { return nil }
    defer { free(resolved) }
    return FilePath(platformString: resolved)
  }

  /// Renames within one file system, replacing what has the new name.
  static func rename(_ source: FilePath, to target: FilePath) throws {
    let result = source.withPlatformString { old in
      target.withPlatformString { new in
        #if canImport(Glibc)
          Glibc.rename(old, new)
        #elseif canImport(Musl)
          Musl.rename(old, new)
        #else
          Darwin.rename(old, new)
        #endif
      }
    }
    guard result == 0 else { throw Errno(rawValue: errno) }
  }

  /// Waits until a file's contents are on the disk.
  static func synchronize(_ descriptor: FileDescriptor) throws {
    guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
  }

  /// Waits until a folder's entries are on the disk.
  static func synchronize(folder: FilePath) throws {
    let descriptor = try FileDescriptor.open(folder, .readOnly, options: [.closeOnExec])
    defer { try? descriptor.close() }
    try synchronize(descriptor)
  }

  /// Gives the user write permission on all folders below one.
  static func makeWritable(_ folder: FilePath) {
    _ = folder.withPlatformString { chmod($0, 0o700) }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.string) else {
      return
    }
    for name in names where isFolderItself(folder.appending(name)) {
      makeWritable(folder.appending(name))
    }
  }

  /// Whether a path is a folder and not a link to one.
  static func isFolderItself(_ path: FilePath) -> Bool { fileType(path) == mode_t(S_IFDIR) }

  /// Whether a path is a regular file or a symbolic link.
  static func isFileOrLinkItself(_ path: FilePath) -> Bool {
    let type = fileType(path)
    return type == mode_t(S_IFREG) || type == mode_t(S_IFLNK)
  }

  /// The bytes on the disk of all that is below a folder; what goes meanwhile does not count.
  static func use(ofFolder folder: FilePath) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []
    var bytes = 0
    for name in names {
      let path = folder.appending(name)
      var status = stat()
      guard path.withPlatformString({ lstat($0, &status) }) == 0 else { continue }
      bytes += Int(clamping: status.st_blocks) * 512
      if status.st_mode & mode_t(S_IFMT) == mode_t(S_IFDIR) { bytes += use(ofFolder: path) }
    }
    return bytes
  }

  /// What stands at a path; links are not followed.
  enum Entry: Hashable {
    case folder
    case file(isExecutable: Bool)
    case link
  }

  /// What stands at a path, if it is one of these.
  static func entry(_ path: FilePath) -> Entry? {
    var status = stat()
    guard path.withPlatformString({ lstat($0, &status) }) == 0 else { return nil }
    switch status.st_mode & mode_t(S_IFMT) {
    case mode_t(S_IFDIR): return .folder
    case mode_t(S_IFREG): return .file(isExecutable: status.st_mode & 0o100 != 0)
    case mode_t(S_IFLNK): return .link
    default: return nil
    }
  }

  private static func fileType(_ path: FilePath) -> mode_t? {
    var status = stat()
    guard path.withPlatformString({ lstat($0, &status) }) == 0 else { return nil }
    return status.st_mode & mode_t(S_IFMT)
  }

  /// Why Foundation could not do something with a file.
  static func reason(of error: CocoaError) -> String {
    switch error.code {
    case .fileWriteOutOfSpace: "no space left on device"
    case .fileReadNoPermission, .fileWriteNoPermission: "permission denied"
    case .fileWriteVolumeReadOnly: "read-only file system"
    case .fileReadNoSuchFile, .fileNoSuchFile: "no such file or directory"
    case .fileWriteFileExists: "file exists"
    default: "error \(error.code.rawValue)"
    }
  }
}
