// SPDX-License-Identifier: Apache-2.0

package import Archives
import FoundationEssentials
package import SystemPackage

/// Files of a source on the disk.
package enum SourceTree {
  /// Unpacks a source distribution into an empty folder, without its top folder.
  ///
  /// Times are kept, owners are not; permissions become 644 or 755.
  ///
  /// - Parameters:
  ///   - bytes: the `.tar.gz`.
  ///   - folder: a folder that is there.
  ///   - limits: what the archive may ask of its reader.
  /// - Throws: ``RebuildError`` of reason `output` or `files`.
  package static func unpack(
    sdist bytes: [UInt8], into folder: FilePath, limits: ArchiveLimits = ArchiveLimits()
  ) throws(RebuildError) {
    let archive: TarArchive
    do {
      archive = try TarArchive(
        parsing: try GzipMember(parsing: bytes, limits: limits).contents, limits: limits)
    } catch {
      throw RebuildError(.output, "the source distribution is not acceptable: \(error)")
    }
    // Links last, so that nothing is written through one.
    for member in archive.members {
      guard let path = place(member.path, in: folder) else { continue }
      switch member.kind {
      case .folder: try FileTree.makeFolder(path)
      case .file:
        try FileTree.makeFolder(path.removingLastComponent())
        try FileTree.write(Array(archive.contents(of: member)), to: path, isTemporary: true)
        if member.isExecutable { Platform.makeExecutable(path) }
        setTime(path, member)
      case .symbolicLink: break
      }
    }
    for member in archive.members {
      guard case .symbolicLink(let target) = member.kind,
        let path = place(member.path, in: folder)
      else { continue }
      try FileTree.makeFolder(path.removingLastComponent())
      do {
        try FileManager.default.createSymbolicLink(
          atPath: path.string, withDestinationPath: target)
      } catch {
        throw RebuildError(.files, "cannot make the link `\(path)`")
      }
      setTime(path, member)
    }
    for member in archive.members.reversed() where member.kind == .folder {
      if let path = place(member.path, in: folder) { setTime(path, member) }
    }
  }

  // The reader has refused paths that leave the archive.
  private static func place(_ path: String, in folder: FilePath) -> FilePath? {
    let components = FilePath(path).components.dropFirst()
    return components.isEmpty ? nil : folder.appending(components)
  }

  private static func setTime(_ path: FilePath, _ member: TarArchive.Member) {
    let parts = member.header.modificationTime.split(separator: ".")
    let digits = parts.count > 1 ? String(parts[1].prefix(9)) : ""
    let padded = digits + String(repeating: "0", count: 9 - digits.count)
    Platform.setTime(
      path, seconds: member.header.wholeSeconds, nanoseconds: Int64(padded) ?? 0)
  }
}
