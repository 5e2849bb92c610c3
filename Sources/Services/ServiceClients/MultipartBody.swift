// SPDX-License-Identifier: Apache-2.0

import NIOCore
import PythonPackaging
import SystemPackage

/// A `multipart/form-data` body (RFC 7578) of text fields and one file, which is read while the
/// body is sent.
///
/// The length is known beforehand, so that the request needs no chunked encoding, which some
/// indexes do not take.
struct MultipartBody: AsyncSequence, Sendable {
  typealias Element = ByteBuffer

  /// Separates the parts; random, so that no content can hold it.
  let boundary: String
  /// Bytes of the whole body.
  let length: Int64
  private let head: [UInt8]
  private let tail: [UInt8]
  private let file: FilePath

  /// Lays the body out; the file's size is taken now.
  init(
    fields: [UploadFormField], fileField: String, filename: String, file: FilePath,
    boundary: String? = nil
  ) throws(LocalFileError) {
    let words = [UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max)]
    let boundary = boundary ?? "hallmark-" + words.map { String($0, radix: 36) }.joined()
    var head: [UInt8] = []
    for field in fields {
      head += "--\(boundary)\r\n".utf8
      head += "Content-Disposition: form-data; name=\"\(Self.quoted(field.name))\"\r\n".utf8
      head += "\r\n".utf8
      head += "\(field.value)\r\n".utf8
    }
    head += "--\(boundary)\r\n".utf8
    head += "Content-Disposition: form-data; name=\"\(Self.quoted(fileField))\"; ".utf8
    head += "filename=\"\(Self.quoted(filename))\"\r\n".utf8
    head += "Content-Type: application/octet-stream\r\n\r\n".utf8
    let tail = Array("\r\n--\(boundary)--\r\n".utf8)
    let size: Int64
    do {
      let descriptor = try SystemPackage.FileDescriptor.open(
        file, .readOnly, options: [.closeOnExec])
      size = try descriptor.closeAfter { try descriptor.seek(offset: 0, from: .end) }
    } catch {
      throw LocalFileError("read", file, error)
    }
    self.boundary = boundary
    self.head = head
    self.tail = tail
    self.file = file
    length = Int64(head.count) + size + Int64(tail.count)
  }

  // HTML's form submission: only these three characters would end the quoted name.
  private static func quoted(_ text: String) -> String {
    var output: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): output += "%22".utf8
      case 0x0a: output += "%0A".utf8
      case 0x0d: output += "%0D".utf8
      default: output.append(byte)
      }
    }
    return String(decoding: output, as: UTF8.self)
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
