// SPDX-License-Identifier: Apache-2.0

package import TUF
import Encodings

/// The files of a TUF repository over HTTP.
///
/// Names of roles and parts of target paths are percent-encoded, so that whatever they hold is one
/// part of a path. The repository's files are public and verified, so redirects may lead elsewhere.
package struct TUFRepositoryClient: RepositorySource {
  private let metadata: ServiceURL
  private let targets: ServiceURL
  private let transport: HTTPTransport

  /// Makes a client for the folders of metadata and targets.
  package init(metadata: ServiceURL, targets: ServiceURL, transport: HTTPTransport) {
    self.metadata = metadata
    self.targets = targets
    self.transport = transport
  }

  /// Makes a client for a repository whose targets are in its folder `targets`, as Sigstore's are.
  package init(repository: ServiceURL, transport: HTTPTransport) {
    self.init(
      metadata: repository, targets: repository.appending("targets/"),
      transport: transport)
  }

  /// The name of a metadata file in a URL.
  static func filename(_ request: MetadataRequest) -> String {
    (request.version.map { "\($0)." } ?? "") + PercentEncoding.encodeQueryValue(request.role)
      + ".json"
  }

  /// A metadata file; `nil` when the repository does not have it.
  ///
  /// - Throws: ``TransportError``.
  package func metadata(_ request: MetadataRequest) async throws -> [UInt8]? {
    try await document(
      metadata.appending(Self.filename(request)), limit: request.limit,
      purpose: "read the TUF metadata")
  }

  /// A target; `nil` when the repository does not have it.
  ///
  /// - Throws: ``TransportError``.
  package func target(_ path: [String], limit: Int) async throws -> [UInt8]? {
    let encoded = path.map(PercentEncoding.encodePathSegment).joined(separator: "/")
    return try await document(
      targets.appending(encoded), limit: limit, purpose: "read the TUF target")
  }

  private func document(_ url: ServiceURL, limit: Int, purpose: String) async throws -> [UInt8]? {
    var request = TransportRequest.get(url, purpose: purpose, accept: "*/*")
    request.answerLimit = limit
    request.followsToOtherHosts = true
    let answer = try await transport.send(request)
    // Object stores answer 403 for what is not there when the folder cannot be listed.
    if [403, 404, 410].contains(answer.status), !answer.isRateLimited { return nil }
    guard answer.isSuccess else { throw answer.error(of: request) }
    return answer.body
  }
}
