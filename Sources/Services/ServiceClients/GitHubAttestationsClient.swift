// SPDX-License-Identifier: Apache-2.0

import Archives
package import Encodings

/// The attestations that GitHub keeps for a digest (REST API, "List attestations").
///
/// `GET /repos/{owner}/{repository}/attestations/sha256:{hex}`, or `/orgs/…` and `/users/…`, answers
/// with `{"attestations": [{"bundle": {…}, "bundle_url": …, "repository_id": …}]}` in pages that the
/// header `Link` connects. Public repositories are read without a login, and nothing else is tried:
/// this client has no credentials.
package struct GitHubAttestationsClient: Sendable {
  /// Whose attestations are asked for.
  package enum Scope: Hashable, Sendable {
    /// Those of one repository.
    case repository(owner: String, name: String)
    /// Those of an organisation's repositories.
    case organization(String)
    /// Those of a person's repositories.
    case user(String)
  }

  /// One attestation of the answer.
  package struct Attestation: Hashable, Sendable {
    /// Where it came from: the address that was asked, and the position in its answer.
    package let place: String
    /// The Sigstore bundle, as JSON; unverified.
    package let bundle: [UInt8]
  }

  /// Pages that are read at most.
  package static let pageLimit = 10
  /// Attestations of a page; the API's own maximum.
  package static let pageSize = 100
  /// Bytes of one page.
  static let answerLimit = 16 << 20
  /// Bytes of all bundles together.
  static let totalLimit = 48 << 20
  /// Bytes of one bundle that the answer keeps elsewhere, uncompressed.
  static let bundleLimit = 16 << 20

  private let api: ServiceURL
  private let transport: HTTPTransport

  /// Makes a client for the base of the API, such as `https://api.github.com`.
  package init(api: ServiceURL, transport: HTTPTransport) {
    self.api = api
    self.transport = transport
  }

  /// The first address that is asked for a digest's attestations.
  package static func address(
    of digest: SHA256Hash, in scope: Scope, at api: ServiceURL
  ) -> ServiceURL {
    let segment = PercentEncoding.encodePathSegment
    let owner =
      switch scope {
      case .repository(let owner, let name): "repos/\(segment(owner))/\(segment(name))"
      case .organization(let name): "orgs/\(segment(name))"
      case .user(let name): "users/\(segment(name))"
      }
    return api.appending(
      "\(owner)/attestations/sha256:\(digest.hexadecimal)", query: "per_page=\(pageSize)")
  }

  /// The attestations of a digest; empty when there are none, or no such repository.
  ///
  /// - Throws: ``TransportError``; also when there are more pages than ``pageLimit``, since what is
  ///   on them is not known.
  package func attestations(
    of digest: SHA256Hash, in scope: Scope
  ) async throws -> [Attestation] {
    var found: [Attestation] = []
    var next: ServiceURL? = Self.address(of: digest, in: scope, at: api)
    var pages = 0
    while let url = next {
      var request = TransportRequest.get(
        url, purpose: "read GitHub's attestations", accept: "application/vnd.github+json")
      request.headers.append(("X-GitHub-Api-Version", "2022-11-28"))
      request.answerLimit = Self.answerLimit
      guard pages < Self.pageLimit else {
        throw request.error(.tooLarge, "the list has more than \(Self.pageLimit) pages")
      }
      pages += 1
      let answer = try await transport.send(request)
      if answer.status == 404, pages == 1 { return [] }
      guard answer.isSuccess else { throw answer.error(of: request) }
      found += try await attestations(in: answer.body, of: request)
      guard found.reduce(0, { $0 + $1.bundle.count }) <= Self.totalLimit else {
        throw request.error(.tooLarge, "the bundles have more than \(Self.totalLimit) bytes")
      }
      next = try answer.link.flatMap { try request.nextPage($0) }
    }
    return found
  }

  private func attestations(
    in body: [UInt8], of request: TransportRequest
  ) async throws -> [Attestation] {
    var found: [Attestation] = []
    var elsewhere: [(place: String, url: String)] = []
    do {
      let limits = JSONLimits(size: Self.answerLimit)
      let root = try JSONNode(parsing: body, limits: limits)
      for node in try root.required("attestations").array(limit: Self.pageSize) {
        let place = "\(request.url.withoutQuery) (\(node.path))"
        if let bundle = try node.optional("bundle") {
          _ = try bundle.object()
          found.append(
            Attestation(place: place, bundle: Array(bundle.value.compactText.utf8)))
        } else {
          elsewhere.append((place, try node.required("bundle_url").string()))
        }
      }
    } catch {
      throw request.error(.badAnswer, "the answer is not a list of attestations: \(error)")
    }
    for item in elsewhere {
      found.append(
        Attestation(place: item.place, bundle: try await bundle(at: item.url, of: request)))
    }
    return found
  }

  /// A bundle that the list only points to: JSON in one block of Snappy.
  private func bundle(at text: String, of page: TransportRequest) async throws -> [UInt8] {
    guard let url = try? ServiceURL(text), url.isSecure || (!api.isSecure && url.isLoopback) else {
      throw page.error(.badAnswer, "an attestation's `bundle_url` is no usable https URL")
    }
    var request = TransportRequest.get(url, purpose: "read an attestation's bundle", accept: "*/*")
    request.answerLimit = Self.bundleLimit
    let answer = try await transport.send(request)
    guard answer.isSuccess else { throw answer.error(of: request) }
    // Some stores have undone the compression already.
    if answer.body.first == UInt8(ascii: "{"),
      answer.body.last.map({ "}\n".utf8.contains($0) })
        == true
    {
      return answer.body
    }
    do {
      return try SnappyBlock.decode(answer.body, limit: Self.bundleLimit)
    } catch {
      throw request.error(.badAnswer, "the bundle is not compressed by Snappy: \(error)")
    }
  }
}
