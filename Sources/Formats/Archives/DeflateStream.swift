// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Compression to a raw deflate stream (RFC 1951) by zlib.
///
/// The same bytes and level give the same stream wherever the library is the same; another
/// implementation of zlib may choose other matches, so streams of two machines are compared by
/// what they decompress to.
struct DeflateStream: ~Copyable {
  /// The compressed bytes so far.
  private(set) var output: [UInt8] = []

  // zlib keeps the address of its state's owner, so that must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private let chunk: UnsafeMutableBufferPointer<UInt8>

  /// Starts a stream.
  ///
  /// - Throws: ``ArchiveError`` when there is no memory.
  init(level: Int32) throws(ArchiveError) {
    stream = try Self.start(level)
    chunk = .allocate(capacity: 64 << 10)
  }

  private static func start(_ level: Int32) throws(ArchiveError) -> UnsafeMutablePointer<z_stream> {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let size = Int32(MemoryLayout<z_stream>.size)
    // Window and memory as Python's zipfile and gzip ask for them.
    guard
      deflateInit2_(
        stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
    else {
      stream.deinitialize(count: 1)
      stream.deallocate()
      throw ArchiveError(.limit, "zlib has no memory for compression")
    }
    return stream
  }

  deinit {
    deflateEnd(stream)
    stream.deinitialize(count: 1)
    stream.deallocate()
    chunk.deallocate()
  }

  /// Compresses more bytes.
  mutating func write(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while !rest.isEmpty {
      // zlib counts in 32 bits.
      let part = rest.prefix(1 << 30)
      run(part, flush: Z_NO_FLUSH)
      rest = rest.dropFirst(part.count)
    }
  }

  /// Ends the stream, and gives all of its bytes.
  consuming func finish() -> [UInt8] {
    run([], flush: Z_FINISH)
    return output
  }

  private mutating func run(_ input: ArraySlice<UInt8>, flush: Int32) {
    input.withUnsafeBufferPointer { source in
      stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
      stream.pointee.avail_in = UInt32(source.count)
      repeat {
        stream.pointee.next_out = chunk.baseAddress
        stream.pointee.avail_out = UInt32(chunk.count)
        _ = deflate(stream, flush)
        output.append(contentsOf: chunk[..<(chunk.count - Int(stream.pointee.avail_out))])
      } while stream.pointee.avail_out == 0
    }
  }
}
