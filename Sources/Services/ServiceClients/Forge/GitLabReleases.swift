// SPDX-License-Identifier: Apache-2.0

package import Encodings
import SystemPackage
package import TrustedPublishing

/// A release of a GitLab project: files in the generic package registry, and a release that links
/// to them (REST API, "Generic packages", "Packages", "Releases", "Release links").
///
/// GitLab has no drafts. Files in the registry can be read by everybody who may read the project's
/// packages, but nothing points to them until the release is made, with all links in one request.
package struct GitLabReleases: ForgeService {
  package let reference: ForgeReference
  package var hasDrafts: Bool { false }

  private let api: ForgeAPI
  private let package: String
  private let version: String

  /// Makes a client.
  ///
  /// - Parameters:
  ///   - reference: the release.
  ///   - base: the base of the API, such as `https://gitlab.com/api/v4`.
  ///   - token: the token; `nil` only reads what is public.
  ///   - package: the name of the generic package.
  ///   - version: its version.
  ///   - transport: the transport.
  package init(
    _ reference: ForgeReference, api base: ServiceURL, token: ForgeToken?, package: String,
    version: String, transport: HTTPTransport
  ) {
    self.reference = reference
    self.package = package
    self.version = version
    api = ForgeAPI(base: base, token: token, transport: transport, headers: [])
  }

  private func url(_ path: String, query: String? = nil) -> ServiceURL {
    let project = PercentEncoding.encodePathSegment(reference.project)
    return api.base.appending("projects/\(project)/\(path)", query: query)
  }

  private var tag: String { PercentEncoding.encodePathSegment(reference.tag) }

  private func fileURL(_ name: String) -> ServiceURL {
    let parts = ["packages", "generic", package, version, name]
    return url(parts.map(PercentEncoding.encodePathSegment).joined(separator: "/"))
  }

  package func current() async throws -> ForgeRelease {
    let request = api.request(.get, url("releases/\(tag)"), purpose: "look for the release")
    let document = try await api.document(request, absent: [404])
    let assets = try await assets()
    guard let document else {
      return ForgeRelease(
        state: .absent, number: 0, commit: try await commit(), assets: assets, visibleNames: [],
        page: "")
    }
    let (commit, links, page) = try ForgeAPI.reading(request) {
      let commit = try document.optional("commit").flatMap {
        try $0.optional("id")?.string()
      }
      let links = try document.required("assets").required("links").array(limit: 2_000).map {
        (name: try $0.required("name").string(), url: try $0.required("url").string())
      }
      let page = try document.optional("_links").flatMap { try $0.optional("self")?.string() }
      return (commit, links, page)
    }
    var visible: Set<String> = []
    var foreign: Set<String> = []
    for link in links {
      if link.url.utf8.elementsEqual(fileURL(link.name).description.utf8) {
        visible.insert(link.name)
      } else {
        foreign.insert(link.name)
      }
    }
    return ForgeRelease(
      state: .published(isImmutable: false), number: 0, commit: commit, assets: assets,
      visibleNames: visible, foreignNames: foreign,
      page: page ?? url("releases/\(tag)").description)
  }

  /// The commit that the tag stands for; `nil` where the token may not ask, as that of a job.
  private func commit() async throws -> String? {
    let request = api.request(
      .get, url("repository/tags/\(tag)"), purpose: "look for the tag `\(reference.tag)`")
    let answer = try await api.transport.send(request)
    switch answer.status {
    case 200:
      let root = try ForgeAPI.parse(answer.body, of: request)
      return try ForgeAPI.reading(request) {
        try root.required("commit").required("id").string()
      }
    case 404 where answer.message?.utf8.firstRange(of: "Tag Not Found".utf8) != nil:
      throw ForgeProblem.noTag(reference.tag)
    case 401, 403, 404: return nil
    default: throw api.failure(answer, of: request)
    }
  }

  /// The files of the generic package.
  private func assets() async throws -> [ForgeRelease.Asset] {
    let value = PercentEncoding.encodeQueryValue
    let address = url(
      "packages",
      query: "package_type=generic&package_name=\(value(package))"
        + "&package_version=\(value(version))&per_page=\(ForgeAPI.pageSize)")
    let purpose = "look for the package"
    let request = api.request(.get, address, purpose: purpose)
    let packages = try await api.list(address, purpose: purpose)
    // The name is only looked for as a part.
    let numbers = try ForgeAPI.reading(request) {
      try packages.compactMap { node throws -> Int64? in
        guard try node.required("name").string().utf8.elementsEqual(package.utf8),
          try node.required("version").string().utf8.elementsEqual(version.utf8)
        else { return nil }
        return try node.required("id").integer()
      }
    }
    var assets: [ForgeRelease.Asset] = []
    for number in numbers {
      let address = url(
        "packages/\(number)/package_files", query: "per_page=\(ForgeAPI.pageSize)")
      let purpose = "list the package's files"
      let request = api.request(.get, address, purpose: purpose)
      let files = try await api.list(address, purpose: purpose)
      assets += try ForgeAPI.reading(request) { try files.map { try Self.asset($0) } }
    }
    return assets
  }

  private static func asset(_ node: JSONNode) throws(DocumentError) -> ForgeRelease.Asset {
    let digest = try node.optional("file_sha256").flatMap { try? $0.string() }
    return ForgeRelease.Asset(
      name: try node.required("file_name").string(), number: try node.required("id").integer(),
      size: try node.optional("size").flatMap { try? $0.integer() },
      sha256: digest.flatMap { SHA256Hash(hexadecimal: $0) })
  }

  package func makeDraft(_ release: ForgeRelease) async throws -> ForgeRelease { release }

  package func upload(
    _ file: ForgeFile, to release: ForgeRelease
  ) async throws -> ForgeRelease.Asset {
    let name = file.file.name
    // Not idempotent: a second one would be a second file of the name.
    var request = api.request(
      .put, fileURL(name).replacingQuery("select=package_file"),
      purpose: "upload the file `\(name)` to the package registry", isIdempotent: false)
    request.headers.append(("Content-Type", "application/octet-stream"))
    request.body = .file(try FileBody(file.path))
    request.timeout = .seconds(600)
    guard let document = try await api.document(request) else {
      throw request.error(.badAnswer, "the answer is empty")
    }
    // GitLab before 14.2 answers with a message only.
    guard (try? document.optional("file_name")) != nil else {
      return ForgeRelease.Asset(name: name, number: 0, size: nil, sha256: nil)
    }
    let asset = try ForgeAPI.reading(request) { try Self.asset(document) }
    guard asset.name.utf8.elementsEqual(name.utf8) else {
      throw request.error(.badAnswer, "GitLab stored it under another name, `\(asset.name)`")
    }
    return asset
  }

  package func remove(partial asset: ForgeRelease.Asset) async throws {}

  package func digest(of asset: ForgeRelease.Asset, limit: Int64) async throws -> SHA256Hash {
    try await api.digest(of: fileURL(asset.name), name: asset.name, limit: limit)
  }

  package func publish(_ release: ForgeRelease, names: [String]) async throws {
    func link(_ name: String) -> JSONValue {
      [
        "name": .string(name), "url": .string(fileURL(name).description),
        "link_type": "package",
      ]
    }
    guard release.isPublished else {
      let request = api.request(
        .post, url("releases"), purpose: "make the release",
        json: [
          "tag_name": .string(reference.tag), "name": .string(reference.tag),
          "assets": ["links": .array(names.map(link))],
        ])
      _ = try await api.document(request)
      return
    }
    for name in names where !release.visibleNames.contains(name) {
      let request = api.request(
        .post, url("releases/\(tag)/assets/links"), purpose: "link `\(name)` to the release",
        json: link(name))
      _ = try await api.document(request)
    }
  }
}
