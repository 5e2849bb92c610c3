// SPDX-License-Identifier: Apache-2.0

import Encodings

/// A folder on a web server where evidence lies beside files, such as the assets of a release.
///
/// Forges keep assets elsewhere and redirect there, so a redirect may lead to another host, over
/// TLS. What comes back is evidence to judge, wherever it is from.
package struct EvidenceFolderClient: Sendable {
  /// Bytes of one document.
  static let documentLimit = 16 << 20

  private let folder: ServiceURL
  private let transport: HTTPTransport

  /// Makes a client for a folder, such as
  /// `https://github.com/owner/name/releases/download/v1.0.0/`.
  package init(folder: ServiceURL, transport: HTTPTransport) {
    self.folder = folder
    self.transport = transport
  }

  /// The address of a name in a folder.
  package static func address(of name: String, in folder: ServiceURL) -> ServiceURL {
    folder.appending(PercentEncoding.encodePathSegment(name))
  }

  /// Reads a document; `nil` when the folder has none of this name.
  ///
  /// - Throws: ``TransportError``.
  package func document(named name: String) async throws -> [UInt8]? {
    var request = TransportRequest.get(
      Self.address(of: name, in: folder), purpose: "look for `\(name)`",
      accept: "application/json, */*;q=0.9")
    request.answerLimit = Self.documentLimit
    request.followsToOtherHosts = true
    let answer = try await transport.send(request)
    if answer.status == 404 || answer.status == 410 { return nil }
    guard answer.isSuccess else { throw answer.error(of: request) }
    return answer.body
  }
}
