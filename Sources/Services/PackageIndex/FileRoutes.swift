// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import NIOCore

/// The distribution files, with ranges (RFC 9110 §14), and their metadata (PEP 658).
extension IndexService {
  // A path with a digest in it never means other bytes.
  private static let cacheControl = "public, max-age=31536000, immutable"

  func addFileRoutes(to table: RouteTable) {
    table.get("/files/:prefix/:digest/:filename") { request, context in
      let filename = try context.part("filename")
      let isMetadata = filename.hasSuffix(".metadata")
      let name = isMetadata ? String(filename.dropLast(".metadata".count)) : filename
      guard let file = try await database.file(named: name),
        try context.part("digest") == file.sha256,
        try context.part("prefix") == file.sha256.prefix(2)
      else { throw IndexRefusal.notFound("There is no such file on this index.") }
      guard isMetadata else { return try await download(file, request, context) }
      guard let metadata = try await database.metadata(ofFile: name) else {
        throw IndexRefusal.notFound("There is no metadata beside this file.")
      }
      return Response(
        status: .ok,
        headers: [
          .contentType: "text/plain; charset=utf-8", .xContentTypeOptions: "nosniff",
          .cacheControl: Self.cacheControl, .accessControlAllowOrigin: "*",
        ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: metadata)))
    }
  }

  private func download(
    _ file: FileRecord, _ request: Request, _ context: BasicRequestContext
  ) async throws -> Response {
    let tag = "\"\(file.sha256)\""
    var headers: HTTPFields = [
      .contentType: "application/octet-stream", .xContentTypeOptions: "nosniff", .eTag: tag,
      .cacheControl: Self.cacheControl, .acceptRanges: "bytes", .accessControlAllowOrigin: "*",
    ]
    if EntityTag.matches(request.headers[.ifNoneMatch], tag) {
      return Response(status: .notModified, headers: headers)
    }
    let path = store.path(sha256: file.sha256, filename: file.filename)
    // A range of another version of the file is of no use to the client.
    let isSameVersion = request.headers[.ifRange].map { $0 == tag } ?? true
    let range = isSameVersion ? ByteRange(request.headers[.range], size: file.size) : .whole
    switch range {
    case .whole:
      let body = try await FileIO().loadFile(path: path, context: context)
      return Response(status: .ok, headers: headers, body: body)
    case .part(let range):
      headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound)/\(file.size)"
      let body = try await FileIO().loadFile(path: path, range: range, context: context)
      return Response(status: .partialContent, headers: headers, body: body)
    case .unsatisfiable:
      throw IndexRefusal(
        416, "The range is outside the file.",
        headers: [.contentRange: "bytes */\(file.size)", .acceptRanges: "bytes"])
    }
  }
}

/// What a `Range` field asks for (RFC 9110 §14.2).
enum ByteRange: Hashable {
  /// No range, one of another unit, several ranges, or a malformed one: the whole file.
  case whole
  /// From the first to the last byte, both included.
  case part(ClosedRange<Int>)
  /// None of the file's bytes.
  case unsatisfiable

  /// Reads `bytes=FIRST-LAST`, `bytes=FIRST-` or `bytes=-COUNT`.
  init(_ field: String?, size: Int64) {
    self = .whole
    guard let field, field.hasPrefix("bytes="), size > 0 else { return }
    let parts = field.dropFirst("bytes=".count)
      .split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let first = Self.number(parts[0]), let last = Self.number(parts[1])
    else { return }
    let size = Int(size)
    switch (first, last) {
    case (nil, nil): return
    case (nil, let count?):
      self = count == 0 ? .unsatisfiable : .part(max(0, size - count)...(size - 1))
    case (let first?, nil):
      self = first < size ? .part(first...(size - 1)) : .unsatisfiable
    case (let first?, let last?):
      guard first <= last else { return }
      self = first < size ? .part(first...min(last, size - 1)) : .unsatisfiable
    }
  }

  // The outer optional is for malformed text, the inner for no text.
  private static func number(_ text: Substring) -> Int?? {
    if text.isEmpty { return .some(nil) }
    guard text.utf8.count <= 18, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
      let value = Int(text)
    else { return nil }
    return .some(value)
  }
}
