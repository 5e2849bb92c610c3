// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes changed files of a project; the one file of this folder that talks to the operating
/// system.
///
/// A file is written beside its place, brought to the disk and renamed, so it is there as a whole,
/// old or new. Nothing is written through a symbolic link, nor outside of the project.
package enum FileReplacement {
  /// Why a file is not written.
  package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The path in the project.
    package let path: String
    /// What is wrong, for a person.
    package let problem: String

    package var description: String { "cannot write `\(path)`: \(problem)" }
  }

  /// Replaces a file, or makes a new one with its folders.
  ///
  /// - Parameters:
  ///   - path: the path in the project, with `/`.
  ///   - root: the project's folder.
  ///   - before: the bytes that the file must still have; nil for a file that must not be there.
  ///   - after: the bytes that it gets.
  /// - Throws: ``Failure``; the file is as it was then.
  package static func write(
    _ path: String, in root: FilePath, before: [UInt8]?, after: [UInt8]
  ) throws(Failure) {
    let fail = { (problem: String) in Failure(path: path, problem: problem) }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
      throw fail("it is not a path in the project")
    }
    var folder = root
    for part in parts.dropLast() {
      folder.append(String(part))
      switch kind(folder) {
      case .folder: continue
      case nil where before == nil:
        guard folder.withPlatformString({ mkdir($0, 0o777) }) == 0 else {
          throw fail("the folder `\(folder)` cannot be made")
        }
      case .link: throw fail("`\(part)` is a symbolic link")
      default: throw fail("`\(part)` is not a folder")
      }
    }
    let target = folder.appending(String(parts[parts.count - 1]))
    var mode: mode_t = 0o644
    switch kind(target) {
    case nil: guard before == nil else { throw fail("it is no longer there") }
    case .link: throw fail("it is a symbolic link")
    case .file(let found):
      mode = found
      guard let before else { throw fail("a file has come there meanwhile") }
      guard contents(target, count: before.count) == before else {
        throw fail("it has changed since it was read")
      }
    default: throw fail("it is not a file")
    }
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    let temporary = folder.appending(".\(parts[parts.count - 1]).\(suffix).partial")
    do {
      let descriptor = try FileDescriptor.open(
        temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec, .noFollow],
        permissions: [.ownerReadWrite])
      do {
        try descriptor.writeAll(after)
        guard fchmod(descriptor.rawValue, mode & 0o7777) == 0, fsync(descriptor.rawValue) == 0
        else { throw Errno(rawValue: errno) }
        try descriptor.close()
      } catch {
        try? descriptor.close()
        throw error
      }
      guard rename(temporary.string, target.string) == 0 else { throw Errno(rawValue: errno) }
    } catch {
      _ = temporary.withPlatformString { unlink($0) }
      throw fail("\(error)".lowercased())
    }
    if let descriptor = try? FileDescriptor.open(folder, .readOnly, options: [.closeOnExec]) {
      fsync(descriptor.rawValue)
      try? descriptor.close()
    }
  }

  private enum Kind {
    case file(mode_t)
    case folder, link, other
  }

  // What a path is itself, without following a link.
  private static func kind(_ path: FilePath) -> Kind? {
    var status = stat()
    guard path.withPlatformString({ lstat($0, &status) }) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file(status.st_mode)
    case S_IFDIR: return .folder
    case S_IFLNK: return .link
    default: return .other
    }
  }

  private static func contents(_ path: FilePath, count: Int) -> [UInt8]? {
    guard
      let descriptor = try? FileDescriptor.open(
        path, .readOnly, options: [.closeOnExec, .noFollow, .nonBlocking])
    else { return nil }
    defer { try? descriptor.close() }
    // One byte more shows that the file has grown.
    var bytes = [UInt8](repeating: 0, count: count + 1)
    var read = 0
    while read < bytes.count {
      let more = try? bytes[read...].withUnsafeMutableBytes { try descriptor.read(into: $0) }
      guard let more else { return nil }
      if more == 0 { break }
      read += more
    }
    return Array(bytes[..<read])
  }
}
