// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Decompression of raw deflate streams (RFC 1951) by zlib, with bounds on what comes out.
enum Inflate {
  /// Decompresses one stream and says how many input bytes it took.
  ///
  /// - Throws: ``ArchiveError`` of reason `corrupt` for a broken or unfinished stream, `limit` when
  ///   more than `maximumSize` bytes come out or the ratio is exceeded.
  static func raw(
    _ input: ArraySlice<UInt8>, maximumSize: Int, limits: ArchiveLimits
  ) throws(ArchiveError) -> (output: [UInt8], consumed: Int) {
    guard input.count <= Int(UInt32.max) else {
      throw ArchiveError(.limit, "the compressed data are too long")
    }
    // zlib keeps the address of its state's owner, so that must not move.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer {
      inflateEnd(stream)
      stream.deinitialize(count: 1)
      stream.deallocate()
    }
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(stream, -15, ZLIB_VERSION, size) == Z_OK else {
      throw ArchiveError(.limit, "zlib has no memory for decompression")
    }
    let chunk = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 128 << 10)
    defer { chunk.deallocate() }
    var output: [UInt8] = []
    let consumed = try input.withUnsafeBufferPointer { source throws(ArchiveError) -> Int in
      stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
      stream.pointee.avail_in = UInt32(source.count)
      while true {
        stream.pointee.next_out = chunk.baseAddress
        stream.pointee.avail_out = UInt32(chunk.count)
        let status = inflate(stream, Z_NO_FLUSH)
        guard status == Z_OK || status == Z_STREAM_END else {
          throw ArchiveError(.corrupt, "the compressed data are broken or end too early")
        }
        let produced = chunk.count - Int(stream.pointee.avail_out)
        let total = output.count + produced
        guard total <= maximumSize else {
          throw ArchiveError(.limit, "it decompresses to more than \(maximumSize) bytes")
        }
        guard total <= limits.ratioFreeSize || total / max(1, source.count) < limits.ratio else {
          throw ArchiveError(.limit, "it decompresses to more than \(limits.ratio) times its size")
        }
        output.append(contentsOf: chunk[..<produced])
        if status == Z_STREAM_END { return source.count - Int(stream.pointee.avail_in) }
      }
    }
    return (output, consumed)
  }

  /// The CRC-32 of bytes, as ZIP and gzip use it.
  static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBufferPointer { UInt32(crc32_z(0, $0.baseAddress, $0.count)) }
  }
}

/// Little-endian numbers at a known offset; the caller has checked that the bytes are there.
extension [UInt8] {
  func littleEndian16(_ offset: Int) -> Int { Int(self[offset]) | Int(self[offset + 1]) << 8 }

  func littleEndian32(_ offset: Int) -> Int {
    littleEndian16(offset) | littleEndian16(offset + 2) << 16
  }
}
