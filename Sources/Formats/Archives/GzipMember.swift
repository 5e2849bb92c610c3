// SPDX-License-Identifier: Apache-2.0

/// A gzip file of exactly one member (RFC 1952), decompressed.
///
/// The format allows several members one after another and readers differ in what they make of
/// bytes after the first; here the member must be the whole file.
package struct GzipMember: Sendable {
  /// The header.
  package let header: GzipHeader
  /// The deflate stream as it stands in the file.
  package let compressed: ArraySlice<UInt8>
  /// The decompressed bytes.
  package let contents: [UInt8]

  /// The modification time of the header, in seconds since the epoch; 0 means none.
  package var modificationTime: Int { header.modificationTime }

  /// Decompresses a file.
  ///
  /// - Throws: ``ArchiveError``.
  package init(
    parsing bytes: [UInt8], limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) {
    var stream = try GzipStream(bytes, limits: limits)
    var output: [UInt8] = []
    output.reserveCapacity(stream.likelySize)
    while true {
      let piece = try stream.next()
      guard !piece.isEmpty else { break }
      output.append(contentsOf: piece)
    }
    header = stream.header
    compressed = stream.compressed
    contents = output
  }
}

/// A gzip file of exactly one member, decompressed piece by piece within limits.
///
/// Checksum and size are compared when the stream ends, so nothing before may be relied on until
/// ``next()`` has given an empty piece.
struct GzipStream: ~Copyable {
  let header: GzipHeader
  let compressed: ArraySlice<UInt8>
  private let limits: ArchiveLimits
  private let checksum: UInt32
  private let size: UInt32
  private var inflate: InflateStream
  private var actual: UInt32 = 0

  /// Reads the header, and refuses a trailer that announces too much.
  ///
  /// - Throws: ``ArchiveError``.
  init(_ bytes: [UInt8], limits: ArchiveLimits) throws(ArchiveError) {
    try limits.checkArchiveSize(bytes.count)
    let (header, start) = try GzipHeader.parse(bytes)
    let trailer = bytes.count - GzipHeader.trailerSize
    let size = UInt32(bytes.littleEndian32(trailer + 4))
    // A lie here is found at the end; the truth spares the work of getting there.
    try limits.check(unpacked: Int(size), from: bytes.count)
    inflate = try InflateStream(bytes[start..<trailer])
    self.header = header
    self.limits = limits
    self.size = size
    compressed = bytes[start..<trailer]
    checksum = UInt32(bytes.littleEndian32(trailer))
  }

  /// Bytes that may come out if the trailer is right and the compression possible.
  var likelySize: Int { min(Int(size), limits.unpackedSize, compressed.count * 1_032) }

  /// The next bytes, which stay until the next call; nothing at the end of the file.
  ///
  /// - Throws: ``ArchiveError``.
  mutating func next() throws(ArchiveError) -> UnsafeBufferPointer<UInt8> {
    let piece = try inflate.next()
    guard piece.isEmpty else {
      try limits.check(unpacked: inflate.produced, from: inflate.consumed)
      actual = Inflate.crc32(piece, after: actual)
      return piece
    }
    guard inflate.consumed == compressed.count else {
      throw ArchiveError(.malformed, "bytes follow the first gzip member")
    }
    guard actual == checksum, UInt32(truncatingIfNeeded: inflate.produced) == size else {
      throw ArchiveError(.corrupt, "the gzip checksum or size does not match")
    }
    return piece
  }
}
