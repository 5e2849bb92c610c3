// SPDX-License-Identifier: Apache-2.0

package import Encodings
import SystemPackage
package import TrustedPublishing

/// A release of a GitHub repository (REST API, "Releases", "Release assets", "Git references").
///
/// A draft is found by listing, since only published releases are found by their tag. Files go to
/// the host that the release names in `upload_url`, which must be the API's own or its `uploads`
/// neighbour. A published release may be immutable, and then takes no files.
package struct GitHubReleases: ForgeService {
  package let reference: ForgeReference
  package var hasDrafts: Bool { true }

  private let api: ForgeAPI
  private let isPrerelease: Bool

  /// Makes a client.
  ///
  /// - Parameters:
  ///   - reference: the release.
  ///   - base: the base of the API, such as `https://api.github.com`.
  ///   - token: the token; `nil` only reads what is public.
  ///   - isPrerelease: whether a new release is marked as one.
  ///   - transport: the transport.
  package init(
    _ reference: ForgeReference, api base: ServiceURL, token: ForgeToken?, isPrerelease: Bool,
    transport: HTTPTransport
  ) {
    self.reference = reference
    self.isPrerelease = isPrerelease
    api = ForgeAPI(
      base: base, token: token, transport: transport,
      headers: [("X-GitHub-Api-Version", "2022-11-28")])
  }

  private static let accept = "application/vnd.github+json"

  private func url(_ path: String, query: String? = nil) -> ServiceURL {
    api.base.appending("repos/\(reference.project)/\(path)", query: query)
  }

  package func current() async throws -> ForgeRelease {
    let commit = try await commit()
    let request = api.request(
      .get, url("releases/tags/\(PercentEncoding.encodePathSegment(reference.tag))"),
      purpose: "look for the release", accept: Self.accept)
    let found: Found
    if let document = try await api.document(request, absent: [404]) {
      found = try ForgeAPI.reading(request) { try Found(document) }
    } else if let draft = try await draft() {
      found = draft
    } else {
      return ForgeRelease(
        state: .absent, number: 0, commit: commit, assets: [], visibleNames: [], page: "")
    }
    return try await release(found, commit: commit)
  }

  /// The commit that the tag stands for.
  private func commit() async throws -> String {
    let tag = reference.tag.split(separator: "/", omittingEmptySubsequences: false)
      .map { PercentEncoding.encodePathSegment(String($0)) }.joined(separator: "/")
    var request = api.request(
      .get, url("git/ref/tags/\(tag)"), purpose: "look for the tag `\(reference.tag)`",
      accept: Self.accept)
    // A tag may be of a tag; more than a few is nobody's intention.
    for _ in 0..<4 {
      guard let document = try await api.document(request, absent: [404]) else {
        throw ForgeProblem.noTag(reference.tag)
      }
      let (type, hash) = try ForgeAPI.reading(request) {
        let object = try document.required("object")
        return (try object.required("type").string(), try object.required("sha").string())
      }
      guard Self.isHash(hash) else {
        throw request.error(.badAnswer, "the tag's object has no usable id")
      }
      if type.utf8.elementsEqual("commit".utf8) { return hash }
      guard type.utf8.elementsEqual("tag".utf8) else { break }
      request = api.request(
        .get, url("git/tags/\(hash)"), purpose: "read the tag `\(reference.tag)`",
        accept: Self.accept)
    }
    throw request.error(.badAnswer, "the tag does not stand for a commit")
  }

  private static func isHash(_ text: String) -> Bool {
    [40, 64].contains(text.utf8.count)
      && text.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x66) }
  }

  private func draft() async throws -> Found? {
    let address = url("releases", query: "per_page=\(ForgeAPI.pageSize)")
    let purpose = "look for a draft"
    let request = api.request(.get, address, purpose: purpose)
    let all = try await api.list(address, purpose: purpose)
    let drafts = try ForgeAPI.reading(request) { try all.map { try Found($0) } }
      .filter { $0.isDraft && $0.tag.utf8.elementsEqual(reference.tag.utf8) }
    guard drafts.count <= 1 else {
      throw ForgeProblem.severalDrafts(reference.tag, count: drafts.count)
    }
    return drafts.first
  }

  private func release(_ found: Found, commit: String?) async throws -> ForgeRelease {
    let address = url(
      "releases/\(found.number)/assets", query: "per_page=\(ForgeAPI.pageSize)")
    let purpose = "list the release's assets"
    let request = api.request(.get, address, purpose: purpose)
    let items = try await api.list(address, purpose: purpose)
    let assets = try ForgeAPI.reading(request) { try items.map { try Self.asset($0) } }
    return ForgeRelease(
      state: found.isDraft ? .draft : .published(isImmutable: found.isImmutable),
      number: found.number, commit: commit, assets: assets,
      visibleNames: found.isDraft ? [] : Set(assets.map(\.name)),
      uploadAddress: found.uploadAddress, page: found.page)
  }

  package func makeDraft(_ release: ForgeRelease) async throws -> ForgeRelease {
    guard release.state == .absent else { return release }
    let request = api.request(
      .post, url("releases"), purpose: "make a draft of the release", accept: Self.accept,
      json: [
        "tag_name": .string(reference.tag), "name": .string(reference.tag), "draft": true,
        "prerelease": .boolean(isPrerelease),
      ])
    guard let document = try await api.document(request) else { return release }
    let found = try ForgeAPI.reading(request) { try Found(document) }
    guard found.isDraft, found.tag.utf8.elementsEqual(reference.tag.utf8) else {
      throw request.error(.badAnswer, "what was made is not a draft for this tag")
    }
    return ForgeRelease(
      state: .draft, number: found.number, commit: release.commit, assets: [], visibleNames: [],
      uploadAddress: found.uploadAddress, page: found.page)
  }

  package func upload(
    _ file: ForgeFile, to release: ForgeRelease
  ) async throws -> ForgeRelease.Asset {
    let name = file.file.name
    let purpose = "upload the asset `\(name)`"
    let target = try uploadURL(of: release, purpose: purpose)
      .replacingQuery("name=\(PercentEncoding.encodeQueryValue(name))")
    var request = api.request(.post, target, purpose: purpose, accept: Self.accept)
    request.headers.append(("Content-Type", "application/octet-stream"))
    request.body = .file(try FileBody(file.path))
    request.timeout = .seconds(600)
    guard let document = try await api.document(request) else {
      throw request.error(.badAnswer, "the answer is empty")
    }
    let asset = try ForgeAPI.reading(request) { try Self.asset(document) }
    guard asset.name.utf8.elementsEqual(name.utf8) else {
      throw request.error(.badAnswer, "GitHub stored it under another name, `\(asset.name)`")
    }
    return asset
  }

  /// The address for uploads without its template, at a host that may have the token.
  private func uploadURL(
    of release: ForgeRelease, purpose: String
  ) throws(TransportError) -> ServiceURL {
    let text = release.uploadAddress ?? ""
    let plain = text.prefix { $0 != "{" }
    guard let url = try? ServiceURL(plain), Self.mayUpload(to: url, of: api.base) else {
      throw TransportError(
        .badAnswer, purpose: purpose, url: api.base,
        detail: "the release names an upload address at another host, which gets no token")
    }
    return url
  }

  /// Whether a host is the API's own, or `uploads.X` beside `api.X`.
  static func mayUpload(to url: ServiceURL, of base: ServiceURL) -> Bool {
    if url.hasSameOrigin(as: base) { return true }
    guard url.isSecure, base.isSecure, url.port == base.port,
      base.host.utf8.starts(with: "api.".utf8)
    else { return false }
    return url.host.utf8.elementsEqual("uploads.\(base.host.dropFirst(4))".utf8)
  }

  package func remove(partial asset: ForgeRelease.Asset) async throws {
    let request = api.request(
      .delete, url("releases/assets/\(asset.number)"),
      purpose: "remove the unfinished asset `\(asset.name)`", accept: Self.accept)
    let answer = try await api.transport.send(request)
    guard answer.isSuccess || answer.status == 404 else { throw api.failure(answer, of: request) }
  }

  package func digest(of asset: ForgeRelease.Asset, limit: Int64) async throws -> SHA256Hash {
    try await api.digest(
      of: url("releases/assets/\(asset.number)"), name: asset.name, limit: limit)
  }

  package func publish(_ release: ForgeRelease, names: [String]) async throws {
    guard !release.isPublished else { return }
    let request = api.request(
      .patch, url("releases/\(release.number)"), purpose: "publish the release",
      accept: Self.accept, json: ["tag_name": .string(reference.tag), "draft": false])
    guard let document = try await api.document(request) else { return }
    let found = try ForgeAPI.reading(request) { try Found(document) }
    guard !found.isDraft else {
      throw request.error(.badAnswer, "the release is a draft still")
    }
  }

  private static func asset(_ node: JSONNode) throws(DocumentError) -> ForgeRelease.Asset {
    // `sha256:…`; other algorithms say nothing here.
    let text = try node.optional("digest").flatMap { try? $0.string() } ?? ""
    let prefix = "sha256:"
    let digest =
      text.utf8.starts(with: prefix.utf8)
      ? SHA256Hash(hexadecimal: String(text.dropFirst(prefix.count))) : nil
    return ForgeRelease.Asset(
      name: try node.required("name").string(), number: try node.required("id").integer(),
      size: try node.required("size").integer(), sha256: digest,
      isComplete: try node.required("state").string().utf8.elementsEqual("uploaded".utf8))
  }

  /// A release in the API's form.
  private struct Found {
    let number: Int64
    let tag: String
    let isDraft: Bool
    let isImmutable: Bool
    let uploadAddress: String
    let page: String

    init(_ node: JSONNode) throws(DocumentError) {
      number = try node.required("id").integer()
      tag = try node.required("tag_name").string()
      isDraft = try node.required("draft").boolean()
      isImmutable = try node.optional("immutable")?.boolean() ?? false
      uploadAddress = try node.required("upload_url").string()
      page = try node.required("html_url").string()
    }
  }
}
