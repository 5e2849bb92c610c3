// SPDX-License-Identifier: Apache-2.0

import Encodings
package import PythonPackaging
import TrustedPublishing

/// The addresses of an index that files are published to.
package struct PublishingIndex: Hashable, Sendable {
  /// What a person calls it: `PyPI`, or the upload URL.
  package let name: String
  /// Where files are uploaded.
  package let uploadURL: ServiceURL
  /// The base of its simple API, where it is read.
  package let simpleURL: ServiceURL
  /// The audience that it must ask identity tokens for, where that is known.
  package let audience: String?
  /// Whether it may have a discovery document (PEP 807); the public ones have not.
  let mayBeDiscovered: Bool
  private let pagesURL: ServiceURL?

  /// The short names of the public indexes.
  package static let names = ["pypi", "testpypi"]

  /// The public index of a short name.
  ///
  /// - Throws: ``ServiceURLError`` for any other name.
  package init(named name: String) throws(ServiceURLError) {
    let host: String
    switch name {
    case "pypi": (self.name, host) = ("PyPI", "https://pypi.org")
    case "testpypi": (self.name, host) = ("TestPyPI", "https://test.pypi.org")
    default: throw ServiceURLError(description: "the public indexes are `pypi` and `testpypi`")
    }
    uploadURL = try ServiceURL(
      name == "pypi" ? "https://upload.pypi.org/legacy/" : "\(host)/legacy/")
    simpleURL = try ServiceURL("\(host)/simple/")
    pagesURL = try ServiceURL("\(host)/project/")
    audience = name
    mayBeDiscovered = false
  }

  /// An index by its upload URL.
  ///
  /// The address of a public index is that index, however it was written.
  ///
  /// - Parameters:
  ///   - uploadURL: where files are uploaded.
  ///   - simpleURL: where it is read; by default `simple/` in the place of `legacy/`.
  ///   - audience: the audience that it must ask for; any that is no other service's if `nil`.
  /// - Throws: ``ServiceURLError`` when `simpleURL` is needed.
  package init(
    uploadURL: ServiceURL, simpleURL: ServiceURL? = nil, audience: String? = nil
  ) throws(ServiceURLError) {
    for name in Self.names {
      let index = try PublishingIndex(named: name)
      if index.uploadURL.hasSameOrigin(as: uploadURL) {
        guard index.uploadURL == uploadURL, simpleURL == nil || simpleURL == index.simpleURL else {
          throw ServiceURLError(
            description: "\(index.name) takes uploads at \(index.uploadURL) only")
        }
        self = index
        return
      }
    }
    name = uploadURL.withoutQuery
    self.uploadURL = uploadURL
    if let simpleURL {
      self.simpleURL = simpleURL
    } else {
      guard let derived = Self.simpleURL(for: uploadURL) else {
        throw ServiceURLError(
          description: "the address of the simple API does not follow from this upload URL")
      }
      self.simpleURL = derived
    }
    // Whoever is another service's audience is not this index's, whatever a caller says.
    if let audience, AudienceRule.reserved.contains(audience.lowercased()),
      let problem = AudienceRule.problem(audience, expected: nil)
    {
      throw ServiceURLError(description: problem)
    }
    self.audience = audience
    mayBeDiscovered = true
    pagesURL = nil
  }

  private static func simpleURL(for uploadURL: ServiceURL) -> ServiceURL? {
    for ending in ["/legacy/", "/legacy"]
    where uploadURL.path.utf8.suffix(ending.utf8.count).elementsEqual(ending.utf8) {
      let folder = String(decoding: uploadURL.path.utf8.dropLast(ending.utf8.count), as: UTF8.self)
      return uploadURL.replacingPath("\(folder)/simple/")
    }
    return nil
  }

  /// Where a person looks at a release.
  package func page(of project: ProjectName, version: Version) -> ServiceURL {
    let name = PercentEncoding.encodePathSegment(project.normalized)
    guard let pagesURL else { return simpleURL.appending("\(name)/") }
    return pagesURL.appending(
      "\(name)/\(PercentEncoding.encodePathSegment(version.normalized))/")
  }

  /// The client that exchanges tokens at this index.
  ///
  /// - Throws: ``TransportError`` when the index cannot say where it does so.
  package func trustedPublishing(
    over transport: HTTPTransport
  ) async throws -> TrustedPublishingClient {
    mayBeDiscovered
      ? try await TrustedPublishingClient.discovered(uploadURL: uploadURL, transport: transport)
      : TrustedPublishingClient(uploadURL: uploadURL, transport: transport)
  }
}
