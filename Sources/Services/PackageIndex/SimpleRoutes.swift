// SPDX-License-Identifier: Apache-2.0

import Encodings
import HTTPTypes
import Hummingbird
import PythonPackaging

/// The simple repository API, version 1.4, in HTML and JSON (PEP 503, PEP 691).
///
/// The listing is `no-cache` with an ETag: a client asks every time, and a file that is gone is gone
/// at once. File URLs are relative, so that one document serves both listeners.
extension IndexService {
  private static let types = [
    "text/html", SimpleIndex.htmlContentType, SimpleIndex.jsonContentType,
  ]

  func addSimpleRoutes(to table: RouteTable, listener: Listener) {
    table.get("/simple") { request, _ in
      guard request.uri.path == "/simple/" else { return Self.moved(to: "/simple/") }
      let list = SimpleIndex.ProjectList(names: try await database.projects().map(\.name))
      return Self.document(for: request, json: list.json, html: list.html)
    }
    table.get("/simple/:project") { request, context in
      let text = try context.part("project")
      guard let name = try? ProjectName(text) else {
        throw IndexRefusal.notFound("There is no project of this name.")
      }
      let path = "/simple/\(name.normalized)/"
      guard request.uri.path == path else { return Self.moved(to: path) }
      guard let project = try await database.project(named: name.normalized) else {
        throw IndexRefusal.notFound("There is no project '\(name.normalized)' on this index.")
      }
      let page = try await simplePage(
        of: project, origin: origin(of: request, listener: listener))
      guard case .object(var json) = page.json else {
        throw IndexRefusal(500, "The index could not do this; its log says why.")
      }
      json["project-status"] = ["status": "active"]
      return Self.document(for: request, json: .object(json), html: page.html)
    }
  }

  /// The listing of a project; provenance URLs are absolute, as PEP 740 asks.
  func simplePage(
    of project: ProjectRecord, origin: String
  ) async throws -> SimpleIndex.ProjectPage {
    let files = Self.sorted(try await database.files(of: project))
    var versions: [String] = []
    for file in files where versions.last != file.version { versions.append(file.version) }
    return SimpleIndex.ProjectPage(
      name: project.name, versions: versions,
      files: files.map { file in
        SimpleIndex.File(
          filename: file.filename,
          url: "../../files/"
            + FileStore.relativePath(sha256: file.sha256, filename: file.filename),
          sha256: SHA256Hash(hexadecimal: file.sha256), requiresPython: file.requiresPython,
          size: file.size, uploadTime: try? Timestamp(rfc3339: file.uploadTime),
          coreMetadata: file.metadataSHA256.map { .present(sha256: SHA256Hash(hexadecimal: $0)) }
            ?? .absent,
          provenance: file.hasProvenance ? origin + Self.provenancePath(of: file) : nil)
      })
  }

  /// Files in the order of versions, then names.
  static func sorted(_ files: [FileRecord]) -> [FileRecord] {
    let versions = Dictionary(
      files.map { ($0.version, try? Version($0.version)) }, uniquingKeysWith: { first, _ in first })
    return files.sorted { left, right in
      guard left.version != right.version, let first = versions[left.version] ?? nil,
        let second = versions[right.version] ?? nil
      else { return left.filename < right.filename }
      return first < second
    }
  }

  private static func document(for request: Request, json: JSONValue, html: String) -> Response {
    // No match is answered with HTML, never with 406, as PyPI does.
    let type = ContentNegotiation.choose(from: types, accept: request.accept) ?? types[0]
    let text = type == SimpleIndex.jsonContentType ? json.compactText : html
    let tag = "\"\(SHA256Hash(hashing: Array(text.utf8)).hexadecimal.prefix(32))\""
    let headers: HTTPFields = [
      .vary: "Accept", .cacheControl: "no-cache", .eTag: tag, .accessControlAllowOrigin: "*",
    ]
    if EntityTag.matches(request.headers[.ifNoneMatch], tag) {
      return Response(status: .notModified, headers: headers)
    }
    let charset = type == SimpleIndex.jsonContentType ? "" : "; charset=utf-8"
    return .text(text, contentType: type + charset, headers: headers)
  }

  private static func moved(to path: String) -> Response {
    Response(
      status: .movedPermanently, headers: [.location: path, .accessControlAllowOrigin: "*"])
  }
}

/// Entity tags (RFC 9110 §8.8.3).
enum EntityTag {
  /// Whether an `If-None-Match` field names a tag, by the weak comparison.
  static func matches(_ field: String?, _ tag: String) -> Bool {
    guard let field else { return false }
    return field.split(separator: ",").prefix(64).contains { item in
      let item = item.trimmed
      return item == "*" || (item.hasPrefix("W/") ? item.dropFirst(2) : item) == tag
    }
  }
}
