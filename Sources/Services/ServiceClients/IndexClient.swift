// SPDX-License-Identifier: Apache-2.0

import Crypto
package import Encodings
import NIOCore
package import PythonPackaging
package import SystemPackage
import TrustedPublishing

/// An index that is read by the simple API in JSON (PEP 691) and the integrity API (PEP 740).
package struct IndexClient: Sendable {
  /// A project's page, with its address, which the files' addresses are relative to.
  package struct Page: Sendable {
    /// Where the page is.
    package let url: ServiceURL
    /// What it lists.
    package let page: SimpleIndex.ProjectPage
  }

  let simpleURL: ServiceURL
  let transport: HTTPTransport

  /// Makes a client for the base of the simple API, such as `https://example.org/simple/`.
  package init(simpleURL: ServiceURL, transport: HTTPTransport) {
    self.simpleURL = simpleURL
    self.transport = transport
  }

  /// Reads a project's page.
  ///
  /// - Parameters:
  ///   - project: the project.
  ///   - isFresh: whether caches on the way are asked not to answer.
  /// - Returns: the page; `nil` when the index does not know the project.
  /// - Throws: ``TransportError``.
  package func page(of project: ProjectName, isFresh: Bool = false) async throws -> Page? {
    var request = TransportRequest.get(
      pageURL(of: project), purpose: "read the index's page of `\(project)`",
      accept: SimpleIndex.jsonContentType)
    if isFresh { request.headers.append(("Cache-Control", "no-cache")) }
    request.answerLimit = 64 << 20
    let answer = try await transport.send(request)
    if answer.status == 404 { return nil }
    guard answer.isSuccess else { throw answer.error(of: request) }
    do {
      let page = try SimpleIndex.ProjectPage(
        parsingJSON: answer.body,
        limits: JSONLimits(size: request.answerLimit, depth: 16, values: 2_000_000))
      return Page(url: request.url, page: page)
    } catch {
      throw request.error(.badAnswer, "the answer is not a page of the simple API: \(error)")
    }
  }

  /// Downloads a file of a page to a path.
  ///
  /// The digest is computed while the bytes arrive; a file of another digest never gets its name.
  ///
  /// - Parameters:
  ///   - file: the file as the page lists it.
  ///   - page: the page.
  ///   - path: where the file goes.
  ///   - limit: most bytes of the file.
  ///   - expected: the digest to demand; the page's own if `nil`.
  /// - Returns: digest and size.
  /// - Throws: ``TransportError``, ``LocalFileError``.
  @discardableResult
  package func download(
    _ file: SimpleIndex.File, of page: Page, to path: FilePath, limit: Int = 1 << 30,
    expected: SHA256Hash? = nil
  ) async throws -> (sha256: SHA256Hash, size: Int64) {
    var request = TransportRequest.get(
      try address(file.url, of: page), purpose: "download `\(file.filename)`", accept: "*/*")
    request.answerLimit = limit
    request.timeout = .seconds(600)
    request.followsToOtherHosts = true
    var pending = try PendingFile(path)
    var hash = SHA256()
    var size: Int64 = 0
    try await transport.download(
      request,
      restart: {
        try pending.restart()
        hash = SHA256()
        size = 0
      },
      consume: { chunk in
        chunk.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        size += Int64(chunk.readableBytes)
        try pending.write(chunk.readableBytesView)
      })
    let digest = SHA256Hash(hash.finalize())
    guard let expected = expected ?? file.sha256 else {
      throw request.error(.badAnswer, "the index gives no SHA-256 for the file")
    }
    guard digest == expected else {
      throw request.error(.differs, "the file's SHA-256 is \(digest), expected \(expected)")
    }
    try pending.commit()
    return (digest, size)
  }

  /// Reads the provenance object of a file.
  ///
  /// - Parameters:
  ///   - file: the file as the page lists it.
  ///   - page: the page.
  ///   - isFresh: whether caches on the way are asked not to answer.
  /// - Returns: its bytes; `nil` when the index has none.
  /// - Throws: ``TransportError``.
  package func provenance(
    of file: SimpleIndex.File, of page: Page, isFresh: Bool = false
  ) async throws -> [UInt8]? {
    guard let reference = file.provenance else { return nil }
    var request = TransportRequest.get(
      try address(reference, of: page), purpose: "read the provenance of `\(file.filename)`",
      accept: "application/vnd.pypi.integrity.v1+json, application/json;q=0.9")
    if isFresh { request.headers.append(("Cache-Control", "no-cache")) }
    request.answerLimit = 8 << 20
    let answer = try await transport.send(request)
    if answer.status == 404 { return nil }
    guard answer.isSuccess else { throw answer.error(of: request) }
    return answer.body
  }

  func address(_ reference: String, of page: Page) throws(TransportError) -> ServiceURL {
    do {
      let url = try page.url.resolving(reference)
      guard url.isSecure || !page.url.isSecure else {
        throw ServiceURLError(description: "an `https` page must not lead to an `http` address")
      }
      return url
    } catch {
      throw TransportError(
        .badAnswer, purpose: "use the index's page", url: page.url, detail: "\(error)")
    }
  }
}
