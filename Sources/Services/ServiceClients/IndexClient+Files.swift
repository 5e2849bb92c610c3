// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import PythonPackaging

extension IndexClient {
  /// Most bytes of one file.
  package static let fileLimit = 4 << 30

  /// Where a project's page is.
  package func pageURL(of project: ProjectName) -> ServiceURL {
    simpleURL.appending("\(PercentEncoding.encodePathSegment(project.normalized))/")
  }

  /// Where a file of a page is.
  ///
  /// - Throws: ``TransportError`` for an address that a page must not lead to.
  package func address(
    of file: SimpleIndex.File, of page: Page
  ) throws(TransportError) -> ServiceURL {
    try address(file.url, of: page)
  }

  /// Where the provenance object of a file is, if the page names one.
  ///
  /// - Throws: ``TransportError`` for an address that a page must not lead to.
  package func provenanceAddress(
    of file: SimpleIndex.File, of page: Page
  ) throws(TransportError) -> ServiceURL? {
    guard let reference = file.provenance else { return nil }
    return try address(reference, of: page)
  }

  /// Reads a file and keeps nothing of it but its digest and size.
  ///
  /// - Parameters:
  ///   - url: where the file is.
  ///   - filename: its name, for messages.
  ///   - promised: the digest that the index gives, if any.
  ///   - limit: most bytes of the file.
  /// - Returns: digest and size.
  /// - Throws: ``TransportError``, with reason `differs` for a file of another digest.
  package func digest(
    of url: ServiceURL, filename: String, promised: SHA256Hash?, limit: Int = IndexClient.fileLimit
  ) async throws -> (sha256: SHA256Hash, size: Int64) {
    var request = TransportRequest.get(url, purpose: "read `\(filename)`", accept: "*/*")
    request.answerLimit = limit
    let (digest, size) = try await transport.digest(request)
    guard promised == nil || promised == digest else {
      throw request.error(
        .differs,
        "the file's SHA-256 is \(digest), the index says \(promised?.hexadecimal ?? "nothing")")
    }
    return (digest, size)
  }
}
