// SPDX-License-Identifier: Apache-2.0

import NIOCore
import SystemPackage

/// A body that is a file, with bytes before and after it; the file is read while it is sent.
///
/// The length is known beforehand, so that the request needs no chunked encoding, which some
/// services do not take.
struct FileBody: AsyncSequence, Sendable {
  typealias Element = ByteBuffer

  /// Bytes of the whole body.
  let length: Int64
  private let head: [UInt8]
  private let tail: [UInt8]
  private let file: FilePath

  /// Lays the body out; the file's size is taken now.
  init(_ file: FilePath, after head: [UInt8] = [], before tail: [UInt8] = []) throws(LocalFileError)
  {
    let size: Int64
    do {
      let descriptor = try SystemPackage.FileDescriptor.open(
        file, .readOnly, options: [.closeOnExec])
      size = try descriptor.closeAfter { try descriptor.seek(offset: 0, from: .end) }
    } catch {
      throw LocalFileError("read", file, error)
    }
    self.head = head
    self.tail = tail
    self.file = file
    length = Int64(head.count) + size + Int64(tail.count)
  }

  func makeAsyncIterator() -> Iterator { Iterator(head: head, file: file, tail: tail) }

  struct Iterator: AsyncIteratorProtocol {
    private enum Position {
      case head
      case file(OpenFile)
      case end
    }
    private static let chunkSize = 256 << 10
    private var position = Position.head
    private let head: [UInt8]
    private let file: FilePath
    private let tail: [UInt8]

    init(head: [UInt8], file: FilePath, tail: [UInt8]) {
      self.head = head
      self.file = file
      self.tail = tail
    }

    mutating func next() async throws -> ByteBuffer? {
      switch position {
      case .head:
        position = .file(try OpenFile(file))
        return ByteBuffer(bytes: head)
      case .file(let open):
        let chunk = try open.read(Self.chunkSize)
        if !chunk.isEmpty { return ByteBuffer(bytes: chunk) }
        position = .end
        return ByteBuffer(bytes: tail)
      case .end:
        return nil
      }
    }
  }

  /// A file that is closed when nobody reads it any more.
  private final class OpenFile: Sendable {
    private let path: FilePath
    private let descriptor: SystemPackage.FileDescriptor

    init(_ path: FilePath) throws(LocalFileError) {
      self.path = path
      do {
        descriptor = try SystemPackage.FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
      } catch {
        throw LocalFileError("read", path, error)
      }
    }

    deinit { try? descriptor.close() }

    func read(_ size: Int) throws(LocalFileError) -> [UInt8] {
      do {
        return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
          count = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
      } catch {
        throw LocalFileError("read", path, error)
      }
    }
  }
}
