// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// Why a file of this machine could not be read or written.
package struct LocalFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence.
  package let description: String

  init(_ action: String, _ path: FilePath, _ error: any Error) {
    let reason = (error as? Errno).map { Self.text(ofErrno: $0.rawValue) } ?? "\(error)"
    description = "cannot \(action) `\(path)`: \(reason)"
  }

  static func text(ofErrno code: CInt) -> String {
    Errno(rawValue: code).description.lowercased()
  }
}

/// A file that takes its name only when it is complete: until ``commit()`` it stands under a
/// temporary name in the same folder, and goes away when it is given up.
struct PendingFile: ~Copyable {
  private let target: FilePath
  private let temporary: FilePath
  private let descriptor: FileDescriptor
  private var isCommitted = false

  init(_ target: FilePath) throws(LocalFileError) {
    self.target = target
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    let name = ".\(target.lastComponent?.string ?? "download").\(suffix).partial"
    temporary = target.removingLastComponent().appending(name)
    do {
      descriptor = try FileDescriptor.open(
        temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch {
      throw LocalFileError("write", target, error)
    }
  }

  deinit {
    try? descriptor.close()
    if !isCommitted { PlatformFiles.remove(temporary) }
  }

  /// Forgets what was written, to start again.
  mutating func restart() throws(LocalFileError) {
    do {
      try descriptor.resize(to: 0)
      try descriptor.seek(offset: 0, from: .start)
    } catch {
      throw LocalFileError("write", target, error)
    }
  }

  mutating func write(_ bytes: some Sequence<UInt8>) throws(LocalFileError) {
    do { try descriptor.writeAll(bytes) } catch { throw LocalFileError("write", target, error) }
  }

  /// Makes the file durable and gives it its name.
  mutating func commit() throws(LocalFileError) {
    do {
      try PlatformFiles.synchronize(descriptor)
      try PlatformFiles.move(temporary, to: target)
      isCommitted = true
    } catch {
      throw LocalFileError("write", target, error)
    }
  }
}

/// Writes files of this machine whole.
package enum LocalFile {
  /// Writes a file under a temporary name and gives it its own when it is on the disk.
  ///
  /// - Throws: ``LocalFileError``; what had the name stays then.
  package static func write(_ bytes: [UInt8], to path: FilePath) throws(LocalFileError) {
    var file = try PendingFile(path)
    try file.write(bytes)
    try file.commit()
  }
}
