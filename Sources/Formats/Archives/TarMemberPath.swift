// SPDX-License-Identifier: Apache-2.0

/// What a tar member is called and what it is, from all headers that have a say in it.
enum TarMemberPath {
  /// The path from the pax header, the GNU long name or the member's header, which may not contradict
  /// each other in what a reader would unpack.
  static func path(
    of header: TarHeader, pax: PaxRecords?, longName: ArraySlice<UInt8>?, limits: ArchiveLimits
  ) throws(ArchiveError) -> String {
    let isFolder = header.type == UInt8(ascii: "5")
    let name: [UInt8] = pax?["path"] ?? longName.map { Array($0) } ?? header.name
    let path = try MemberPath.check(name, isFolder: isFolder, limits: limits)
    if pax?["path"] != nil || longName != nil, !header.name.isEmpty {
      // Readers that do not know the extended header take this name. Where it fills its field it
      // was cut, so that its last part says nothing.
      var fallback = header.name[...]
      if header.fillsName, let slash = fallback.lastIndex(of: UInt8(ascii: "/")) {
        fallback = fallback[..<slash]
      }
      _ = try MemberPath.check(fallback, isFolder: isFolder, limits: limits)
    }
    if let size = pax?["size"] {
      // Readers that do not know pax take the header's size and land inside the data.
      guard size.elementsEqual(String(header.size).utf8) else {
        throw ArchiveError(.malformed, "its two sizes differ", member: path)
      }
    }
    return path
  }

  /// File, folder or link; everything else is refused by name.
  static func kind(
    of header: TarHeader, pax: PaxRecords?, path: String, limits: ArchiveLimits
  ) throws(ArchiveError) -> TarArchive.Kind {
    func refused(_ what: String) -> ArchiveError {
      ArchiveError(.unsupported, "\(what) are not accepted", member: path)
    }
    switch header.type {
    case UInt8(ascii: "0"), 0: return .file
    case UInt8(ascii: "5"): return .folder
    case UInt8(ascii: "2"): return .symbolicLink(target: try target(header, pax, path, limits))
    case UInt8(ascii: "1"): throw refused("hard links")
    case UInt8(ascii: "3"), UInt8(ascii: "4"): throw refused("devices")
    case UInt8(ascii: "6"): throw refused("pipes")
    case UInt8(ascii: "7"): throw refused("contiguous files")
    case UInt8(ascii: "K"): throw refused("GNU long links")
    case UInt8(ascii: "S"): throw refused("sparse files")
    case UInt8(ascii: "D"), UInt8(ascii: "M"), UInt8(ascii: "N"), UInt8(ascii: "V"):
      throw refused("GNU tar's members for backups")
    default: throw refused("members of an unknown type")
    }
  }

  private static func target(
    _ header: TarHeader, _ pax: PaxRecords?, _ path: String, _ limits: ArchiveLimits
  ) throws(ArchiveError) -> String {
    guard pax?["linkpath"]?.count ?? 0 <= limits.pathLength else {
      throw ArchiveError(
        .limit, "its target is longer than \(limits.pathLength) bytes", member: path)
    }
    // The header's own target is what readers take that do not know pax.
    guard let target = String(validating: pax?["linkpath"] ?? header.linkName, as: UTF8.self),
      let plain = String(validating: header.linkName, as: UTF8.self),
      MemberPath.staysInside(target: target, of: path),
      plain.isEmpty || MemberPath.staysInside(target: plain, of: path)
    else { throw ArchiveError(.unsafePath, "it is a link that leaves the archive", member: path) }
    return target
  }
}
