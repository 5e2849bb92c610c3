// SPDX-License-Identifier: Apache-2.0

/// Rules for the names of archive members that hold for every format.
enum MemberPath {
  /// Turns the bytes of a name into a relative path of plain components, `/` between them.
  ///
  /// A folder's name may end with one `/`, which the result does not have.
  static func check(
    _ bytes: some Collection<UInt8>, isFolder: Bool, limits: ArchiveLimits
  ) throws(ArchiveError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ArchiveError(.unsafePath, "its name is not UTF-8")
    }
    guard bytes.count <= limits.pathLength else {
      throw ArchiveError(.limit, "its name is longer than \(limits.pathLength) bytes", member: text)
    }
    guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw ArchiveError(.unsafePath, "its name holds a control character", member: text)
    }
    guard !bytes.contains(UInt8(ascii: "\\")) else {
      throw ArchiveError(.unsafePath, "its name holds a backslash", member: text)
    }
    var parts = Array(bytes).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    if isFolder, parts.count > 1, parts.last?.isEmpty == true { parts.removeLast() }
    guard parts.count <= limits.pathDepth else {
      throw ArchiveError(.limit, "it lies deeper than \(limits.pathDepth) folders", member: text)
    }
    for part in parts {
      guard !part.isEmpty else {
        throw ArchiveError(
          .unsafePath, "its name is empty, absolute, or has an empty component", member: text)
      }
      guard !part.elementsEqual(".".utf8), !part.elementsEqual("..".utf8) else {
        throw ArchiveError(.unsafePath, "its name has a component `.` or `..`", member: text)
      }
    }
    if let first = parts.first, first.count >= 2, first[first.startIndex + 1] == UInt8(ascii: ":") {
      throw ArchiveError(.unsafePath, "its name starts with a drive letter", member: text)
    }
    return isFolder && text.utf8.last == UInt8(ascii: "/") ? String(text.dropLast()) : text
  }

  /// Whether a symbolic link at `path` with this target stays inside the archive.
  static func staysInside(target: String, of path: String) -> Bool {
    guard !target.isEmpty, !target.utf8.contains(UInt8(ascii: "\\")),
      target.utf8.first != UInt8(ascii: "/"), target.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
    else { return false }
    // Depth of the link's folder; the top folder of the archive must not be left.
    var depth = path.utf8.count { $0 == UInt8(ascii: "/") }
    for part in target.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true) {
      if part.elementsEqual("..".utf8) {
        depth -= 1
        if depth < 0 { return false }
      } else if !part.elementsEqual(".".utf8) {
        depth += 1
      }
    }
    return true
  }
}
