// SPDX-License-Identifier: Apache-2.0

import Encodings

/// An upload form as a client writes it.
struct TestForm: Sendable {
  static let boundary = "boundary-of-the-test"

  var fields: [(String, String)]
  var filename: String
  var contentType = "application/octet-stream"
  var contents: [UInt8]?

  /// The form of a good upload.
  init(
    _ distribution: SampleDistribution, name: String = "greeting", version: String = "1.0",
    attestations: String? = nil
  ) {
    let isWheel = distribution.filename.hasSuffix(".whl")
    fields = [
      (":action", "file_upload"), ("protocol_version", "1"), ("metadata_version", "2.4"),
      ("name", name), ("version", version), ("filetype", isWheel ? "bdist_wheel" : "sdist"),
      ("pyversion", isWheel ? "py3" : "source"),
      ("sha256_digest", SHA256Hash(hashing: distribution.bytes).hexadecimal),
      ("classifiers", "Topic :: Utilities"), ("classifiers", "Typing :: Typed"),
    ]
    if let attestations { fields.append(("attestations", attestations)) }
    filename = distribution.filename
    contents = distribution.bytes
  }

  /// The same with a field set to another value, or without it.
  func with(_ name: String, _ value: String?) -> TestForm {
    var form = self
    form.fields.removeAll { $0.0 == name }
    if let value { form.fields.append((name, value)) }
    return form
  }

  var body: [UInt8] {
    var text: [UInt8] = []
    for (name, value) in fields {
      text += "--\(Self.boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n".utf8
      text += "\(value)\r\n".utf8
    }
    if let contents {
      text += "--\(Self.boundary)\r\n".utf8
      text += "Content-Disposition: form-data; name=\"content\"; filename=\"\(filename)\"\r\n".utf8
      text += "Content-Type: \(contentType)\r\n\r\n".utf8
      text += contents + [0x0d, 0x0a]
    }
    return text + Array("--\(Self.boundary)--\r\n".utf8)
  }
}
