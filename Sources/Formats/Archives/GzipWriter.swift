// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Writes a gzip file of one member (RFC 1952) whose header says as little as possible: the time
/// that is given, no name, system 255 (unknown).
///
/// Deflate works at level 9, as Python's `tarfile` asks for, and the header says so.
package struct GzipWriter: ~Copyable {
  private static let level: Int32 = 9

  private let modificationTime: UInt32
  private var stream: DeflateStream
  private var checksum: UInt = 0
  private var size: UInt32 = 0

  /// Starts a file.
  ///
  /// - Parameter modificationTime: Seconds since the epoch, held to what 32 bits can say.
  /// - Throws: ``ArchiveError`` when there is no memory.
  package init(modificationTime: Int64 = 0) throws(ArchiveError) {
    self.modificationTime = UInt32(clamping: modificationTime)
    stream = try DeflateStream(level: Self.level)
  }

  /// Adds bytes of the contents.
  package mutating func write(_ bytes: ArraySlice<UInt8>) {
    checksum = bytes.withUnsafeBufferPointer { crc32_z(checksum, $0.baseAddress, $0.count) }
    size &+= UInt32(truncatingIfNeeded: bytes.count)
    stream.write(bytes)
  }

  /// Ends the file, and gives its bytes.
  package consuming func finish() -> [UInt8] {
    // Method 8 (deflate), no flags; 2 is the best compression.
    var file: [UInt8] = [0x1F, 0x8B, 8, 0]
    file.appendLittleEndian(modificationTime)
    file += [2, 255]
    let (sum, count) = (UInt32(truncatingIfNeeded: checksum), size)
    file += stream.finish()
    file.appendLittleEndian(sum)
    file.appendLittleEndian(count)
    return file
  }

  /// The gzip file of some bytes.
  ///
  /// - Throws: ``ArchiveError`` when there is no memory.
  package static func file(
    of contents: [UInt8], modificationTime: Int64 = 0
  ) throws(ArchiveError) -> [UInt8] {
    var writer = try GzipWriter(modificationTime: modificationTime)
    writer.write(contents[...])
    return writer.finish()
  }
}

/// Little-endian numbers of the containers.
extension [UInt8] {
  mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
