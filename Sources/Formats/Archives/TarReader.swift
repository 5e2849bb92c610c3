// SPDX-License-Identifier: Apache-2.0

/// Walks over the blocks of a tar archive and joins each member with the headers before it.
struct TarReader<Source: TarSource & ~Copyable>: ~Copyable {
  /// Members so far.
  private(set) var count = 0

  private var source: Source
  private let profile: ArchiveProfile
  private let limits: ArchiveLimits
  private var tree = MemberTree()
  // Contents of the last member that were not yet taken, and zeros after them.
  private var data = 0
  private var padding = 0

  init(_ source: consuming Source, profile: ArchiveProfile, limits: ArchiveLimits) {
    self.source = source
    self.profile = profile
    self.limits = limits
  }

  /// Bytes of the archive so far.
  var position: Int { source.position }

  /// The next member, or `nil` at the end of the archive, when all of it has been judged.
  mutating func next() throws(ArchiveError) -> TarArchive.Member? {
    try finishMember()
    var pax: PaxRecords?
    var longName: ArraySlice<UInt8>?
    while let header = try nextHeader() {
      switch header.type {
      case UInt8(ascii: "x"):
        guard pax == nil, longName == nil else {
          throw ArchiveError(.malformed, "a member has several extended headers")
        }
        pax = try PaxRecords(try extendedHeader(header), isGlobal: false)
      case UInt8(ascii: "g"):
        guard pax == nil, longName == nil else {
          throw ArchiveError(.malformed, "a global header stands before a member's own")
        }
        _ = try PaxRecords(try extendedHeader(header), isGlobal: true)
      case UInt8(ascii: "L"):
        guard pax == nil, longName == nil else {
          throw ArchiveError(.malformed, "a member has several extended headers")
        }
        longName = try self.longName(header)
      default:
        return try member(header, pax: pax, longName: longName)
      }
    }
    guard pax == nil, longName == nil else {
      throw ArchiveError(.malformed, "an extended header has no member")
    }
    try tree.checkLinks()
    return nil
  }

  /// The contents of the member that came last, once.
  mutating func contents() throws(ArchiveError) -> [UInt8] {
    let bytes = Array(try source.take(data))
    guard bytes.count == data else { throw Self.endsWithin }
    data = 0
    return bytes
  }

  private mutating func member(
    _ header: TarHeader, pax: PaxRecords?, longName: ArraySlice<UInt8>?
  ) throws(ArchiveError) -> TarArchive.Member {
    let path = try TarMemberPath.path(of: header, pax: pax, longName: longName, limits: limits)
    let kind = try TarMemberPath.kind(of: header, pax: pax, path: path, limits: limits)
    guard kind == .file || header.size == 0 else {
      throw ArchiveError(.malformed, "a folder or link has contents", member: path)
    }
    // Python and pip drop these bits, other readers do not.
    guard profile == .general || kind != .file || header.mode & 0o6000 == 0 else {
      throw ArchiveError(
        .unsupported, "files that run as their owner or group are not accepted", member: path)
    }
    guard header.size <= limits.memberSize else {
      throw ArchiveError(.limit, "it is larger than \(limits.memberSize) bytes", member: path)
    }
    count += 1
    guard count <= limits.entries else {
      throw ArchiveError(.limit, "the archive has more than \(limits.entries) members")
    }
    if case .symbolicLink(let target) = kind {
      try tree.add(path, linkTo: target)
    } else {
      try tree.add(path, isFolder: kind == .folder)
    }
    data = header.size
    padding = Self.padding(header.size)
    return TarArchive.Member(
      path: path, kind: kind, isExecutable: header.mode & 0o100 != 0,
      header: try TarMemberHeader(header, pax: pax),
      data: source.position..<source.position + header.size)
  }

  private mutating func nextHeader() throws(ArchiveError) -> TarHeader? {
    let block = try source.take(TarHeader.size)
    guard block.count == TarHeader.size else {
      throw ArchiveError(.malformed, "the archive ends without its two zero blocks")
    }
    guard block.allSatisfy({ $0 == 0 }) else { return try TarHeader(Array(block)) }
    try finishArchive()
    return nil
  }

  // The second zero block, and after it nothing but zeros in whole blocks.
  private mutating func finishArchive() throws(ArchiveError) {
    var blocks = 1
    while true {
      let block = try source.take(TarHeader.size)
      if block.isEmpty { break }
      guard block.count == TarHeader.size, block.allSatisfy({ $0 == 0 }) else {
        throw ArchiveError(.malformed, "bytes follow the end of the archive")
      }
      blocks += 1
    }
    guard blocks >= 2 else {
      throw ArchiveError(.malformed, "the archive ends without its two zero blocks")
    }
  }

  private mutating func finishMember() throws(ArchiveError) {
    guard try source.skip(data) == data else { throw Self.endsWithin }
    let zeros = try source.take(padding)
    guard zeros.count == padding else { throw Self.endsWithin }
    guard zeros.allSatisfy({ $0 == 0 }) else {
      throw ArchiveError(.malformed, "bytes stand between the members")
    }
    data = 0
    padding = 0
  }

  private mutating func extendedHeader(
    _ header: TarHeader
  ) throws(ArchiveError) -> ArraySlice<UInt8> {
    guard header.size <= PaxRecords.sizeLimit else {
      throw ArchiveError(.limit, "an extended header is longer than \(PaxRecords.sizeLimit) bytes")
    }
    let bytes = try source.take(header.size)
    guard bytes.count == header.size else { throw Self.endsWithin }
    padding = Self.padding(header.size)
    try finishMember()
    return bytes
  }

  // GNU's own extended header, in which a path ends with a zero byte.
  private mutating func longName(_ header: TarHeader) throws(ArchiveError) -> ArraySlice<UInt8> {
    guard header.isGNU else {
      throw ArchiveError(.malformed, "a GNU header stands in an archive of another format")
    }
    let bytes = try extendedHeader(header)
    guard bytes.last == 0, !bytes.dropLast().contains(0) else {
      throw ArchiveError(.malformed, "a GNU long name is damaged")
    }
    return bytes.dropLast()
  }

  private static func padding(_ size: Int) -> Int {
    (TarHeader.size - size % TarHeader.size) % TarHeader.size
  }

  private static var endsWithin: ArchiveError {
    ArchiveError(.malformed, "the archive ends within a member")
  }
}
