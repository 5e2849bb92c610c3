// SPDX-License-Identifier: Apache-2.0

import Encodings
package import SystemPackage
package import TrustedPublishing

/// An index with the legacy upload API (`POST …/legacy/`).
package struct UploadClient: Sendable {
  /// How an upload ended.
  package enum Outcome: Sendable {
    /// The index has the file.
    case stored
    /// The index does not take it, and said why.
    case refused(UploadRefusal)
    /// The index may have the file or not; how long it wants to be left alone, if it said.
    case unclear(TransportError, retryAfter: Duration?)
  }

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
    switch try await attempt(upload, file: file, token: token) {
    case .stored: return
    case .refused(let refusal): throw refusal
    case .unclear(let error, _): throw error
    }
  }

  /// Uploads one file once, and tells apart whether the index can have it.
  ///
  /// - Throws: ``TransportError`` when nothing was sent or the index redirects,
  ///   ``LocalFileError``, `CancellationError`.
  package func attempt(
    _ upload: DistributionUpload, file: FilePath, token: UploadToken
  ) async throws -> Outcome {
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
      body: .file(body.content), isIdempotent: false, carriesSecret: true, timeout: .seconds(600))
    let answer: TransportAnswer
    do {
      answer = try await transport.send(request)
    } catch let error as TransportError
      where [.unreachable, .timeout, .tooLarge].contains(error.reason)
    {
      return .unclear(error, retryAfter: nil)
    }
    if answer.isSuccess { return .stored }
    let secrets = [token.unsafelyRevealedText, credentials]
    if answer.status >= 500 || answer.isRateLimited {
      return .unclear(
        answer.error(of: request, withholding: secrets),
        retryAfter: RetryBudget.seconds(of: answer.retryAfter).map { .seconds($0) })
    }
    return .refused(
      UploadRefusal(
        filename: upload.filename, url: url.withoutQuery, status: answer.status,
        message: answer.repeats(secrets) ? nil : answer.message))
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

  // What indexes say when the name is taken, in lower case; clients look for these words.
  private static let conflictWords = [
    "already exist", "already been taken", "previously used by a file", "updating asset",
    "overwrite artifact",
  ]

  /// Whether the index says that the file's name is taken.
  package var isConflict: Bool {
    guard let message else { return status == 409 }
    let lowered = message.lowercased()
    return status == 409 || Self.conflictWords.contains { lowered.contains($0) }
  }

  /// Whether the index refuses who asks, and not the file.
  package var isAuthenticationRefusal: Bool { (status == 401 || status == 403) && !isConflict }

  /// One sentence.
  package var description: String {
    let text = message.map { ": \($0)" } ?? ""
    return "the index at \(url) refused `\(filename)` with status \(status)\(text)"
  }
}
