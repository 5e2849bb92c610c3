// SPDX-License-Identifier: Apache-2.0

import Encodings
import HTTPTypes
import Hummingbird
import Storage

/// The log's HTTP side: the part of Rekor's API v1 that signers and monitors use.
extension RekorLog {
  /// Bytes of a proposed entry.
  private static let requestLimit = 4 << 20
  private static let entries = "/api/v1/log/entries"

  /// Adds reading and, except for the listener that only reads, taking entries.
  func addRoutes(to routes: ServiceRoutes) {
    let submission: ServiceRoutes.Handler = { request, _ in try await submit(request) }
    routes.add(
      "/api/v1/log/entries",
      get: { request, _ in try await entry(byIndexIn: request) },
      post: routes.isReadOnly ? nil : submission)
    routes.add(
      "/api/v1/log/entries/{uuid}",
      get: { _, context in try await entry(uuid: context.parameters.get("uuid") ?? "") })
    routes.add("/api/v1/log", get: { _, _ in .json(json(try await store.head())) })
    routes.add(
      "/api/v1/log/publicKey",
      get: { _, _ in .text(publicKeyPEM, contentType: "application/x-pem-file") })
  }

  private func submit(_ request: Request) async throws -> Response {
    let proposed = try ProposedEntry(parsing: try await request.bytes(limit: Self.requestLimit))
    switch try await append(proposed) {
    case .appended(let included):
      let uuid = uuid(of: included.entry)
      return .json(
        try json(included), status: .created,
        headers: [.eTag: uuid, .location: "\(Self.entries)/\(uuid)"])
    case .duplicate(let included):
      let uuid = uuid(of: included.entry)
      throw ServiceRefusal(
        409, "an equivalent entry already exists in the transparency log with UUID \(uuid)",
        headers: [.location: "\(Self.entries)/\(uuid)"])
    }
  }

  private func entry(byIndexIn request: Request) async throws -> Response {
    guard let text = try request.query("logIndex"), let index = DecimalText.parse(text.utf8) else {
      throw ServiceRefusal.invalid("the parameter `logIndex` must be a decimal number")
    }
    return try found(try await store.entry(index: index))
  }

  private func entry(uuid: String) async throws -> Response {
    guard [64, 80].contains(uuid.utf8.count), (try? Hexadecimal.decode(uuid)) != nil else {
      throw ServiceRefusal.invalid("the UUID must be 64 or 80 lower-case hexadecimal digits")
    }
    guard let leafHash = leafHash(uuid: uuid) else { return try found(nil) }
    return try found(try await store.entry(leafHash: leafHash))
  }

  private func found(_ entry: IncludedLogEntry?) throws -> Response {
    guard let entry else { throw ServiceRefusal.notFound("the log has no such entry") }
    return .json(try json(entry))
  }
}
