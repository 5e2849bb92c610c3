// SPDX-License-Identifier: Apache-2.0

import Archives
import PythonPackaging

/// Takes out of a built file what says when and by whom it was made.
///
/// A file that says no such thing stays as its back end wrote it, byte for byte, so that everyone
/// who builds with `SOURCE_DATE_EPOCH` gets the same one. Otherwise:
/// - a source distribution is written anew, canonically (``CanonicalSdist``): setuptools records the
///   user and the present, pdm-backend the present in the gzip header;
/// - in a wheel, times after `SOURCE_DATE_EPOCH` become that, in place.
///
/// Permissions in a wheel follow the mask of permissions with some back ends. It is the same in all
/// builds that count, so they stay; only to compare with a build under another mask they do not
/// count.
struct Normalization: Hashable, Sendable {
  /// The file.
  let bytes: [UInt8]
  /// Whether it is another than the back end's.
  let isChanged: Bool

  /// Normalises a file.
  ///
  /// - Parameters:
  ///   - bytes: the file as the back end wrote it.
  ///   - filename: its name.
  ///   - sourceDateEpoch: seconds since the epoch.
  ///   - levelsModes: whether permissions in a wheel become 644 or 755.
  /// - Throws: `ArchiveError`.
  init(
    _ bytes: [UInt8], filename: DistributionFilename, sourceDateEpoch: Int64,
    levelsModes: Bool = false
  ) throws(ArchiveError) {
    switch filename {
    case .sdist:
      let leaks = try Self.leaks(sdist: bytes, sourceDateEpoch)
      self.bytes =
        leaks ? try CanonicalSdist.rewrite(bytes, sourceDateEpoch: sourceDateEpoch) : bytes
    case .wheel:
      self.bytes = try Self.patched(wheel: bytes, sourceDateEpoch, levelsModes: levelsModes)
    }
    isChanged = self.bytes != bytes
  }

  /// Writes a file anew, whether it needs it or not.
  ///
  /// - Throws: `ArchiveError`.
  static func canonical(
    _ bytes: [UInt8], filename: DistributionFilename, sourceDateEpoch: Int64
  ) throws(ArchiveError) -> [UInt8] {
    switch filename {
    case .sdist: try CanonicalSdist.rewrite(bytes, sourceDateEpoch: sourceDateEpoch)
    case .wheel: try CanonicalWheel.rewrite(bytes, sourceDateEpoch: sourceDateEpoch)
    }
  }

  private static func leaks(
    sdist bytes: [UInt8], _ sourceDateEpoch: Int64
  ) throws(ArchiveError) -> Bool {
    let gzip = try GzipMember(parsing: bytes)
    if Int64(gzip.header.modificationTime) > sourceDateEpoch { return true }
    return try TarArchive(parsing: gzip.contents).members.contains { member in
      let header = member.header
      let hasPlainMode: Bool =
        switch member.kind {
        case .symbolicLink: true
        case .file, .folder: [0o644, 0o755].contains(header.mode & 0o7777)
        }
      return header.time.seconds > sourceDateEpoch || !hasPlainMode
        || header.userID != 0 || header.groupID != 0
        || !(header.userName.isEmpty || header.userName.elementsEqual("root".utf8))
        || !(header.groupName.isEmpty || header.groupName.elementsEqual("root".utf8))
    }
  }

  // Local and central headers, as in APPNOTE 4.3.7 and 4.3.12; the archive has been read in the
  // profile for uploads, so that they are where they say and nothing follows the end record.
  private static func patched(
    wheel bytes: [UInt8], _ sourceDateEpoch: Int64, levelsModes: Bool
  ) throws(ArchiveError) -> [UInt8] {
    let archive = try ZipArchive(parsing: bytes)
    let latest = DOSTime(unixSeconds: sourceDateEpoch)
    var result = bytes
    var position = bytes.number(at: bytes.count - 22 + 16, size: 4)
    for member in archive.members {
      let header = member.header
      let local = bytes.number(at: position + 42, size: 4)
      if (header.dosDate, header.dosTime) > (latest.date, latest.time) {
        for field in [local + 10, position + 12] {
          result.set(UInt32(latest.time), at: field, size: 2)
          result.set(UInt32(latest.date), at: field + 2, size: 2)
        }
      }
      let mode = header.externalAttributes >> 16
      if levelsModes, header.versionMadeBy >> 8 == 3, mode & 0o777 != 0 {
        let plain: UInt32 = mode & 0o100 != 0 ? 0o755 : 0o644
        result.set(mode & ~0o777 | plain, at: position + 40, size: 2)
      }
      position +=
        46 + bytes.number(at: position + 28, size: 2) + bytes.number(at: position + 30, size: 2)
        + bytes.number(at: position + 32, size: 2)
    }
    return result
  }
}

extension [UInt8] {
  fileprivate func number(at position: Int, size: Int) -> Int {
    guard position >= 0, position + size <= count else { return 0 }
    return (0..<size).reduce(0) { $0 | Int(self[position + $1]) << (8 * $1) }
  }

  fileprivate mutating func set(_ value: UInt32, at position: Int, size: Int) {
    guard position >= 0, position + size <= count else { return }
    for index in 0..<size {
      self[position + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index))
    }
  }
}
