// SPDX-License-Identifier: Apache-2.0

// The one file of this module that talks to the operating system.

package import Attestations
import Crypto
package import Encodings

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why a file cannot be read.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The path as it was given.
  package let path: String
  /// What is wrong.
  package let problem: String

  /// Describes a problem.
  package init(path: String, problem: String) {
    self.path = path
    self.problem = problem
  }

  /// One sentence for a person.
  package var description: String { "cannot read `\(path)`: \(problem)" }
}

/// Reads regular files: whole within a limit, or hashed in constant memory.
///
/// Directories, pipes and devices are refused before anything is read from them, so that none can
/// block the program.
package enum FileReading {
  /// The bytes of a file.
  ///
  /// - Throws: ``FileError``, also when the file is larger than `limit` bytes.
  package static func bytes(of path: String, limit: Int) throws(FileError) -> [UInt8] {
    let (descriptor, size) = try open(path)
    defer { close(descriptor) }
    guard size <= limit else {
      throw FileError(path: path, problem: "it is larger than \(limit) bytes")
    }
    var output: [UInt8] = []
    output.reserveCapacity(size)
    try read(descriptor, path) { chunk throws(FileError) in
      // The file may have grown since it was opened.
      guard output.count + chunk.count <= limit else {
        throw FileError(path: path, problem: "it is larger than \(limit) bytes")
      }
      output.append(contentsOf: chunk)
    }
    return output
  }

  /// The SHA-256 of a file of any size.
  ///
  /// - Throws: ``FileError``.
  package static func sha256(of path: String) throws(FileError) -> SHA256Hash {
    let (descriptor, _) = try open(path)
    defer { close(descriptor) }
    var hash = SHA256()
    try read(descriptor, path) { chunk throws(FileError) in
      hash.update(bufferPointer: UnsafeRawBufferPointer(chunk))
    }
    return SHA256Hash(hash.finalize())
  }

  /// The digest of a file of any size.
  ///
  /// - Throws: ``FileError``.
  package static func digest(
    of path: String, _ algorithm: ArtifactDigest.Algorithm
  ) throws(FileError) -> ArtifactDigest {
    switch algorithm {
    case .sha256: return ArtifactDigest(try sha256(of: path))
    case .sha384: return try digest(of: path, algorithm, SHA384())
    case .sha512: return try digest(of: path, algorithm, SHA512())
    }
  }

  private static func digest(
    of path: String, _ algorithm: ArtifactDigest.Algorithm, _ function: some HashFunction
  ) throws(FileError) -> ArtifactDigest {
    let (descriptor, _) = try open(path)
    defer { close(descriptor) }
    var function = function
    try read(descriptor, path) { chunk throws(FileError) in
      function.update(bufferPointer: UnsafeRawBufferPointer(chunk))
    }
    guard let digest = ArtifactDigest(algorithm, bytes: Array(function.finalize())) else {
      throw FileError(path: path, problem: "it cannot be hashed")
    }
    return digest
  }

  /// Whether there is a regular file (or a link to one) at a path.
  package static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Whether a path leads to a folder.
  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether a file or folder belongs to the user who runs the program.
  package static func isOwnedByUser(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_uid == geteuid()
  }

  /// Whether anything is at a path.
  package static func isPresent(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// The absolute path of the current folder.
  package static func currentFolder() -> String? {
    guard let buffer = getcwd(nil, 0) else { return nil }
    defer { free(buffer) }
    return String(validatingCString: buffer)
  }

  /// The time of the system's clock.
  package static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(
      unixSeconds: Int64(time.tv_sec), nanoseconds: Int32(truncatingIfNeeded: time.tv_nsec))
  }

  private static func open(_ path: String) throws(FileError) -> (descriptor: Int32, size: Int) {
    guard !path.utf8.contains(0) else {
      throw FileError(path: path, problem: "the name has a NUL byte")
    }
    #if canImport(Glibc)
      let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    #else
      let descriptor = Darwin.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    #endif
    guard descriptor >= 0 else { throw FileError(path: path, problem: message(errno)) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let problem = message(errno)
      close(descriptor)
      throw FileError(path: path, problem: problem)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw FileError(path: path, problem: isFolder ? "it is a folder" : "not a regular file")
    }
    return (descriptor, Int(status.st_size))
  }

  private static func read(
    _ descriptor: Int32, _ path: String,
    _ body: (UnsafeBufferPointer<UInt8>) throws(FileError) -> Void
  ) throws(FileError) {
    let capacity = 1 << 18
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: capacity)
    defer { buffer.deallocate() }
    while true {
      #if canImport(Glibc)
        let count = Glibc.read(descriptor, buffer.baseAddress, capacity)
      #else
        let count = Darwin.read(descriptor, buffer.baseAddress, capacity)
      #endif
      if count == 0 { return }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError(path: path, problem: message(errno))
      }
      try body(UnsafeBufferPointer(rebasing: buffer[..<count]))
    }
  }

  private static func message(_ code: Int32) -> String {
    switch code {
    case ENOENT: "no such file"
    case EACCES: "permission denied"
    case ENOTDIR: "a part of the path is not a folder"
    case ELOOP: "too many symbolic links"
    default:
      String(cString: strerror(code)).prefix(1).lowercased()
        + String(cString: strerror(code)).dropFirst()
    }
  }
}
