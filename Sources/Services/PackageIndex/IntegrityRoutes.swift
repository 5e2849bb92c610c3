// SPDX-License-Identifier: Apache-2.0

import Encodings
import HTTPTypes
import Hummingbird
import PythonPackaging

/// PyPI's integrity API: the provenance object of a file (PEP 740).
extension IndexService {
  private static let types = ["application/vnd.pypi.integrity.v1+json", "application/json"]

  /// The path of a file's provenance object.
  static func provenancePath(of file: FileRecord) -> String {
    "/integrity/\(file.project)/\(file.version)/\(file.filename)/provenance"
  }

  func addIntegrityRoutes(to table: RouteTable) {
    table.get("/integrity/:project/:version/:filename/provenance") { request, context in
      let headers: HTTPFields = [
        .vary: "Accept", .cacheControl: "no-cache", .accessControlAllowOrigin: "*",
      ]
      guard let type = ContentNegotiation.choose(from: Self.types, accept: request.accept) else {
        return .json(
          ["message": "Request not acceptable"], status: .notAcceptable, headers: headers)
      }
      let filename = try context.part("filename")
      guard let file = try await database.file(named: filename),
        let project = try? ProjectName(try context.part("project")),
        project.normalized == file.project,
        let version = try? Version(try context.part("version")),
        version.normalized == file.version,
        let provenance = try await database.provenance(ofFile: filename)
      else {
        return .json(
          ["message": "No provenance available for \(filename)"], status: .notFound,
          headers: headers)
      }
      return .text(provenance, contentType: type, headers: headers)
    }
  }
}
