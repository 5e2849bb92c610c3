// SPDX-License-Identifier: Apache-2.0

import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Processes, signals and files: what a release asks of the operating system. All that is
/// particular to Linux stands here.
extension Platform {
  /// How a child ended.
  enum Ending: Hashable, Sendable, CustomStringConvertible {
    case status(Int32)
    case signal(Int32)

    var description: String {
      switch self {
      case .status(let number): "status \(number)"
      case .signal(let number): "signal \(number)"
      }
    }
  }

  /// The file of the running program, without symbolic links.
  static func executablePath() -> FilePath? {
    #if os(Linux)
      return resolve("/proc/self/exe")
    #else
      return CommandLine.arguments.first.flatMap { $0.contains("/") ? resolve(FilePath($0)) : nil }
    #endif
  }

  /// The path without symbolic links, or `nil` if nothing is there.
  static func resolve(_ path: FilePath) -> FilePath? {
    guard let resolved = path.withPlatformString({ realpath($0, nil) }) else { return nil }
    defer { free(resolved) }
    return FilePath(platformString: resolved)
  }

  /// All environment variables.
  static func environmentVariables() -> [String: String] {
    var variables: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if let mark = text.utf8.firstIndex(of: UInt8(ascii: "=")) {
        variables[String(text[..<mark])] = String(text[text.utf8.index(after: mark)...])
      }
      next += 1
    }
    return variables
  }

  /// Whether a file can be executed.
  static func isExecutable(_ path: FilePath) -> Bool {
    path.withPlatformString { access($0, X_OK) == 0 }
  }

  /// A pair of connected descriptors that no child inherits.
  static func makePipe() throws -> (reading: FileDescriptor, writing: FileDescriptor) {
    let ends = try FileDescriptor.pipe()
    for end in [ends.readEnd, ends.writeEnd] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
    return (ends.readEnd, ends.writeEnd)
  }

  /// Makes reads return at once when there is nothing to read.
  static func makeNonblocking(_ descriptor: FileDescriptor) {
    _ = fcntl(descriptor.rawValue, F_SETFL, fcntl(descriptor.rawValue, F_GETFL) | O_NONBLOCK)
  }

  /// Starts a program in a session of its own.
  ///
  /// Signals of the terminal then go to this process alone. The program begins with default signal
  /// handling and without any other descriptor of this one, nor of who started this one: a server
  /// that stays would keep them open, and whoever waits for their end would wait for it.
  ///
  /// - Returns: the child's process identifier.
  static func spawn(
    _ program: FilePath, arguments: [String], input: FileDescriptor, output: FileDescriptor,
    error: FileDescriptor
  ) throws(Errno) -> Int32 {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    closeDescriptorsOnExec()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    for (target, descriptor) in [input, output, error].enumerated() {
      posix_spawn_file_actions_adddup2(&actions, descriptor.rawValue, Int32(target))
    }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var reset = sigset_t()
    sigemptyset(&reset)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGCHLD] { sigaddset(&reset, signal) }
    posix_spawnattr_setsigdefault(&attributes, &reset)
    #if canImport(Darwin)
      let newSession: Int32 = 0x0400 | 0x4000  // POSIX_SPAWN_SETSID, POSIX_SPAWN_CLOEXEC_DEFAULT
    #else
      let newSession: Int32 = 0x80  // POSIX_SPAWN_SETSID, which needs _GNU_SOURCE in the header
    #endif
    posix_spawnattr_setflags(
      &attributes,
      Int16(newSession | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)))
    var words: [UnsafeMutablePointer<CChar>?] = ([program.string] + arguments).map { strdup($0) }
    defer { for word in words { free(word) } }
    words.append(nil)
    var identifier: pid_t = 0
    let result = program.withPlatformString { path in
      posix_spawn(&identifier, path, &actions, &attributes, words, environ)
    }
    guard result == 0 else { throw Errno(rawValue: result) }
    return identifier
  }

  /// Marks all descriptors but the three standard ones, those inherited too.
  private static func closeDescriptorsOnExec() {
    let limit = min(max(sysconf(Int32(_SC_OPEN_MAX)), 256), 65_536)
    for descriptor in 3..<Int32(limit) {
      let flags = fcntl(descriptor, F_GETFD)
      if flags >= 0 { _ = fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC) }
    }
  }

  /// How a child of this process ended, or `nil` while it runs.
  ///
  /// To be asked only until it tells: the number may then belong to another process.
  static func ending(of child: Int32) -> Ending? {
    var status: Int32 = 0
    let result = waitpid(child, &status, WNOHANG)
    if result == -1, errno == ECHILD { return .status(255) }
    guard result == child else { return nil }
    return status & 0x7f == 0 ? .status(status >> 8 & 0xff) : .signal(status & 0x7f)
  }

  /// Sends a signal to a process.
  static func send(_ signal: Int32, to process: Int32) {
    _ = kill(process, signal)
  }

  /// The signals that ask a program to end: those of the terminal and of a service manager.
  ///
  /// One that the caller has set to be ignored, as `nohup` does, is not among them.
  static func endingSignals() -> [Int32] {
    [SIGINT, SIGTERM, SIGHUP].filter { signal in
      var action = sigaction()
      guard sigaction(signal, nil, &action) == 0 else { return true }
      #if os(Linux)
        let handler = action.__sigaction_handler.sa_handler
      #else
        let handler = action.__sigaction_u.__sa_handler
      #endif
      // SIG_IGN is the address 1, which the importer does not give as a value to compare with.
      return unsafeBitCast(handler, to: Int.self) != 1
    }
  }

  static let terminationSignal = SIGTERM
  static let killSignal = SIGKILL

  /// Ends this process by a signal, as if it had never been caught.
  static func end(by number: Int32) -> Never {
    signal(number, SIG_DFL)
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, number)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    kill(getpid(), number)
    // Delivery to another thread may take a moment.
    usleep(200_000)
    exit(128 + number)
  }

  /// Makes a folder that only the user may enter, below `TMPDIR` or `/tmp`.
  static func makeTemporaryFolder(prefix: String) throws(Errno) -> FilePath {
    let base = environment("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    var template = Array(FilePath(base).appending("\(prefix)XXXXXX").string.utf8CString)
    guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
    let path = template.dropLast().map { UInt8(bitPattern: $0) }
    let folder = FilePath(String(decoding: path, as: UTF8.self))
    return resolve(folder) ?? folder
  }

  /// Writes a new file under a name that must not exist, and waits until it is on the disk.
  static func writeNew(_ bytes: [UInt8], to path: FilePath) throws {
    let descriptor = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
      permissions: [.ownerReadWrite, .groupRead, .otherRead])
    try descriptor.closeAfter {
      try descriptor.writeAll(bytes)
      guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
  }

  /// Renames within one file system, replacing what has the new name.
  static func move(_ source: FilePath, to target: FilePath) throws(Errno) {
    let result = source.withPlatformString { old in
      target.withPlatformString { new in rename(old, new) }
    }
    guard result == 0 else { throw Errno(rawValue: errno) }
  }

  /// Removes a file, if it is there.
  static func removeFile(_ path: FilePath) {
    _ = path.withPlatformString { unlink($0) }
  }

  /// Removes a folder, if it is empty.
  static func removeEmptyFolder(_ path: FilePath) {
    _ = path.withPlatformString { rmdir($0) }
  }

  /// Waits until a folder's entries are on the disk; best effort.
  static func synchronize(folder: FilePath) {
    guard let descriptor = try? FileDescriptor.open(folder, .readOnly, options: [.closeOnExec])
    else { return }
    _ = fsync(descriptor.rawValue)
    try? descriptor.close()
  }
}
