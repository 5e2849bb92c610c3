// SPDX-License-Identifier: Apache-2.0

/// The bytes of a tar archive, from first to last.
protocol TarSource: ~Copyable {
  /// Bytes that were taken or skipped so far.
  var position: Int { get }

  /// The next bytes: `count` of them, or what is left.
  mutating func take(_ count: Int) throws(ArchiveError) -> ArraySlice<UInt8>

  /// Passes over the next bytes and says how many there were: `count`, or what is left.
  mutating func skip(_ count: Int) throws(ArchiveError) -> Int
}

/// An archive in memory.
struct TarBytes: TarSource {
  let bytes: [UInt8]
  private(set) var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func take(_ count: Int) -> ArraySlice<UInt8> {
    let end = position + min(count, bytes.count - position)
    defer { position = end }
    return bytes[position..<end]
  }

  mutating func skip(_ count: Int) -> Int {
    let passed = min(count, bytes.count - position)
    position += passed
    return passed
  }
}

/// An archive that is decompressed while it is read, and never held as a whole.
struct GunzippedTar: TarSource, ~Copyable {
  private(set) var position = 0
  private var stream: GzipStream
  // What came out last and was not yet taken; it stays until the stream is asked for more.
  private var piece = UnsafeBufferPointer<UInt8>(start: nil, count: 0)

  init(_ stream: consuming GzipStream) {
    self.stream = stream
  }

  mutating func take(_ count: Int) throws(ArchiveError) -> ArraySlice<UInt8> {
    var output: [UInt8] = []
    output.reserveCapacity(count)
    while output.count < count, try fill() {
      let part = min(count - output.count, piece.count)
      output.append(contentsOf: piece[..<part])
      piece = UnsafeBufferPointer(rebasing: piece[part...])
    }
    position += output.count
    return output[...]
  }

  mutating func skip(_ count: Int) throws(ArchiveError) -> Int {
    var passed = 0
    while passed < count, try fill() {
      let part = min(count - passed, piece.count)
      passed += part
      piece = UnsafeBufferPointer(rebasing: piece[part...])
    }
    position += passed
    return passed
  }

  // Whether there are bytes; at the end of the file the checksum has been compared.
  private mutating func fill() throws(ArchiveError) -> Bool {
    if piece.isEmpty { piece = try stream.next() }
    return !piece.isEmpty
  }
}
