// SPDX-License-Identifier: Apache-2.0

/// Writes ZIP archives that any reader reads alike: sizes in the local headers, no extra fields,
/// comments, data descriptors or ZIP64, all members of one time.
///
/// The fields are those of Python's `zipfile` for deflated members: made by Unix, version 2.0,
/// deflate at level 6, the flag for UTF-8 only for names that are not ASCII.
package struct ZipWriter {
  private static let level: Int32 = 6
  private static let regularFile = 0o100000

  private let time: DOSTime
  private var output: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0

  /// Starts an archive whose members all have a time.
  package init(time: DOSTime) {
    self.time = time
  }

  /// Adds a file.
  ///
  /// - Parameters:
  ///   - path: The path, which the caller has checked.
  ///   - contents: Its bytes.
  ///   - mode: The permission bits.
  /// - Throws: ``ArchiveError`` of reason `limit` where the format would need ZIP64.
  package mutating func add(
    _ path: String, contents: [UInt8], mode: Int
  ) throws(ArchiveError) {
    var stream = try DeflateStream(level: Self.level)
    stream.write(contents[...])
    let compressed = stream.finish()
    let name = Array(path.utf8)
    guard name.count <= 0xFFFF, count < 0xFFFE, contents.count < 0xFFFF_FFFF,
      output.count + directory.count + compressed.count + 2 * name.count < 0xFFFF_FF00
    else {
      throw ArchiveError(.limit, "it does not fit into an archive without ZIP64", member: path)
    }
    let offset = UInt32(output.count)
    // Version 2.0, flags, method deflate.
    var shared: [UInt8] = []
    shared.appendLittleEndian(UInt16(20))
    shared.appendLittleEndian(UInt16(name.allSatisfy { $0 < 0x80 } ? 0 : 0x0800))
    shared.appendLittleEndian(UInt16(8))
    shared.appendLittleEndian(time.time)
    shared.appendLittleEndian(time.date)
    shared.appendLittleEndian(Inflate.crc32(contents[...]))
    shared.appendLittleEndian(UInt32(compressed.count))
    shared.appendLittleEndian(UInt32(contents.count))
    shared.appendLittleEndian(UInt16(name.count))
    // The extra field's length.
    shared.appendLittleEndian(UInt16(0))
    output += [0x50, 0x4B, 3, 4] + shared + name
    output += compressed
    // Made by version 2.0 on Unix.
    directory += [0x50, 0x4B, 1, 2, 20, 3] + shared
    // Comment's length, disk, internal attributes.
    directory += [0, 0, 0, 0, 0, 0]
    directory.appendLittleEndian(UInt32((Self.regularFile | mode & 0o7777) << 16))
    directory.appendLittleEndian(offset)
    directory += name
    count += 1
  }

  /// Ends the archive, and gives its bytes.
  package consuming func finish() -> [UInt8] {
    let start = UInt32(output.count)
    output += directory
    output += [0x50, 0x4B, 5, 6, 0, 0, 0, 0]
    output.appendLittleEndian(UInt16(count))
    output.appendLittleEndian(UInt16(count))
    output.appendLittleEndian(UInt32(directory.count))
    output.appendLittleEndian(start)
    output += [0, 0]
    return output
  }
}
