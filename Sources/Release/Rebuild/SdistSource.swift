// SPDX-License-Identifier: Apache-2.0

import Archives
import FoundationEssentials
import SystemPackage

/// Puts the files of an sdist on the disk, as the source of a build.
///
/// The archive has been read strictly before anything is written. Owners are dropped, group and
/// others may never write, and the recorded times are set, for back ends copy them into wheels.
struct SdistSource {
  private let archive: TarArchive

  /// Takes an archive that has been read.
  init(archive: TarArchive) { self.archive = archive }

  /// Reads a `.tar.gz` in the profile for uploads.
  ///
  /// - Throws: `ArchiveError`.
  init(parsing bytes: [UInt8]) throws(ArchiveError) {
    archive = try TarArchive(parsing: try GzipMember(parsing: bytes).contents)
  }

  /// Writes all members below the archive's top folder into a folder that is there and empty.
  ///
  /// - Throws: ``RebuildError`` of reason `files`.
  func extract(into folder: FilePath) throws(RebuildError) {
    var times: [(path: FilePath, member: TarArchive.Member)] = []
    var links: [(path: FilePath, target: String)] = []
    for member in archive.members {
      guard let path = Self.path(of: member, in: folder) else { continue }
      switch member.kind {
      case .folder:
        try FileTree.makeFolder(path)
      case .file:
        try FileTree.makeFolder(path.removingLastComponent())
        try write(archive.contents(of: member), to: path, isExecutable: member.isExecutable)
      case .symbolicLink(let target):
        links.append((path, target))
        continue
      }
      times.append((path, member))
    }
    // Last, so that nothing is ever written through one.
    for link in links {
      do {
        try FileTree.makeFolder(link.path.removingLastComponent())
        try FileManager.default.createSymbolicLink(
          atPath: link.path.string, withDestinationPath: link.target)
      } catch {
        throw RebuildError(.files, "cannot make the link `\(link.path)`")
      }
    }
    // A folder's time changes with each file in it, so those come after the files.
    for (path, member) in times.reversed() {
      let time = member.header.time
      Platform.setTime(path, seconds: time.seconds, nanoseconds: Int64(time.nanoseconds))
    }
  }

  private func write(
    _ bytes: ArraySlice<UInt8>, to path: FilePath, isExecutable: Bool
  ) throws(RebuildError) {
    do {
      let descriptor = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
        permissions: isExecutable ? [.ownerReadWriteExecute] : [.ownerReadWrite])
      try descriptor.closeAfter { _ = try descriptor.writeAll(bytes) }
    } catch {
      throw RebuildError(
        .files, "cannot write `\(path)`: \(error)", help: "look at the free space of TMPDIR")
    }
  }

  // The archive's paths are relative and plain; the first component is the one top folder.
  private static func path(of member: TarArchive.Member, in folder: FilePath) -> FilePath? {
    let parts = FilePath(member.path).components.dropFirst()
    return parts.isEmpty ? nil : folder.appending(parts)
  }
}
