// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// Writes changed files of a project.
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
      switch FolderReading.kind(of: folder.string, following: false) {
      case .folder: continue
      case nil where before == nil:
        guard FolderReading.makeFolder(folder.string) else {
          throw fail("the folder `\(folder)` cannot be made")
        }
      case .link: throw fail("`\(part)` is a symbolic link")
      default: throw fail("`\(part)` is not a folder")
      }
    }
    let target = folder.appending(String(parts[parts.count - 1]))
    var mode: UInt32 = 0o644
    switch FolderReading.kind(of: target.string, following: false) {
    case nil: guard before == nil else { throw fail("it is no longer there") }
    case .link: throw fail("it is a symbolic link")
    case .file:
      mode = FolderReading.mode(of: target.string) ?? mode
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
        try FolderReading.finish(descriptor.rawValue, mode: mode)
        try descriptor.close()
      } catch {
        try? descriptor.close()
        throw error
      }
      try FolderReading.move(temporary.string, to: target.string)
    } catch {
      FolderReading.remove(temporary.string)
      throw fail((error as? ReadingFailure)?.problem ?? "\(error)".lowercased())
    }
    if let descriptor = try? FileDescriptor.open(folder, .readOnly, options: [.closeOnExec]) {
      FolderReading.synchronize(descriptor.rawValue)
      try? descriptor.close()
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
