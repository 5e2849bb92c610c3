// SPDX-License-Identifier: Apache-2.0

import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What this module asks of the operating system beyond Swift's portable libraries.
enum PlatformFiles {
  /// Waits until a file's contents are on the disk.
  static func synchronize(_ descriptor: FileDescriptor) throws {
    guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
  }

  /// Renames within one file system, replacing what has the new name.
  static func move(_ source: FilePath, to target: FilePath) throws {
    let result = source.withPlatformString { old in
      target.withPlatformString { new in rename(old, new) }
    }
    guard result == 0 else { throw Errno(rawValue: errno) }
  }

  /// Removes a file, if it is there.
  static func remove(_ path: FilePath) {
    _ = path.withPlatformString { unlink($0) }
  }
}
