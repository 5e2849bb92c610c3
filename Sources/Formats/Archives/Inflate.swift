// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Decompression of a raw deflate stream (RFC 1951) by zlib, piece by piece.
///
/// zlib accepts no more than the format has; what bounds the pieces together, and whether bytes may
/// follow the stream, is for the caller to say.
struct InflateStream: ~Copyable {
  /// Input bytes that the stream took so far.
  private(set) var consumed = 0
  /// Bytes that came out so far.
  private(set) var produced = 0
  /// Whether the stream has ended.
  private(set) var isFinished = false

  private let input: ArraySlice<UInt8>
  // zlib keeps the address of its state's owner, so that must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private let chunk: UnsafeMutableBufferPointer<UInt8>

  /// Starts to decompress.
  ///
  /// - Throws: ``ArchiveError`` of reason `limit`.
  init(_ input: ArraySlice<UInt8>) throws(ArchiveError) {
    guard input.count <= Int(UInt32.max) else {
      throw ArchiveError(.limit, "the compressed data are too long")
    }
    stream = try Self.start()
    chunk = .allocate(capacity: 64 << 10)
    self.input = input
  }

  private static func start() throws(ArchiveError) -> UnsafeMutablePointer<z_stream> {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(stream, -15, ZLIB_VERSION, size) == Z_OK else {
      stream.deinitialize(count: 1)
      stream.deallocate()
      throw ArchiveError(.limit, "zlib has no memory for decompression")
    }
    return stream
  }

  deinit {
    inflateEnd(stream)
    stream.deinitialize(count: 1)
    stream.deallocate()
    chunk.deallocate()
  }

  /// The next bytes, which stay until the next call; nothing at the end of the stream.
  ///
  /// - Throws: ``ArchiveError`` of reason `corrupt` for a broken or unfinished stream.
  mutating func next() throws(ArchiveError) -> UnsafeBufferPointer<UInt8> {
    while !isFinished {
      let (status, used, count) = step()
      consumed += used
      produced += count
      switch status {
      case Z_OK: break
      case Z_STREAM_END: isFinished = true
      case Z_BUF_ERROR: throw ArchiveError(.corrupt, "the compressed data end too early")
      default: throw ArchiveError(.corrupt, "the compressed data are broken")
      }
      if count > 0 { return UnsafeBufferPointer(rebasing: chunk[..<count]) }
    }
    return UnsafeBufferPointer(rebasing: chunk[..<0])
  }

  private func step() -> (status: Int32, used: Int, count: Int) {
    input.withUnsafeBufferPointer { source in
      let left = source.count - consumed
      stream.pointee.next_in = source.baseAddress.map {
        UnsafeMutablePointer(mutating: $0 + consumed)
      }
      stream.pointee.avail_in = UInt32(left)
      stream.pointee.next_out = chunk.baseAddress
      stream.pointee.avail_out = UInt32(chunk.count)
      let status = inflate(stream, Z_NO_FLUSH)
      return (
        status, left - Int(stream.pointee.avail_in), chunk.count - Int(stream.pointee.avail_out)
      )
    }
  }
}

/// Checksums, and streams that are judged as a whole.
enum Inflate {
  /// The CRC-32 of bytes, as ZIP and gzip use it.
  static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBufferPointer { crc32($0) }
  }

  /// The CRC-32 of more bytes after those that gave `checksum`.
  static func crc32(_ bytes: UnsafeBufferPointer<UInt8>, after checksum: UInt32 = 0) -> UInt32 {
    UInt32(truncatingIfNeeded: crc32_z(UInt(checksum), bytes.baseAddress, bytes.count))
  }

  /// Decompresses a file that is nothing but one deflate stream, and counts what comes out.
  ///
  /// - Throws: ``ArchiveError``, also when bytes follow the end of the stream.
  static func check(_ bytes: [UInt8], limits: ArchiveLimits) throws(ArchiveError) -> Int {
    try limits.checkArchiveSize(bytes.count)
    var stream = try InflateStream(bytes[...])
    while try !stream.next().isEmpty {
      try limits.check(unpacked: stream.produced, from: stream.consumed)
    }
    guard stream.consumed == bytes.count else {
      throw ArchiveError(.malformed, "bytes follow the compressed data")
    }
    return stream.produced
  }
}

/// Little-endian numbers at a known offset; the caller has checked that the bytes are there.
extension [UInt8] {
  func littleEndian16(_ offset: Int) -> Int { Int(self[offset]) | Int(self[offset + 1]) << 8 }

  func littleEndian32(_ offset: Int) -> Int {
    littleEndian16(offset) | littleEndian16(offset + 2) << 16
  }

  /// A number of 64 bits, of which one that does not fit gives the largest that does.
  func littleEndian64(_ offset: Int) -> Int {
    let high = littleEndian32(offset + 4)
    return high >= 1 << 31 ? .max : littleEndian32(offset) | high << 32
  }
}
