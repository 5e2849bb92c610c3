// SPDX-License-Identifier: Apache-2.0

import Encodings
package import SystemPackage
package import TrustedPublishing

/// An index with the legacy upload API (`POST …/legacy/`).
package struct UploadClient: Sendable {
  private let url: ServiceURL
  private let transport: HTTPTransport

  /// Makes a client for an upload URL.
  package init(url: ServiceURL, transport: HTTPTransport) {
    self.url = url
    self.transport = transport
  }

  /// Uploads one file; it is read while it is sent.
  ///
  /// - Throws: ``UploadRefusal`` with the index's own words, ``TransportError``,
  ///   ``LocalFileError``.
  package func upload(
    _ upload: DistributionUpload, file: FilePath, token: UploadToken
  ) async throws {
    let body = try MultipartBody(
      fields: upload.fields, fileField: DistributionUpload.contentField,
      filename: upload.filename, file: file)
    let credentials = Base64.encode(Array("__token__:\(token.unsafelyRevealedText)".utf8))
    let request = TransportRequest(
      purpose: "upload `\(upload.filename)`", method: .post, url: url,
      headers: [
        ("Accept", "application/json;q=0.9, text/plain;q=0.8, text/html;q=0.7"),
        ("Authorization", "Basic \(credentials)"),
        ("Content-Type", "multipart/form-data; boundary=\(body.boundary)"),
      ],
      body: .multipart(body), isIdempotent: false, carriesSecret: true, timeout: .seconds(600))
    let answer = try await transport.send(request)
    guard answer.isSuccess else {
      guard answer.status < 500 else {
        throw request.error(.status(answer.status), answer.statusText)
      }
      throw UploadRefusal(
        filename: upload.filename, url: url.withoutQuery, status: answer.status,
        message: answer.message)
    }
  }
}

/// An index refused a file, and said why.
package struct UploadRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file's name.
  package let filename: String
  /// The upload URL.
  package let url: String
  /// The HTTP status.
  package let status: Int
  /// The index's own words, if it gave any.
  package let message: String?

  /// Whether the index says that it has a file of this name with other content; all indexes use
  /// these words, because clients look for them.
  package var isConflict: Bool {
    guard let message else { return status == 409 }
    return status == 409 || message.lowercased().contains("already exist")
  }

  /// One sentence.
  package var description: String {
    let text = message.map { ": \($0)" } ?? ""
    return "the index at \(url) refused `\(filename)` with status \(status)\(text)"
  }
}
