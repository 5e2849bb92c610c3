// SPDX-License-Identifier: Apache-2.0

import PythonPackaging
import SystemPackage

/// A `multipart/form-data` body (RFC 7578) of text fields and one file, which is read while the
/// body is sent.
struct MultipartBody: Sendable {
  /// Separates the parts; random, so that no content can hold it.
  let boundary: String
  /// The bytes.
  let content: FileBody

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
    self.boundary = boundary
    content = try FileBody(file, after: head, before: tail)
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
}
