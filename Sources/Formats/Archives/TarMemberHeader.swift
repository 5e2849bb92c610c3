// SPDX-License-Identifier: Apache-2.0

/// What the headers of a tar member record beside its path, kind and contents.
package struct TarMemberHeader: Hashable, Sendable {
  /// A record of the member's pax header.
  package struct PaxRecord: Hashable, Sendable {
    /// The key, such as `mtime`.
    package let key: [UInt8]
    /// The value.
    package let value: [UInt8]
  }

  /// The permission bits as they stand in the header.
  package let mode: Int
  /// The owner's number in the header; a pax record `uid` overrides it for readers.
  package let userID: Int
  /// The group's number in the header; a pax record `gid` overrides it for readers.
  package let groupID: Int
  /// The owner's name in the header, mostly UTF-8.
  package let userName: [UInt8]
  /// The group's name in the header.
  package let groupName: [UInt8]
  /// The modification time as decimal text in seconds since the epoch: the pax record `mtime`,
  /// which may have a fraction, and without one the header's number.
  package let modificationTime: String
  /// The same as a moment.
  package let time: TarTime
  /// The modification time of the header, in seconds since the epoch.
  package let headerTime: Int
  /// The type flag: `0` or a zero byte for files, `5` for folders, `2` for symbolic links.
  package let typeFlag: UInt8
  /// Whether the header has GNU tar's magic instead of the POSIX one.
  package let isGNU: Bool
  /// The 16 bytes of the two device numbers, as they stand: writers differ in zeros and digits.
  package let deviceNumbers: [UInt8]
  /// The records of the member's own pax header, in order.
  package let pax: [PaxRecord]
}

extension TarMemberHeader {
  init(_ header: TarHeader, pax: PaxRecords?) throws(ArchiveError) {
    mode = header.mode
    userID = header.userID
    groupID = header.groupID
    userName = header.userName
    groupName = header.groupName
    headerTime = header.time
    typeFlag = header.type
    isGNU = header.isGNU
    deviceNumbers = header.deviceNumbers
    self.pax = pax?.records ?? []
    if let time = pax?["mtime"] {
      guard let parsed = TarTime(parsing: time) else {
        throw ArchiveError(.malformed, "the modification time of a pax header is not a number")
      }
      modificationTime = String(decoding: time, as: UTF8.self)
      self.time = parsed
    } else {
      modificationTime = String(header.time)
      time = TarTime(seconds: Int64(header.time))
    }
  }
}
